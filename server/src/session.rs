//! Who is logged in: API tokens (one hour, not prolonged by use) and the page's own sessions
//! (sliding). Only hashes of tokens and passwords are kept.

use std::sync::Arc;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::Output;
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use parabus_core::time::Instant;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::clock;
use crate::model::{ApiKey, Session, SessionKind, UserId};
use crate::storage::{Store, StoreError};
use crate::words;

/// Life of an API token (seed: Authentication).
const API_LIFE_MS: i64 = 3_600_000;

/// Life of the page's session, counted from its last use.
pub const PAGE_LIFE_MS: i64 = 7 * 24 * 3_600_000;

/// Passwords checked at once: one check takes 19 MiB and tens of milliseconds, so that a flood of
/// log-ins would otherwise eat the machine.
const CHECKS_AT_ONCE: usize = 2;

/// Log-ins that may wait for their check; with two at once the last of them waits about a second.
const CHECKS_WAITING: usize = 64;

/// A token as the caller holds it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token(Uuid);

/// The text is not a lower-case UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenError;

impl Token {
    fn random() -> Self {
        Token(Uuid::new_v4())
    }

    /// Reads a lower-case, hyphenated UUID (D-06).
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let uuid = Uuid::try_parse(text).map_err(|_| TokenError)?;
        if uuid.hyphenated().to_string() == text { Ok(Token(uuid)) } else { Err(TokenError) }
    }

    pub fn uuid(self) -> Uuid {
        self.0
    }

    fn hash(self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("{}", words::KEY_UNKNOWN.en())]
    UnknownKey,
    #[error("{}", words::PASSWORD_WRONG.en())]
    WrongPassword,
    #[error("{}", words::LOG_INS_BUSY.en())]
    Busy,
    #[error("{}", words::SESSION_ENDED.en())]
    Ended,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("session: {0}")]
    Check(String),
}

/// Opens, finds and closes sessions.
pub struct Sessions {
    store: Store,
    /// Places of log-ins that wait or are being checked.
    places: Arc<Semaphore>,
    checks: Arc<Semaphore>,
    /// Checked for an unknown key, so that it takes as long as a wrong password.
    decoy: String,
    verify: Verify,
}

/// Whether a password belongs to a hash.
type Verify = Arc<dyn Fn(&str, &str) -> bool + Send + Sync>;

/// Hash of a password for the store.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// Whether the password belongs to the hash.
pub fn verify_password(password: &str, hash: &str) -> bool {
    let mut memory = MEMORY.lock().pop().unwrap_or_default();
    let is_right = verify_in(&mut memory, password, hash).unwrap_or(false);
    let mut kept = MEMORY.lock();
    if kept.len() < CHECKS_AT_ONCE {
        kept.push(memory);
    }
    is_right
}

/// Memory of checks, 19 MiB each, for the next ones. Where every check takes its own, the allocator of
/// glibc gives aligned blocks a new place each time and returns none: a dozen log-ins held 240 MB.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// `None` for a hash that cannot be read.
fn verify_in(memory: &mut Vec<Block>, password: &str, hash: &str) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    let (salt, wanted) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = Version::try_from(hash.version?).ok()?;
    let params = Params::try_from(&hash).ok()?;
    memory.resize(params.block_count(), Block::default());
    let mut found = vec![0; wanted.len()];
    let argon = Argon2::new(algorithm, version, params);
    argon.hash_password_into_with_memory(password.as_bytes(), salt, &mut found, memory).ok()?;
    // Outputs are compared in constant time.
    Some(Output::new(&found).ok()? == *wanted)
}

/// Kilobytes that one check may take, at most.
const MOST_MEMORY: u32 = 64 * 1024;

/// Rounds of one check at most.
const MOST_ROUNDS: u32 = 16;

/// Whether a text is such a hash, of a cost that this server bears.
pub fn is_password_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| {
        let version = hash.version.and_then(|version| Version::try_from(version).ok());
        let is_bearable =
            |params: Params| params.m_cost() <= MOST_MEMORY && params.t_cost() <= MOST_ROUNDS && params.p_cost() <= 4;
        hash.algorithm.as_str() == "argon2id"
            && hash.salt.is_some()
            && hash.hash.is_some()
            && version.is_some()
            && Params::try_from(&hash).is_ok_and(is_bearable)
    })
}

impl Sessions {
    pub fn new(store: Store) -> Result<Self, argon2::password_hash::Error> {
        Ok(Sessions {
            store,
            places: Arc::new(Semaphore::new(CHECKS_AT_ONCE + CHECKS_WAITING)),
            checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
            decoy: hash_password("decoy")?,
            verify: Arc::new(verify_password),
        })
    }

    /// The key, if its password is right. An unknown key is told after the same work as a wrong
    /// password.
    pub async fn check_password(&self, id: Uuid, password: String) -> Result<ApiKey, SessionError> {
        let _place = self.places.try_acquire().map_err(|_| SessionError::Busy)?;
        let permit =
            self.checks.clone().acquire_owned().await.map_err(|error| SessionError::Check(error.to_string()))?;
        let key = self.store.find_key(id)?;
        let hash = key.as_ref().map_or_else(|| self.decoy.clone(), |key| key.password_hash.clone());
        let verify = self.verify.clone();
        let right = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            verify(&password, &hash)
        });
        let right = right.await.map_err(|error| SessionError::Check(error.to_string()))?;
        match key {
            None => Err(SessionError::UnknownKey),
            Some(_) if !right => Err(SessionError::WrongPassword),
            Some(key) => Ok(key),
        }
    }

    /// A fresh API token.
    pub async fn open_api(&self, key: &ApiKey) -> Result<(Token, Instant), SessionError> {
        self.open(key.user, key.id, SessionKind::Api, API_LIFE_MS).await
    }

    /// A fresh session of the page.
    pub async fn open_page(&self, key: &ApiKey) -> Result<Token, SessionError> {
        Ok(self.open(key.user, key.id, SessionKind::Page, PAGE_LIFE_MS).await?.0)
    }

    async fn open(
        &self,
        user: UserId,
        key: Uuid,
        kind: SessionKind,
        life: i64,
    ) -> Result<(Token, Instant), SessionError> {
        let token = Token::random();
        let expires = Instant::from_millis(clock::now().as_millis().saturating_add(life));
        let session = Session { hash: token.hash(), kind, user, key, expires };
        self.write(move |store| store.insert_session(&session)).await?;
        Ok((token, expires))
    }

    /// Writes wait for those of others and for the medium: not on the threads that serve connections.
    async fn write(
        &self,
        work: impl FnOnce(&Store) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), SessionError> {
        let store = self.store.clone();
        let written = tokio::task::spawn_blocking(move || work(&store)).await;
        Ok(written.map_err(|error| SessionError::Check(error.to_string()))??)
    }

    /// The live session of an API token.
    pub async fn find(&self, token: Token) -> Result<Session, SessionError> {
        self.find_kind(token, SessionKind::Api)
    }

    fn find_kind(&self, token: Token, kind: SessionKind) -> Result<Session, SessionError> {
        let found = self.store.find_session(&token.hash())?;
        found.filter(|session| session.kind == kind && session.expires > clock::now()).ok_or(SessionError::Ended)
    }

    /// An API token for the page, whose own session slides on, if its key may have one more.
    pub async fn renew<E: From<SessionError>>(
        &self,
        page: Token,
        may: impl FnOnce(Uuid) -> Result<(), E>,
    ) -> Result<(Token, Instant), E> {
        let session = self.find_kind(page, SessionKind::Page)?;
        may(session.key)?;
        let expires = Instant::from_millis(clock::now().as_millis().saturating_add(PAGE_LIFE_MS));
        self.write(move |store| store.extend_session(&session.hash, expires)).await?;
        Ok(self.open(session.user, session.key, SessionKind::Api, API_LIFE_MS).await?)
    }

    /// Ends a session at once.
    pub async fn close(&self, hash: [u8; 32]) -> Result<(), SessionError> {
        self.write(move |store| store.delete_session(&hash)).await
    }

    /// Ends the page's session at once.
    pub async fn close_page(&self, page: Token) -> Result<(), SessionError> {
        self.close(page.hash()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_lower_case_hyphenated_uuids() {
        assert!(Token::parse("cdf2923f-c89f-41e5-91af-f139f0c2e7d0").is_ok());
        for wrong in
            ["CDF2923F-C89F-41E5-91AF-F139F0C2E7D0", "cdf2923fc89f41e591aff139f0c2e7d0", "", "cdf2923f", "not-a-token"]
        {
            assert_eq!(Token::parse(wrong).err(), Some(TokenError), "{wrong}");
        }
    }

    #[tokio::test]
    async fn log_ins_beyond_the_queue_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = Sessions::new(Store::open_configuration(folder.path()).unwrap()).unwrap();
        let held = sessions.checks.clone().acquire_many_owned(2).await.unwrap();
        let check = || sessions.check_password(Uuid::nil(), "any".to_owned());
        let flood = (0..CHECKS_AT_ONCE + CHECKS_WAITING + 10).map(|_| check());
        let freed = async {
            tokio::task::yield_now().await;
            drop(held);
        };
        let (outcomes, ()) = tokio::join!(futures_util::future::join_all(flood), freed);
        let count = |is_it: fn(&SessionError) -> bool| outcomes.iter().filter(|o| o.as_ref().is_err_and(is_it)).count();
        assert_eq!(count(|error| matches!(error, SessionError::Busy)), 10);
        assert_eq!(count(|error| matches!(error, SessionError::UnknownKey)), CHECKS_AT_ONCE + CHECKS_WAITING);
    }

    /// A store with one key, and its password.
    fn store_with_key(folder: &std::path::Path) -> (Store, Uuid) {
        let store = Store::open_configuration(folder).unwrap();
        let hash = hash_password("secret-word").unwrap();
        let made = store.configure(true, |edit| {
            let user = edit.create_user("ann")?;
            edit.put_key(Uuid::from_u128(7), user, &hash)
        });
        made.unwrap();
        (store, Uuid::from_u128(7))
    }

    #[tokio::test]
    async fn an_unknown_key_costs_the_same_one_check_as_a_wrong_password() {
        let folder = tempfile::tempdir().unwrap();
        let (store, key) = store_with_key(folder.path());
        let checked = Arc::new(Mutex::new(Vec::new()));
        let seen = checked.clone();
        let counting: Verify = Arc::new(move |password, hash| {
            // All but salt and sum: algorithm, version and costs.
            let cost = hash.rsplitn(3, '$').nth(2).unwrap_or_default().to_owned();
            seen.lock().push((password.to_owned(), cost));
            verify_password(password, hash)
        });
        let sessions = Sessions { verify: counting, ..Sessions::new(store).unwrap() };
        let wrong = sessions.check_password(key, "another-word".to_owned()).await;
        let wrong_checks = std::mem::take(&mut *checked.lock());
        let unknown = sessions.check_password(Uuid::nil(), "another-word".to_owned()).await;
        let unknown_checks = std::mem::take(&mut *checked.lock());
        assert!(matches!(wrong, Err(SessionError::WrongPassword)) && matches!(unknown, Err(SessionError::UnknownKey)));
        assert_eq!(wrong_checks.len(), 1);
        assert!(wrong_checks[0].1.starts_with("$argon2id$v=19$m="), "{wrong_checks:?}");
        assert_eq!(wrong_checks, unknown_checks);
        assert!(sessions.check_password(key, "secret-word".to_owned()).await.is_ok());
        // The decoy's own password opens nothing.
        assert!(matches!(
            sessions.check_password(Uuid::nil(), "decoy".to_owned()).await,
            Err(SessionError::UnknownKey)
        ));
    }

    #[tokio::test]
    async fn a_token_is_kept_as_its_hash_for_an_hour_and_use_does_not_prolong_it() {
        let folder = tempfile::tempdir().unwrap();
        let (store, key) = store_with_key(folder.path());
        let sessions = Sessions::new(store.clone()).unwrap();
        let key = store.find_key(key).unwrap().unwrap();
        let opened = clock::now().as_millis();
        let (token, expires) = sessions.open_api(&key).await.unwrap();
        assert!((0..10_000).contains(&(expires.as_millis() - opened - 3_600_000)), "{expires:?}");
        for _ in 0..3 {
            assert_eq!(sessions.find(token).await.unwrap().expires, expires);
        }
        let (text, bytes) = (token.uuid().to_string(), token.uuid().into_bytes());
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let kept = std::fs::read(file.unwrap().path()).unwrap();
            let holds = |part: &[u8]| kept.windows(part.len()).any(|window| window == part);
            assert!(!holds(text.as_bytes()) && !holds(&bytes));
        }
        let hash = token.hash();
        assert_eq!(store.find_session(&hash).unwrap().unwrap().hash, hash, "it is there by its hash");
        // Past its hour it is no longer one.
        store.extend_session(&hash, clock::now()).unwrap();
        assert!(matches!(sessions.find(token).await, Err(SessionError::Ended)));
    }

    #[test]
    fn a_password_matches_its_own_hash_alone() {
        let hash = hash_password("DCdcSLmkoZkU5zGI9gpInDbo").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("DCdcSLmkoZkU5zGI9gpInDbo", &hash));
        assert!(!verify_password("dcdcslmkozku5zgi9gpindbo", &hash));
        assert!(!verify_password("anything", "not a hash"));
        // The crate's own check agrees, whatever stood in the memory before.
        let agrees = |word: &str| {
            argon2::PasswordVerifier::verify_password(&Argon2::default(), word.as_bytes(), hash.as_str()).is_ok()
                == verify_password(word, &hash)
        };
        assert!(["DCdcSLmkoZkU5zGI9gpInDbo", "", "DCdcSLmkoZkU5zGI9gpInDb"].into_iter().all(agrees));
    }
}
