//! Where read models are kept, and what of it is read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;

/// Where a ledger keeps its read models.
#[derive(Clone, Debug)]
pub struct Place {
    /// The data directory: in it are the files of SQLite, and what the projector itself must remember.
    pub(crate) data_dir: PathBuf,
    /// The PostgreSQL database that holds the tables; none: files of SQLite hold them.
    pub(crate) postgres: Option<PostgresUrl>,
}

impl Place {
    /// The tables are in `postgres`, or in files of SQLite in the data directory.
    pub fn new(data_dir: impl Into<PathBuf>, postgres: Option<PostgresUrl>) -> Self {
        Self { data_dir: data_dir.into(), postgres }
    }

    /// The tables are in files of SQLite in the data directory.
    pub fn sqlite(data_dir: impl Into<PathBuf>) -> Self {
        Self::new(data_dir, None)
    }
}

/// The tables of one generation of read models: what readers open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite.
    Sqlite(Arc<Path>),
    /// A schema in PostgreSQL.
    Postgres {
        /// The database.
        url: PostgresUrl,
        /// The schema in it.
        schema: Arc<str>,
    },
}

/// The URL of a PostgreSQL database. It is shown without its password.
#[derive(Clone)]
pub struct PostgresUrl(Arc<Parts>);

struct Parts {
    text: String,
    options: PgConnectOptions,
}

/// Why a text is not the URL of a PostgreSQL database. It never repeats the text: a password may be in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlError {
    /// It begins with something else.
    #[error("expected a URL such as postgres://user:password@host/database")]
    Scheme,
    /// Signs that separate its parts stand where they cannot.
    #[error("special characters in a user's name or password must be written as %XX, such as %40 for @")]
    Unescaped,
    /// It has a parameter that is not known.
    #[error("its parameters may be {}", PARAMETERS.join(", "))]
    Parameter,
    /// One of its parts is malformed.
    #[error("it cannot be understood ({0})")]
    Malformed(String),
}

/// The parameters of a URL that mean something here. Others would be ignored, and told in the log with their values.
const PARAMETERS: [&str; 12] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
    "options",
];

impl PostgresUrl {
    /// The whole URL with its password, for nobody but a driver.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// How to connect.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.0.options.clone()
    }
}

impl FromStr for PostgresUrl {
    type Err = PostgresUrlError;

    fn from_str(text: &str) -> Result<Self, PostgresUrlError> {
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let rest = rest.ok_or(PostgresUrlError::Scheme)?;
        let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
        if rest.contains('#') || rest[authority_end..].contains('@') {
            return Err(PostgresUrlError::Unescaped);
        }
        let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters).split('&');
        let mut names = parameters.map(|one| one.split_once('=').map_or(one, |(name, _)| name));
        if names.any(|name| !name.is_empty() && !PARAMETERS.contains(&name)) {
            return Err(PostgresUrlError::Parameter);
        }
        let options = text.parse().map_err(|error: sqlx::Error| {
            PostgresUrlError::Malformed(std::error::Error::source(&error).unwrap_or(&error).to_string())
        })?;
        Ok(Self(Arc::new(Parts { text: text.to_owned(), options })))
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.0.options;
        write!(f, "postgres://{}@", options.get_username())?;
        match options.get_socket() {
            Some(socket) => write!(f, "{}", socket.display())?,
            None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
        }
        write!(f, "/{}", options.get_database().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for PostgresUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        let url: PostgresUrl = "postgres://finance:s%40cret@db.example:6432/books".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://finance@db.example:6432/books");
        let url: PostgresUrl =
            "postgresql://db/books?user=finance&password=s3cret&sslmode=disable".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://finance@db:5432/books");
        let url: PostgresUrl = "postgres://ledger@localhost/postgres?host=/tmp/socket".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://ledger@/tmp/socket/postgres");
        let shown = format!("{:?} {url:?}", Place::new("data", Some(url.clone())));
        assert!(shown.contains("/tmp/socket") && !shown.contains("localhost"), "{shown}");
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        for text in [
            "mysql://u:s3cret@host/db",
            "s3cret",
            "postgres://u:12#s3cret@host/db",
            "postgres://u:12/s3cret@host/db",
            "postgres://u:12?s3cret@host/db",
            "postgres://u:s3cret@host:port/db",
            "postgres://u@host/db?pasword=s3cret",
        ] {
            let refused = text.parse::<PostgresUrl>().unwrap_err();
            assert!(!format!("{refused} {refused:?}").contains("s3cret"), "{text}: {refused}");
        }
    }
}
