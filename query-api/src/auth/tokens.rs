//! All tokens: recognised by their SHA-256, kept in one file, changed one at a time.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use events_schema::{Text, Timestamp};
use serde::{Deserialize, Serialize};

use crate::auth::Role;
use crate::auth::file;
use crate::auth::sessions::Sessions;
use crate::auth::token::{Fingerprint, Token, is_sendable, random_id, random_token};

/// The tokens of one deployment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tokens(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The file that holds them.
    path: PathBuf,
    /// The administrator's token that was set from outside; it is not in the file.
    fixed: Option<Arc<Token>>,
    /// All of them. A token is looked up by its hash, so that the time it takes says nothing about the token.
    known: RwLock<HashMap<Fingerprint, Arc<Token>>>,
    /// Held while the file is changed.
    changing: Mutex<()>,
    /// Who is logged in.
    sessions: Sessions,
}

/// What `tokens.json` holds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// All tokens, oldest first.
    tokens: Vec<Token>,
}

/// What somebody shows to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A token.
    Token(Fingerprint),
    /// The secret of a session that began with a token.
    Session(Fingerprint),
}

/// Who is let in.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    /// By what.
    pub(crate) shown: Shown,
    /// The token that it rests on.
    pub(crate) token: Arc<Token>,
    /// From when on not any more.
    pub(crate) expires_at: Option<Timestamp>,
}

/// The tokens, and what is to be shown about them once.
#[derive(Debug)]
pub struct Opened {
    /// The tokens.
    pub tokens: Tokens,
    /// The administrator's token, when it has just been made: show it now, with where it is kept.
    pub first_admin_token: Option<FirstAdminToken>,
}

/// The administrator's token of a first start.
#[derive(Debug)]
pub struct FirstAdminToken {
    /// The token itself.
    pub token: String,
    /// The file that it is kept in, readable by its owner alone.
    pub path: PathBuf,
}

/// Why the tokens could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenTokensError {
    /// The administrator's token that was given cannot be sent in a header.
    #[error(
        "the administrator's token must be printable ASCII without blanks: set another LEDGER_ADMIN_TOKEN"
    )]
    UnusableAdminToken,
    /// A file could not be read, written or understood.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What failed.
        source: io::Error,
    },
}

/// Why a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTokenError {
    /// Another token has this name.
    #[error("there is a token of this name already: revoke it first, or choose another name")]
    NameTaken,
    /// There are as many as there may be.
    #[error("there are {TOKENS_MAX} tokens already: revoke those that are not used")]
    TooMany,
    /// It could not be written.
    #[error("the tokens could not be saved")]
    Save(#[source] io::Error),
}

/// Why a token could not be revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeTokenError {
    /// There is none with this id.
    #[error("there is no token with this id")]
    Unknown,
    /// It was set from outside.
    #[error("this token is set by LEDGER_ADMIN_TOKEN: change it there")]
    Fixed,
    /// It could not be written.
    #[error("the tokens could not be saved")]
    Save(#[source] io::Error),
}

/// Most tokens at a time.
pub const TOKENS_MAX: usize = 1_000;
/// The file that tokens are kept in, hashed.
pub const TOKENS_FILE: &str = "tokens.json";
/// The file that the first administrator's token is kept in.
pub const ADMIN_TOKEN_FILE: &str = "admin-token";
/// The id of the administrator's token that was set from outside.
const FIXED_ID: &str = "fixed";
/// The name of the first administrator.
const ADMIN_NAME: &str = "admin";

impl Tokens {
    /// Opens the tokens in `directory`.
    ///
    /// `admin_token` is valid as long as this process runs and is never written. Without it, and while no token of
    /// an administrator is known, one is made, kept in `directory` and handed back to be shown once.
    pub fn open(directory: &Path, admin_token: Option<&str>) -> Result<Opened, OpenTokensError> {
        let path = directory.join(TOKENS_FILE);
        let Document { tokens: mut stored } = file::load(&path).map_err(|error| unusable(&path, error))?;
        let fixed = admin_token.map(fixed_token).transpose()?.map(Arc::new);
        let now = Timestamp::now();
        let has_admin = stored.iter().any(|token| token.role == Role::Admin && token.is_valid(now));
        let mut first_admin_token = None;
        if fixed.is_none() && !has_admin {
            // Only an expired one can be in the way.
            stored.retain(|token| token.role != Role::Admin || token.name.as_str() != ADMIN_NAME);
            first_admin_token = Some(first_admin(directory, &mut stored)?);
        }
        let known = stored
            .into_iter()
            .map(Arc::new)
            .chain(fixed.clone())
            .map(|token| (token.sha256, token))
            .collect();
        let sessions = Sessions::open(directory);
        let shared = Shared { path, fixed, known: RwLock::new(known), changing: Mutex::new(()), sessions };
        Ok(Opened { tokens: Self(Arc::new(shared)), first_admin_token })
    }

    /// The token that was sent, if it is known and still valid.
    pub fn recognise(&self, token: &str, now: Timestamp) -> Option<Arc<Token>> {
        self.known(Fingerprint::of(token), now)
    }

    /// Lets in whoever shows a valid token, or a session whose token is still valid.
    pub(crate) fn admit(&self, shown: Shown, now: Timestamp) -> Option<Admitted> {
        match shown {
            Shown::Token(token) => {
                let token = self.known(token, now)?;
                Some(Admitted { shown, expires_at: token.expires_at, token })
            }
            Shown::Session(secret) => {
                let session = self.0.sessions.find(secret, now)?;
                let token = self.known(session.token, now)?;
                Some(Admitted { shown, token, expires_at: Some(session.expires_at) })
            }
        }
    }

    /// Begins a session of the holder of `token`; gives its secret, which is not kept, and its end. Writes to the disk.
    pub(crate) fn log_in(&self, token: &Token, now: Timestamp) -> io::Result<(String, Timestamp)> {
        self.0.sessions.begin(token, now, |token| self.known(token, now).is_some())
    }

    /// Ends a session, if there is one with this secret. Writes to the disk.
    pub(crate) fn log_out(&self, secret: &str) -> io::Result<()> {
        self.0.sessions.end(Fingerprint::of(secret))
    }

    /// The token of an administrator.
    pub(crate) fn administrator(&self, now: Timestamp) -> Option<Arc<Token>> {
        self.list().into_iter().find(|token| token.role == Role::Admin && token.is_valid(now))
    }

    fn known(&self, token: Fingerprint, now: Timestamp) -> Option<Arc<Token>> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&token).filter(|token| token.is_valid(now)).cloned()
    }

    /// All tokens, oldest first.
    pub fn list(&self) -> Vec<Arc<Token>> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = known.values().cloned().collect();
        all.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        all
    }

    /// Makes a token; gives what is known of it, and the token itself, which is not kept. Writes to the disk.
    pub fn create(
        &self,
        name: Text,
        role: Role,
        expires_at: Option<Timestamp>,
    ) -> Result<(Arc<Token>, String), CreateTokenError> {
        let _alone = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.list();
        if all.iter().any(|token| token.name == name) {
            return Err(CreateTokenError::NameTaken);
        }
        if all.len() >= TOKENS_MAX {
            return Err(CreateTokenError::TooMany);
        }
        let (token, secret) = new_token(name, role, expires_at);
        let token = Arc::new(token);
        all.push(Arc::clone(&token));
        self.keep(all).map_err(CreateTokenError::Save)?;
        Ok((token, secret))
    }

    /// Revokes the token with this id, from this moment on. Writes to the disk.
    pub fn revoke(&self, id: &str) -> Result<(), RevokeTokenError> {
        let _alone = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.fixed.as_ref().is_some_and(|fixed| fixed.id == id) {
            return Err(RevokeTokenError::Fixed);
        }
        let mut all = self.list();
        let before = all.len();
        all.retain(|token| token.id != id);
        if all.len() == before {
            return Err(RevokeTokenError::Unknown);
        }
        self.keep(all).map_err(RevokeTokenError::Save)
    }

    /// Makes `all` the tokens: on disk first, so that none is known that would be forgotten.
    fn keep(&self, all: Vec<Arc<Token>>) -> io::Result<()> {
        let is_stored = |token: &&Arc<Token>| self.0.fixed.as_ref() != Some(*token);
        let stored = all.iter().filter(is_stored).map(|token| Token::clone(token)).collect();
        file::save(&self.0.path, &Document { tokens: stored })?;
        let known = all.into_iter().map(|token| (token.sha256, token)).collect();
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }
}

fn unusable(path: &Path, source: io::Error) -> OpenTokensError {
    OpenTokensError::File { path: path.display().to_string(), source }
}

fn new_token(name: Text, role: Role, expires_at: Option<Timestamp>) -> (Token, String) {
    let secret = random_token();
    let sha256 = Fingerprint::of(&secret);
    (Token { id: random_id(), name, role, sha256, created_at: Timestamp::now(), expires_at }, secret)
}

fn admin_name() -> Text {
    ADMIN_NAME.parse().expect("it is a short name")
}

fn fixed_token(secret: &str) -> Result<Token, OpenTokensError> {
    if !is_sendable(secret) {
        return Err(OpenTokensError::UnusableAdminToken);
    }
    let sha256 = Fingerprint::of(secret);
    let created_at = Timestamp::now();
    Ok(Token {
        id: FIXED_ID.to_owned(),
        name: admin_name(),
        role: Role::Admin,
        sha256,
        created_at,
        expires_at: None,
    })
}

/// Makes the first administrator's token. It is kept before it becomes valid, so that a crash between the two
/// leaves nobody locked out.
fn first_admin(directory: &Path, stored: &mut Vec<Token>) -> Result<FirstAdminToken, OpenTokensError> {
    let (token, secret) = new_token(admin_name(), Role::Admin, None);
    let path = directory.join(ADMIN_TOKEN_FILE);
    file::replace(&path, format!("{secret}\n").as_bytes()).map_err(|error| unusable(&path, error))?;
    stored.push(token);
    let tokens = directory.join(TOKENS_FILE);
    file::save(&tokens, &Document { tokens: stored.clone() }).map_err(|error| unusable(&tokens, error))?;
    Ok(FirstAdminToken { token: secret, path })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn name(text: &str) -> Text {
        text.parse().unwrap()
    }

    fn names(tokens: &Tokens) -> Vec<String> {
        tokens.list().iter().map(|token| token.name.to_string()).collect()
    }

    #[test]
    fn the_first_start_makes_an_administrator_and_the_second_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let first = Tokens::open(directory.path(), None).unwrap().first_admin_token.unwrap();
        assert_eq!(fs::read_to_string(&first.path).unwrap().trim(), first.token);
        let again = Tokens::open(directory.path(), None).unwrap();
        assert!(again.first_admin_token.is_none());
        let caller = again.tokens.recognise(&first.token, Timestamp::now()).unwrap();
        assert_eq!((caller.name.as_str(), caller.role), ("admin", Role::Admin));
    }

    #[test]
    fn a_given_administrators_token_is_never_written() {
        let directory = tempfile::tempdir().unwrap();
        let opened = Tokens::open(directory.path(), Some("secret")).unwrap();
        assert!(opened.first_admin_token.is_none());
        assert!(opened.tokens.recognise("secret", Timestamp::now()).is_some());
        opened.tokens.create(name("desk"), Role::Finance, None).unwrap();
        let written = fs::read_to_string(directory.path().join(TOKENS_FILE)).unwrap();
        assert!(written.contains("desk") && !written.contains(FIXED_ID));
        assert!(matches!(opened.tokens.revoke(FIXED_ID), Err(RevokeTokenError::Fixed)));
        for text in ["", "two words"] {
            assert!(matches!(
                Tokens::open(directory.path(), Some(text)),
                Err(OpenTokensError::UnusableAdminToken)
            ));
        }
    }

    #[test]
    fn tokens_outlive_the_process_until_they_are_revoked() {
        let directory = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(directory.path(), Some("secret")).unwrap().tokens;
        let (token, secret) = tokens.create(name("shop"), Role::Publisher, None).unwrap();
        assert!(matches!(tokens.create(name("shop"), Role::Viewer, None), Err(CreateTokenError::NameTaken)));
        let tokens = Tokens::open(directory.path(), Some("secret")).unwrap().tokens;
        assert_eq!(tokens.recognise(&secret, Timestamp::now()).unwrap(), token);
        tokens.revoke(&token.id).unwrap();
        assert!(matches!(tokens.revoke(&token.id), Err(RevokeTokenError::Unknown)));
        assert!(tokens.recognise(&secret, Timestamp::now()).is_none());
        let tokens = Tokens::open(directory.path(), Some("secret")).unwrap().tokens;
        assert_eq!(names(&tokens), ["admin"]);
    }

    #[test]
    fn an_expired_token_is_not_known() {
        let directory = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(directory.path(), Some("secret")).unwrap().tokens;
        let end = Timestamp::now().plus_seconds(60);
        let (_, secret) = tokens.create(name("guest"), Role::Viewer, Some(end)).unwrap();
        assert!(tokens.recognise(&secret, Timestamp::from_micros(end.micros() - 1)).is_some());
        assert!(tokens.recognise(&secret, end).is_none());
    }

    #[test]
    fn whoever_lost_the_last_administrator_gets_a_new_one_at_the_next_start() {
        let directory = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(directory.path(), None).unwrap().tokens;
        tokens.revoke(&tokens.list()[0].id).unwrap();
        let opened = Tokens::open(directory.path(), None).unwrap();
        assert!(opened.first_admin_token.is_some());
        assert_eq!(names(&opened.tokens), ["admin"]);
    }
}
