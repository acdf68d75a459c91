//! A `ledger serve` of its own, in a second process.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::client;

/// The administrator's token of measured services.
const TOKEN: &str = "bench";
/// How long a service may take to stop.
const STOP: Duration = Duration::from_mins(1);
/// What the service says before its address.
const LISTENING: &str = "listening on ";

/// A service in a second process.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) client: client::Server,
}

impl Server {
    /// Starts a service on `data_dir` and waits until it listens.
    pub(super) async fn start(data_dir: &Path, flags: &[&str]) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(flags)
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
        // Somebody has to read on, or the service waits for room to write.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, client: client::Server::new(&url, TOKEN)? })
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
