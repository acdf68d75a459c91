//! `ledger audit`: whether everything ties out (accounting.md), by the read models as they are.

/// The answer as tables.
mod shown;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use events_schema::{Money, Position, Timestamp};
use ledger_core::log::LogScan;
use query_api::as_of::Resolver;
use query_api::tie_outs::{Unbalanced, unbalanced_entries};
use query_api::{ReadModels, router};
use serde_json::{Value, json};

use crate::cli::print;
use crate::config::{Config, Settings};
use crate::maintain::bar;
use crate::moments;
use crate::replay::{answer, escaped};
use crate::service::location;

/// What `ledger audit` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Audit {
    /// As it stood at this position, or as recorded by this instant [default: as it stands]
    #[arg(long, value_name = "POSITION|TIME")]
    as_of: Option<String>,
    /// Print JSON: the answer of /v1/audit/tie-outs, its last check over every entry of the journal
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

impl Audit {
    /// Checks everything and prints it. The read models are only read, also beside a service that fills them.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        // Without a log there is nothing, whatever else there is.
        LogScan::open(&config.data_dir)?;
        let served = projector::served(&config.read_models()).await?;
        let served = served.with_context(|| {
            format!(
                "there are no read models of this version for {}: `ledger serve` or `ledger rebuild` makes them",
                config.data_dir.display()
            )
        })?;
        let read_models = ReadModels::open(&location(&served)).await?;
        let routes = router::audited(read_models.clone(), resolver(config.data_dir));
        let query = self.as_of.as_deref().map(|text| format!("?as_of={}", escaped(text)));
        let body = answer(&routes, &format!("/v1/audit/tie-outs{}", query.unwrap_or_default())).await?;
        let mut tie_outs: Value = serde_json::from_slice(&body)?;
        every_entry(&read_models, &mut tie_outs).await?;
        read_models.close().await;
        print(if self.json { format!("{tie_outs}\n") } else { shown::tables(&tie_outs) })?;
        let complaints = shown::differences(&tie_outs);
        for complaint in &complaints {
            eprintln!("ledger: {complaint}");
        }
        Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Looks at the entries of the journal one by one, which a service does for the newest only, and says it in place of the
/// last check.
async fn every_entry(read_models: &ReadModels, tie_outs: &mut Value) -> anyhow::Result<()> {
    let until = Position::new(tie_outs["position"].as_u64().unwrap_or_default());
    let progress = bar("{bar:40} entries until {human_pos} of {human_len}, {eta}", Some(until.get()));
    let found =
        unbalanced_entries(read_models, until, |position| progress.set_position(position.get())).await;
    progress.finish_and_clear();
    let Unbalanced { first, amount } = found?;
    let Some(check) = tie_outs["checks"].as_array_mut().and_then(|checks| checks.last_mut()) else {
        return Ok(());
    };
    if amount != 0 {
        let amount = Money::from_minor(amount).to_string();
        check["balance"] = json!(amount);
        check["difference"] = json!(amount);
        check["first_event"] = json!(first.map(Position::get));
        check["holds"] = json!(false);
        tie_outs["holds"] = json!(false);
    }
    Ok(())
}

/// Finds places in the log of a data directory, which is read without its lock, and only when something is to be found.
fn resolver(data_dir: PathBuf) -> Resolver {
    let data_dir = Arc::new(data_dir);
    Arc::new(move |as_of| {
        let data_dir = Arc::clone(&data_dir);
        Box::pin(async move {
            let find = move || moments::find(&data_dir, as_of, Timestamp::now());
            tokio::task::spawn_blocking(find).await?
        })
    })
}
