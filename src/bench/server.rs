//! A `ledger serve` of its own, in a second process.

use std::collections::VecDeque;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::memory::{self, Memory};
use crate::client;

/// The administrator's token of measured services.
const TOKEN: &str = "bench";
/// How long a service may take to stop.
const STOP: Duration = Duration::from_mins(5);
/// What the service says before its address.
const LISTENING: &str = "listening on ";
/// Lines that are kept of what the service says, in case that it ends by itself.
const SAID_LINES_MAX: usize = 20;

/// The last lines that a service said.
type Said = Arc<Mutex<VecDeque<String>>>;

/// A service in a second process.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    said: Said,
    /// Where it listens.
    pub(super) client: client::Server,
}

impl Server {
    /// Starts a service on `data_dir` and waits until it listens. It has no settings but these: those in the
    /// environment and in `ledger.toml` are another ledger's, whose database must not be filled.
    pub(super) async fn start(data_dir: &Path, flags: &[String]) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let data_dir = std::path::absolute(data_dir).context("the data directory cannot be named")?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LEDGER_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data_dir)
            .args(flags)
            .current_dir(&data_dir)
            .env("LEDGER_ADMIN_TOKEN", TOKEN)
            .env("LEDGER_LOG", "info")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the service cannot be started")?;
        let stderr = child.stderr.take().context("the service has no standard error")?;
        let mut lines = BufReader::new(stderr).lines();
        let url = address(&mut lines).await?;
        let said = Said::default();
        let heard = Arc::clone(&said);
        // Somebody has to read on, or the service waits for room to write.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let mut said = heard.lock().unwrap_or_else(PoisonError::into_inner);
                if said.len() == SAID_LINES_MAX {
                    said.pop_front();
                }
                said.push_back(line);
            }
        });
        Ok(Self { child, said, client: client::Server::new(&url, TOKEN)? })
    }

    /// The process; none when it has ended.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What the process holds in memory now, where the system tells.
    pub(super) fn memory(&self) -> Option<Memory> {
        memory::of(self.child.id()?)
    }

    /// Waits until the process ends by itself, which it should not.
    pub(super) async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// What the service said last.
    pub(super) fn said(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().fold(String::new(), |text, line| text + line + "\n")
    }

    /// Ends the process at once, as `kill -9` does.
    pub(super) async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("the service cannot be killed")
    }

    /// Stops the service in good order.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().context("the service has ended by itself")?;
        let asked = Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        anyhow::ensure!(asked.success(), "the service cannot be asked to stop");
        let status =
            tokio::time::timeout(STOP, self.child.wait()).await.context("the service does not stop")??;
        anyhow::ensure!(status.success(), "the service ended with {status}");
        Ok(())
    }
}

async fn address(lines: &mut Lines<BufReader<ChildStderr>>) -> anyhow::Result<String> {
    let mut said = String::new();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, url)) = line.split_once(LISTENING) {
            return Ok(url.trim().to_owned());
        }
        said.push_str(&line);
        said.push('\n');
    }
    anyhow::bail!("the service ended before it listened:\n{said}")
}
