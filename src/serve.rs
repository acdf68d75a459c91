//! `ledger serve`: the service over HTTP, until it is asked to stop.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Config;
use crate::connections::{self, LIMITS};
use crate::service::{Service, interrupted};

/// How long requests that are under way may take to finish after the service was asked to stop. Less than the time
/// after which those who ask lose patience and kill.
const DRAIN: Duration = Duration::from_secs(3);

/// Told when the service can be announced as ready.
#[derive(Debug)]
pub(crate) struct ReadySignal(watch::Sender<bool>);

impl ReadySignal {
    /// Announces the service.
    pub(crate) fn signal(self) {
        self.0.send_replace(true);
    }
}

/// Serves until a signal comes.
pub(crate) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let service = Service::open(&config).await?;
    run_with(service, &config, Doors::Locked, async |ready: ReadySignal| {
        ready.signal();
        std::future::pending().await
    })
    .await
}

/// Whom the console lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doors {
    /// Those with a token.
    Locked,
    /// Everybody, as administrator, where only this machine reaches the service: a demo.
    OpenToThisMachine,
}

/// Serves until a signal comes, with `work` going on beside it.
pub(crate) async fn run_with<W>(
    service: Service,
    config: &Config,
    doors: Doors,
    work: W,
) -> anyhow::Result<ExitCode>
where
    W: AsyncFnOnce(ReadySignal) -> anyhow::Result<()>,
{
    let interrupted = interrupted();
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("{} cannot be listened on: is another ledger running? Choose with --listen", config.listen)
    })?;
    let address = listener.local_addr()?;
    let open = doors == Doors::OpenToThisMachine && address.ip().is_loopback();
    let (stop, stopping) = watch::channel(false);
    let router = service.router(stopping.clone(), open)?;
    let server = tokio::spawn(connections::serve(listener, router, LIMITS, stopping));

    let (ready, mut is_ready) = watch::channel(false);
    let announce = async {
        if is_ready.wait_for(|ready| *ready).await.is_ok() {
            tracing::info!("listening on http://{address}");
            if open {
                tracing::info!(
                    "open http://{address} in a browser: on this machine, the demo asks for no token"
                );
            }
        }
        std::future::pending::<()>().await;
    };
    let result = tokio::select! {
        () = interrupted => Ok(ExitCode::SUCCESS),
        reason = service.failed() => Err(anyhow::anyhow!(reason)),
        result = work(ReadySignal(ready)) => result.map(|()| ExitCode::SUCCESS),
        () = announce => Ok(ExitCode::SUCCESS),
    };
    tracing::info!("stopping");
    stop.send_replace(true);
    if tokio::time::timeout(DRAIN, server).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    service.close().await?;
    result
}
