//! What the command line does beside the declarative file: access, the audit trail, checks.

mod access;
pub mod alert;
mod check;
mod readings;
pub mod report;
mod trail;

pub use access::{
    create_key, create_org, create_user, delete_user, list_keys, list_orgs, list_users, revoke_key, set_contact,
    set_language, set_role,
};
pub use check::check;
pub use readings::{Format, Wanted, write_readings};
pub use trail::{Show, show};

use crate::model::{Directory, Org, User};
use crate::storage::StoreError;

fn refuse<T>(text: String) -> Result<T, StoreError> {
    Err(StoreError::Refused(text))
}

/// An organization by its name or slug.
fn find_org<'d>(directory: &'d Directory, name: &str) -> Result<&'d Org, StoreError> {
    let by_name = directory.orgs.values().find(|org| org.name == name);
    let found = by_name.or_else(|| directory.orgs.values().find(|org| org.slug == name));
    let known = || directory.orgs.values().map(|org| format!("`{}`", org.name)).collect::<Vec<_>>().join(", ");
    found.map_or_else(|| refuse(format!("no organization `{name}`, there are: {}", known())), Ok)
}

fn find_user<'d>(directory: &'d Directory, name: &str) -> Result<&'d User, StoreError> {
    let found = directory.users.values().find(|user| user.name == name);
    found.map_or_else(|| refuse(format!("no user `{name}`, see `parabus user list`")), Ok)
}
