//! Settings. Each comes from the file, from an environment variable or from a flag, in that rising order.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;
use clap::Args;
use events_schema::{Calendar, Text};
use projector::{Place, PostgresUrl};
use serde::Deserialize;

use crate::memory::{MEMORY_DEFAULT, Shares, Size};

/// The file that is read when none is named, where it exists.
const FILE: &str = "ledger.toml";
/// What says that the read models are in files.
const SQLITE: &str = "sqlite";
/// Settings whose values are not for everybody's eyes.
const SECRET: [&str; 2] = ["database", "admin_token"];

/// The settings as they are given; absent ones come from elsewhere.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where everything is kept [default: ledger-data]
    #[arg(long, env = "LEDGER_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where the read models are kept: `sqlite`, in files in the data directory, or a PostgreSQL database, such as
    /// `postgres://user:password@host/name` [default: sqlite]
    #[arg(long, env = "LEDGER_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<Hidden>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, env = "LEDGER_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The currency of a new ledger (ISO 4217) [default: CNY]
    #[arg(long, env = "LEDGER_CURRENCY", value_name = "CODE")]
    currency: Option<Text>,
    /// The time zone of a new ledger's business days (IANA) [default: Asia/Shanghai]
    #[arg(long, env = "LEDGER_TIME_ZONE", value_name = "ZONE")]
    time_zone: Option<Text>,
    /// The token of the first administrator; without it, one is made at the first start
    #[arg(long, env = "LEDGER_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// How far the read models may lag behind before the ledger is not ready, in events [default: 100000]
    #[arg(long, env = "LEDGER_LAG_EVENTS_MAX", value_name = "EVENTS")]
    lag_events_max: Option<u64>,
    /// How much memory the service may take for what it was busy with lately, such as 256MiB or 2GiB; a filter with 2
    /// to 3 bytes for each id it ever heard of comes on top [default: 320MiB]
    #[arg(long, env = "LEDGER_MEMORY", value_name = "SIZE")]
    memory: Option<Size>,
    /// Leave the read models as they are: for measurements
    #[arg(long, env = "LEDGER_PAUSE_PROJECTIONS", hide = true, num_args = 0..=1, default_missing_value = "true")]
    pause_projections: Option<bool>,
}

/// A text that may hold a password. It is understood only later, so that no error shows it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
struct Hidden(String);

/// The settings as they count.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where everything is kept.
    pub(crate) data_dir: PathBuf,
    /// The PostgreSQL database of the read models; none: they are in files in the data directory.
    pub(crate) database: Option<PostgresUrl>,
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The currency of a new ledger.
    pub(crate) currency: Text,
    /// The time zone of a new ledger.
    pub(crate) time_zone: Text,
    /// The token of the first administrator.
    pub(crate) admin_token: Option<String>,
    /// How far the read models may lag behind, in events.
    pub(crate) lag_events_max: u64,
    /// How the memory of the service is shared out.
    pub(crate) memory: Shares,
    /// Whether the read models are left as they are.
    pub(crate) pause_projections: bool,
}

impl Settings {
    /// These settings, and those of `other` where these have none.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            data_dir: self.data_dir.or(other.data_dir),
            database: self.database.or(other.database),
            listen: self.listen.or(other.listen),
            currency: self.currency.or(other.currency),
            time_zone: self.time_zone.or(other.time_zone),
            admin_token: self.admin_token.or(other.admin_token),
            lag_events_max: self.lag_events_max.or(other.lag_events_max),
            memory: self.memory.or(other.memory),
            pause_projections: self.pause_projections.or(other.pause_projections),
        }
    }

    /// With the defaults where nothing is given; refuses what cannot be.
    pub(crate) fn resolve(self) -> anyhow::Result<Config> {
        let text = |given: Option<Text>, default: &str| given.map_or_else(|| default.parse(), Ok);
        let time_zone = text(self.time_zone, "Asia/Shanghai")?;
        Calendar::new(&time_zone).context("--time-zone")?;
        let currency = text(self.currency, "CNY")?;
        anyhow::ensure!(
            currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()),
            "--currency: expected three capital letters, such as CNY"
        );
        if let Some(token) = &self.admin_token {
            anyhow::ensure!(
                !token.trim().is_empty(),
                "LEDGER_ADMIN_TOKEN is empty: set a token, or unset it"
            );
        }
        let database = self.database.filter(|given| given.0 != SQLITE);
        Ok(Config {
            data_dir: self.data_dir.unwrap_or_else(|| PathBuf::from("ledger-data")),
            database: database.map(|given| given.0.parse()).transpose().context("--database")?,
            listen: self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            currency,
            time_zone,
            admin_token: self.admin_token,
            lag_events_max: self.lag_events_max.unwrap_or(100_000),
            memory: Shares::of(self.memory.unwrap_or(MEMORY_DEFAULT))?,
            pause_projections: self.pause_projections.unwrap_or(false),
        })
    }
}

impl Config {
    /// Where the read models are kept.
    pub(crate) fn read_models(&self) -> Place {
        Place::new(&self.data_dir, self.database.clone())
    }
}

impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Reads the file of settings: the one that is named, or `ledger.toml` where there is one.
pub(crate) fn read_file(named: Option<&Path>) -> anyhow::Result<Settings> {
    let path = named.unwrap_or(Path::new(FILE));
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!(complaint(&text, &error)))
            .with_context(|| format!("the settings in {} are not understood", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            Ok(Settings::default())
        }
        Err(error) => {
            Err(error).with_context(|| format!("the settings cannot be read from {}", path.display()))
        }
    }
}

/// What is wrong with a file of settings, with the line where it is; without it where it may hold a secret.
fn complaint(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..start).unwrap_or_default().lines().count().saturating_sub(1);
    let is_secret = |line: &str| SECRET.iter().any(|setting| line.contains(setting));
    if text.lines().skip(before).take(2).any(is_secret) {
        error.message().to_owned()
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_the_file() {
        let file: Settings = toml::from_str("data_dir = \"a\"\nlisten = \"127.0.0.1:1\"").unwrap();
        let flags = Settings { data_dir: Some("b".into()), ..Settings::default() };
        let config = flags.or(file).resolve().unwrap();
        assert_eq!((config.data_dir, config.listen.port()), (PathBuf::from("b"), 1));
    }

    #[test]
    fn a_typo_in_the_file_is_named() {
        let error = toml::from_str::<Settings>("data_dirr = \"a\"").unwrap_err().to_string();
        assert!(error.contains("data_dirr"), "{error}");
    }

    #[test]
    fn the_password_of_the_database_is_never_shown() {
        let text = "database = \"postgres://u:s3cret@db/books\"";
        let settings: Settings = toml::from_str(text).unwrap();
        assert!(!format!("{settings:?}").contains("s3cret"), "{settings:?}");
        let config = settings.resolve().unwrap();
        assert_eq!(config.database.as_ref().map(PostgresUrl::as_str), Some("postgres://u:s3cret@db/books"));
        assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
        for text in ["database = postgres://u:s3cret@db/books", "database = [\"postgres://u:s3cret@db\"]"] {
            let error = toml::from_str::<Settings>(text).unwrap_err();
            assert!(!complaint(text, &error).contains("s3cret"), "{error}");
        }
        let malformed = Settings { database: Some("u:s3cret@db".parse().unwrap()), ..Settings::default() };
        let error = malformed.resolve().unwrap_err();
        assert!(
            !format!("{error:?}").contains("s3cret") && format!("{error}").contains("--database"),
            "{error:?}"
        );
    }

    #[test]
    fn a_flag_can_turn_back_to_files() {
        let file: Settings = toml::from_str("database = \"postgres://db/books\"").unwrap();
        let flags = Settings { database: Some(SQLITE.parse().unwrap()), ..Settings::default() };
        assert_eq!(flags.or(file).resolve().unwrap().database, None);
    }

    #[test]
    fn settings_that_cannot_be_are_refused() {
        let zone = Settings { time_zone: Some("Asia/Nowhere".parse().unwrap()), ..Settings::default() };
        assert!(zone.resolve().is_err());
        let currency = Settings { currency: Some("yuan".parse().unwrap()), ..Settings::default() };
        assert!(currency.resolve().is_err());
    }
}
