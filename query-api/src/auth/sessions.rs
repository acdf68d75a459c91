//! Sessions of people in browsers: each stands for the token that it began with, and ends with it.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

use events_schema::Timestamp;
use serde::{Deserialize, Serialize};

use crate::auth::file;
use crate::auth::token::{Fingerprint, Token, random_token};

/// The file that sessions are kept in, hashed: a restart logs nobody out.
const SESSIONS_FILE: &str = "sessions.json";
/// The longest that a session lasts, in seconds: a week.
pub(super) const SESSION_SECONDS_MAX: i64 = 7 * 24 * 3600;
/// Sessions of one token at a time. The one that began first makes room for one more.
const SESSIONS_OF_A_TOKEN_MAX: usize = 64;

/// All sessions of one deployment.
#[derive(Debug)]
pub(super) struct Sessions {
    /// The file that holds them.
    path: PathBuf,
    /// All of them, by the hash of their secret.
    known: RwLock<HashMap<Fingerprint, Session>>,
    /// Held while the file is changed.
    changing: Mutex<()>,
}

/// A session as it is kept: it can be recognised, but not taken over.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    /// The SHA-256 of its secret.
    sha256: Fingerprint,
    /// The SHA-256 of its token.
    pub(super) token: Fingerprint,
    /// When it began.
    began_at: Timestamp,
    /// From when on it is no longer valid.
    pub(super) expires_at: Timestamp,
}

/// What `sessions.json` holds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// All sessions, oldest first.
    sessions: Vec<Session>,
}

impl Sessions {
    /// Opens the sessions in `directory`. Where they are not understood there are none: people log in again.
    pub(super) fn open(directory: &Path) -> Self {
        let path = directory.join(SESSIONS_FILE);
        let Document { sessions } = file::load(&path).unwrap_or_else(|error| {
            tracing::warn!(%error, "{} is not understood: everybody has to log in again", path.display());
            Document::default()
        });
        let known = sessions.into_iter().map(|session| (session.sha256, session)).collect();
        Self { path, known: RwLock::new(known), changing: Mutex::new(()) }
    }

    /// The session with this secret, if it is known and not over.
    pub(super) fn find(&self, secret: Fingerprint, now: Timestamp) -> Option<Session> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&secret).filter(|session| now < session.expires_at).copied()
    }

    /// Begins a session for `token`; gives its secret and its end. Forgets those that are over, by themselves or because
    /// their token is no longer `valid`.
    pub(super) fn begin(
        &self,
        token: &Token,
        now: Timestamp,
        valid: impl Fn(Fingerprint) -> bool,
    ) -> io::Result<(String, Timestamp)> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.list();
        all.retain(|session| now < session.expires_at && valid(session.token));
        let own = all.iter().filter(|session| session.token == token.sha256).count();
        if own >= SESSIONS_OF_A_TOKEN_MAX
            && let Some(first) = all.iter().position(|session| session.token == token.sha256)
        {
            all.remove(first);
        }
        let secret = random_token();
        let week = now.plus_seconds(SESSION_SECONDS_MAX);
        let expires_at = token.expires_at.map_or(week, |end| end.min(week));
        let sha256 = Fingerprint::of(&secret);
        all.push(Session { sha256, token: token.sha256, began_at: now, expires_at });
        self.keep(all)?;
        Ok((secret, expires_at))
    }

    /// Ends the session with this secret, if there is one.
    pub(super) fn end(&self, secret: Fingerprint) -> io::Result<()> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.list();
        let before = all.len();
        all.retain(|session| session.sha256 != secret);
        if all.len() == before { Ok(()) } else { self.keep(all) }
    }

    /// All sessions, oldest first.
    fn list(&self) -> Vec<Session> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = known.values().copied().collect();
        all.sort_by_key(|session| session.began_at);
        all
    }

    /// Makes `all` the sessions: on disk first, so that one that has ended does not come back.
    fn keep(&self, all: Vec<Session>) -> io::Result<()> {
        let document = Document { sessions: all };
        file::save(&self.path, &document)?;
        let known = document.sessions.into_iter().map(|session| (session.sha256, session)).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::auth::tokens::{Shown, Tokens};
    use std::sync::Arc;

    fn tokens(directory: &Path) -> Tokens {
        Tokens::open(directory, Some("secret")).unwrap().tokens
    }

    fn viewer(tokens: &Tokens, expires_at: Option<Timestamp>) -> Arc<Token> {
        tokens.create("guest".parse().unwrap(), Role::Viewer, expires_at).unwrap().0
    }

    fn is_in(tokens: &Tokens, secret: &str, now: Timestamp) -> bool {
        tokens.admit(Shown::Session(Fingerprint::of(secret)), now).is_some()
    }

    #[test]
    fn a_session_outlives_the_process_and_its_secret_is_kept_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let first = tokens(directory.path());
        let (secret, end) = first.log_in(&viewer(&first, None), now).unwrap();
        assert_eq!(end, now.plus_seconds(SESSION_SECONDS_MAX));
        let kept = std::fs::read_to_string(directory.path().join(SESSIONS_FILE)).unwrap();
        assert!(!kept.contains(&secret));
        let again = tokens(directory.path());
        assert!(is_in(&again, &secret, now) && !is_in(&again, "another", now));
        assert!(!is_in(&again, &secret, end), "it is over");
        again.log_out(&secret).unwrap();
        again.log_out(&secret).unwrap();
        assert!(!is_in(&again, &secret, now) && !is_in(&tokens(directory.path()), &secret, now));
    }

    #[test]
    fn a_session_ends_with_its_token() {
        let directory = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let tokens = tokens(directory.path());
        let token = viewer(&tokens, Some(now.plus_seconds(60)));
        let (secret, end) = tokens.log_in(&token, now).unwrap();
        assert_eq!(end, now.plus_seconds(60));
        assert!(is_in(&tokens, &secret, now));
        tokens.revoke(&token.id).unwrap();
        assert!(!is_in(&tokens, &secret, now));
        // The secret of a session is no token, and a token is no secret of a session.
        let (secret, _) = tokens.log_in(&tokens.administrator(now).unwrap(), now).unwrap();
        assert!(tokens.recognise(&secret, now).is_none() && !is_in(&tokens, "secret", now));
    }

    #[test]
    fn the_first_session_of_a_token_makes_room_for_one_too_many() {
        let directory = tempfile::tempdir().unwrap();
        let tokens = tokens(directory.path());
        let (guest, now) = (viewer(&tokens, None), Timestamp::now());
        let (other, _) = tokens.log_in(&tokens.administrator(now).unwrap(), now).unwrap();
        let begin = |second| tokens.log_in(&guest, now.plus_seconds(second)).unwrap().0;
        let all: Vec<_> = (0..).map(begin).take(SESSIONS_OF_A_TOKEN_MAX + 1).collect();
        let still: Vec<_> = all.iter().map(|secret| is_in(&tokens, secret, now)).collect();
        assert!(!still[0] && still[1..].iter().all(|still| *still), "{still:?}");
        assert!(is_in(&tokens, &other, now), "nobody else is concerned");
    }

    #[test]
    fn sessions_that_are_not_understood_are_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(SESSIONS_FILE), "{").unwrap();
        let tokens = tokens(directory.path());
        let now = Timestamp::now();
        let (secret, _) = tokens.log_in(&tokens.administrator(now).unwrap(), now).unwrap();
        assert!(is_in(&tokens, &secret, now));
    }
}
