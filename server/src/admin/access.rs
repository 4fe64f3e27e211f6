//! Organizations, users and API keys, one at a time. A secret is given once, to who asked for it, and
//! kept as a hash.

use std::fmt::Write as _;

use parabus_core::value::Lang;
use uuid::Uuid;

use super::{find_org, find_user, refuse};
use crate::alarm::message::Channel;
use crate::alarm::model::{Contact, check_address};
use crate::model::{Org, Role, is_line};
use crate::session::hash_password;
use crate::storage::{Store, StoreError};

/// Characters of a password that the server makes: 144 bits.
const PASSWORD_LENGTH: usize = 24;

/// 64 of them, so that every byte gives one without a bias.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn random_password() -> Result<String, StoreError> {
    let mut bytes = [0u8; PASSWORD_LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Refused(format!("no random numbers: {error}")))?;
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 64)).map(|letter| char::from(*letter));
    Ok(bytes.iter().filter_map(letter).collect())
}

fn name_of(name: &str) -> Result<&str, StoreError> {
    let name = name.trim();
    // A plant file has to be able to say it, and a terminal to show it.
    if !is_line(name) || name.chars().count() > 200 {
        return refuse("the name has to be 1 to 200 characters, none of them a control character".to_owned());
    }
    Ok(name)
}

/// A fresh API key of a user, with its password.
pub fn create_key(store: &Store, user: &str) -> Result<(Uuid, String), StoreError> {
    let (key, password) = (Uuid::new_v4(), random_password()?);
    // Takes its time, which no transaction should last.
    let hash = hash_password(&password).map_err(|error| StoreError::Refused(error.to_string()))?;
    store.configure(true, |edit| {
        let user = find_user(edit.before(), user)?.id;
        edit.put_key(key, user, &hash)
    })?;
    Ok((key, password))
}

/// Takes a key away; sessions opened with it end at once.
pub fn revoke_key(store: &Store, key: &str) -> Result<(), StoreError> {
    let Ok(id) = Uuid::try_parse(key) else { return refuse(format!("`{key}` is no API key, expected a UUID")) };
    if store.configure(true, |edit| edit.delete_key(id))? {
        return Ok(());
    }
    refuse(format!("no API key {id}, see `parabus key list`"))
}

/// One key a line with its user.
pub fn list_keys(store: &Store) -> Result<String, StoreError> {
    let directory = store.directory();
    let mut text = String::new();
    for (key, user) in store.keys()? {
        let name = directory.users.get(&user).map_or("?", |user| user.name.as_str());
        writeln!(text, "{key}  {name}").ok();
    }
    Ok(text)
}

pub fn create_user(store: &Store, name: &str) -> Result<(), StoreError> {
    let name = name_of(name)?;
    store.configure(true, |edit| {
        if edit.before().users.values().any(|user| user.name == name) {
            return refuse(format!("there is a user `{name}` already"));
        }
        edit.create_user(name).map(drop)
    })
}

/// Takes a user away with all keys and roles.
pub fn delete_user(store: &Store, name: &str) -> Result<(), StoreError> {
    store.configure(true, |edit| {
        let user = find_user(edit.before(), name)?.id;
        edit.delete_user(user)
    })
}

/// One user a line with roles.
pub fn list_users(store: &Store) -> String {
    let directory = store.directory();
    let mut text = String::new();
    for user in directory.users.values() {
        let roles = user.roles.iter().map(|(org, role)| {
            let org = directory.orgs.get(org).map_or("?", |org| org.name.as_str());
            format!("{} in {org}", role.code())
        });
        writeln!(text, "{}  {}", user.name, roles.collect::<Vec<_>>().join(", ")).ok();
    }
    text
}

/// Gives a user a role in an organization, or takes it away.
pub fn set_role(store: &Store, user: &str, org: &str, role: Option<Role>) -> Result<(), StoreError> {
    store.configure(true, |edit| {
        let (user, org) = (find_user(edit.before(), user)?.id, find_org(edit.before(), org)?.id);
        match role {
            Some(role) => edit.put_role(user, org, role),
            None => edit.delete_role(user, org),
        }
    })
}

pub fn create_org(store: &Store, name: &str, lang: Lang) -> Result<(), StoreError> {
    let name = name_of(name)?;
    store.configure(true, |edit| {
        if edit.before().orgs.values().any(|org| org.name == name) {
            return refuse(format!("there is an organization `{name}` already"));
        }
        let mut taken = edit.before().orgs.values().map(|org| org.slug.clone()).collect();
        let slug = crate::plant::slug_of(name, &mut taken);
        edit.put_org(&Org { id: 0, name: name.to_owned(), slug, lang }).map(drop)
    })
}

/// Sets the language of an organization's reports and messages.
pub fn set_language(store: &Store, org: &str, lang: Lang) -> Result<(), StoreError> {
    store.configure(true, |edit| {
        let org = Org { lang, ..find_org(edit.before(), org)?.clone() };
        edit.put_org(&org).map(drop)
    })
}

/// Sets where an organization is told of alerts that name `-`; an empty text takes an address away.
pub fn set_contact(store: &Store, org: &str, email: Option<&str>, phone: Option<&str>) -> Result<(), StoreError> {
    let read = |channel: Channel, text: &str| match text.trim() {
        "" => Ok(None),
        address => match check_address(channel, address) {
            Ok(()) => Ok(Some(address.to_owned())),
            Err(expected) => refuse(format!("`{address}`: {expected}")),
        },
    };
    let email = email.map(|text| read(Channel::Email, text)).transpose()?;
    let phone = phone.map(|text| read(Channel::Sms, text)).transpose()?;
    store.configure(true, |edit| {
        let org = find_org(edit.before(), org)?.id;
        let before = edit.before().contact(org);
        let contact = Contact { email: email.unwrap_or(before.email), phone: phone.unwrap_or(before.phone) };
        edit.put_contact(org, &contact)
    })
}

/// One organization a line with its language and its users' roles.
pub fn list_orgs(store: &Store) -> String {
    let directory = store.directory();
    let mut text = String::new();
    for org in directory.orgs.values() {
        let roles = directory.users.values().filter_map(|user| {
            let role = user.roles.get(&org.id)?;
            Some(format!("{} {}", user.name, role.code()))
        });
        writeln!(text, "{}  {}  {}", org.name, org.lang.code(), roles.collect::<Vec<_>>().join(", ")).ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::verify_password;
    use crate::storage::{AuditFilter, COMMAND_LINE};

    #[test]
    fn a_user_gets_a_key_and_loses_it_and_the_trail_tells_without_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_configuration(folder.path()).unwrap();
        create_org(&store, "Works", Lang::En).unwrap();
        create_user(&store, "ann").unwrap();
        assert!(create_user(&store, "ann").unwrap_err().to_string().contains("already"));
        set_role(&store, "ann", "works", Some(Role::Operator)).unwrap();
        set_language(&store, "Works", Lang::Pl).unwrap();
        let (key, password) = create_key(&store, "ann").unwrap();
        assert_eq!(password.len(), PASSWORD_LENGTH);
        assert!(verify_password(&password, &store.find_key(key).unwrap().unwrap().password_hash));
        assert_eq!(list_users(&store), "ann  operator in Works\n");
        assert_eq!(list_orgs(&store), "Works  pl  ann operator\n");
        assert_eq!(list_keys(&store).unwrap(), format!("{key}  ann\n"));
        revoke_key(&store, &key.to_string()).unwrap();
        assert!(revoke_key(&store, &key.to_string()).is_err());
        set_role(&store, "ann", "Works", None).unwrap();
        assert!(create_key(&store, "bob").unwrap_err().to_string().contains("no user `bob`"));
        delete_user(&store, "ann").unwrap();
        let entries = store.audit(AuditFilter { org: None, since: None, limit: 100 }).unwrap();
        let actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
        let wanted = [
            "create organization",
            "create user",
            "create role",
            "change organization",
            "create API key",
            "delete API key",
            "delete role",
            "delete user",
        ];
        assert_eq!(actions, wanted);
        assert!(entries.iter().all(|entry| entry.actor == COMMAND_LINE && entry.result == "ok"));
        assert_eq!((entries[3].old.as_deref(), entries[3].new.as_deref()), (Some("language=en"), Some("language=pl")));
        assert!(!format!("{entries:?}").contains(&password));
        let of_org = store.audit(AuditFilter { org: entries[0].org, since: None, limit: 2 }).unwrap();
        assert_eq!(of_org.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), [wanted[3], wanted[6]]);
    }
}
