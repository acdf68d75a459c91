//! The service of a soak: killed and started again, and watched that it does not end by itself.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep_until;

use super::super::server::Server;
use crate::client;

/// Where the service is now.
#[derive(Clone, Debug)]
pub(super) struct Now {
    /// Where it listens, or listened until it was killed.
    pub(super) client: client::Server,
    /// Its process; none while it is away.
    pub(super) process: Option<u32>,
    /// How often it was killed so far.
    pub(super) kills: u64,
}

/// Holds the service.
#[derive(Debug)]
pub(super) struct Keeper {
    server: Server,
    now: watch::Sender<Now>,
}

impl Keeper {
    /// Starts the service.
    pub(super) async fn start(dir: &Path, flags: &[String]) -> anyhow::Result<Self> {
        let server = Server::start(dir, flags).await?;
        let now = Now { client: server.client.clone(), process: server.id(), kills: 0 };
        Ok(Self { server, now: watch::Sender::new(now) })
    }

    /// Where the service is.
    pub(super) fn watch(&self) -> watch::Receiver<Now> {
        self.now.subscribe()
    }

    /// Kills the service so often, and starts it again, until `end`; then gives it away.
    pub(super) async fn keep(
        self,
        dir: &Path,
        flags: &[String],
        kill_every: Option<Duration>,
        end: Instant,
    ) -> anyhow::Result<Server> {
        let Self { mut server, now } = self;
        loop {
            let kill = kill_every.map(|every| Instant::now() + every).filter(|kill| *kill < end);
            tokio::select! {
                () = sleep_until(kill.unwrap_or(end).into()) => {}
                status = server.ended() => {
                    let status = status?;
                    anyhow::bail!("the service ended by itself, with {status}:\n{}", server.said());
                }
            }
            if kill.is_none() {
                return Ok(server);
            }
            now.send_modify(|now| {
                now.process = None;
                now.kills += 1;
            });
            server.kill().await?;
            server = Server::start(dir, flags).await?;
            now.send_modify(|now| {
                now.client = server.client.clone();
                now.process = server.id();
            });
        }
    }
}
