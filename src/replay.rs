//! `ledger replay`: reports from the log alone, as they stood at any position.
//!
//! The log is folded into read models of their own, in a temporary directory, which hold what the question looks at; the
//! same routes that the service has answer it from there. So the bytes are the same, and nothing else was asked.

mod report;
use report::Report;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use clap::{Args, ValueEnum as _};
use events_schema::{Calendar, Grain, Id, ProductType, Timestamp};
use http_body_util::BodyExt as _;
use ledger_core::log::LogScan;
use projector::Plan;
use projector::change::Scope;
use query_api::period::Moment;
use query_api::{AsOf, Range, ReadModels};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::cli::print;
use crate::config::{Config, Settings};
use crate::maintain::{bar, rate};
use crate::moments;
use crate::service::{interrupted, location};

/// What `ledger replay` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Replay {
    /// The report: as its address says it, without /v1/reports/; or accounts, the trial balance.
    #[arg(long, required_unless_present = "all", value_name = "NAME")]
    report: Option<Report>,
    /// All reports and the trial balance, each on a line of its own.
    #[arg(long, conflicts_with_all = ["report", "supplier_id", "distributor_id", "product_type", "payee_kind", "step", "format"])]
    all: bool,
    /// As it stood after the event at this position (0: before the first) and all that was decided with it, or as
    /// recorded by this instant [default: the end of the log]
    #[arg(long, value_name = "POSITION|TIME", value_parser = as_of)]
    as_of: Option<AsOf>,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// What a report is asked for, as in its address. What it does not know is refused by the report itself.
#[derive(Args, Clone, Debug)]
struct Question {
    /// From this instant (RFC 3339) or local date on; without both ends, it is today
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Moment>,
    /// Before this instant (RFC 3339) or the beginning of this local date
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Moment>,
    /// What is of this product type only
    #[arg(long, value_name = "TYPE")]
    product_type: Option<ProductType>,
    /// Suppliers: of this one only
    #[arg(long, value_name = "ID")]
    supplier_id: Option<Id>,
    /// Commissions: of this distributor only
    #[arg(long, value_name = "ID")]
    distributor_id: Option<Id>,
    /// Withdrawals: of payees of this kind only
    #[arg(long, value_name = "KIND")]
    payee_kind: Option<String>,
    /// Trend: how long each step is: hour, day or month
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// json, csv or xlsx
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// The language of headings in a file: zh or en
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<String>,
}

impl Replay {
    /// Folds the log and prints what the reports say.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        // A temporary directory does not go away by itself.
        tokio::select! {
            done = self.print(&config) => done,
            () = interrupted() => anyhow::bail!("interrupted"),
        }
    }

    async fn print(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let (as_of, now) = self.moment(config)?;
        let log = LogScan::open(&config.data_dir)?;
        let dir = tempfile::Builder::new().prefix("ledger-replay-").tempdir()?;
        // Nobody else needs memory here: there are no books.
        let memory = config.memory.books + config.memory.entities;
        let replay = projector::Replay::open(log, dir.path(), memory).await?;
        let calendar = Calendar::new(&replay.created().time_zone)?;
        let asked = self.asked(now, &calendar)?;
        let read_models = ReadModels::open(&location(replay.database())).await?;
        let routes = query_api::router::replayed(read_models.clone());
        // What is wrong with the question shows before the work.
        answers(&routes, &self.question, &asked).await?;
        let began = Instant::now();
        let progress = bar("{spinner} {human_pos} events", None);
        let shown = progress.clone();
        let tell = move |position: events_schema::Position| shown.set_position(position.get());
        let filled = replay.fill(self.plan(&asked, &calendar), as_of, tell).await;
        progress.finish_and_clear();
        let position = filled.with_context(|| format!("the log in {}", config.data_dir.display()))?;
        let seconds = began.elapsed().as_secs_f64();
        let rate = rate(position.get(), seconds);
        tracing::info!("replayed {position} events in {seconds:.2} s ({rate} events/s)");
        for body in answers(&routes, &self.question, &asked).await? {
            print(body)?;
            if self.all {
                print("\n")?;
            }
        }
        read_models.close().await;
        Ok(ExitCode::SUCCESS)
    }

    /// Where the replay ends, and the instant that "today" belongs to there: as the service finds them.
    fn moment(&self, config: &Config) -> anyhow::Result<(projector::AsOf, Timestamp)> {
        let now = Timestamp::now();
        let Some(as_of) = self.as_of else { return Ok((projector::AsOf::End, now)) };
        let found = moments::find(&config.data_dir, as_of, now).map_err(anyhow::Error::from_boxed)?;
        let (position, today) = match (as_of, found) {
            (AsOf::Position(_), Some(place)) => (place.position, place.recorded_at.unwrap_or(now)),
            (AsOf::Instant(instant), Some(place)) => (place.position, instant),
            // The replay says where the log ends.
            (AsOf::Position(position), None) => (position, now),
            (AsOf::Instant(instant), None) => {
                anyhow::bail!("--as-of {instant}: this instant has not come yet")
            }
        };
        Ok((projector::AsOf::Position(position), today))
    }

    /// The reports that are asked for, each with its range.
    fn asked(&self, now: Timestamp, calendar: &Calendar) -> anyhow::Result<Vec<(Report, Range)>> {
        let reports = if self.all { Report::value_variants() } else { self.report.as_slice() };
        let Question { from, to, .. } = self.question;
        let asked = reports.iter().map(|report| {
            let range = report.range(from, to, now, calendar);
            Ok((*report, range.map_err(|problem| anyhow::anyhow!(problem.detail().to_owned()))?))
        });
        asked.collect()
    }

    /// What the reports look at.
    fn plan(&self, asked: &[(Report, Range)], calendar: &Calendar) -> Plan {
        let Question { supplier_id, distributor_id, .. } = &self.question;
        let owner = supplier_id.as_ref().or(distributor_id.as_ref()).cloned();
        // The own cells of an owner have no hours.
        let finest = if owner.is_some() { Grain::Day } else { Grain::Hour };
        let mut rows: Vec<_> = asked
            .iter()
            .flat_map(|(_, range)| range.ragged(finest, calendar))
            .map(|step| [step.from, step.to])
            .filter(|[from, to]| from < to)
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let scope = Scope::new(rows, owner);
        asked.iter().fold(Plan::new(scope), |plan, (report, range)| report.add_to(plan, *range))
    }
}

/// What each report answers.
async fn answers(
    routes: &Router,
    question: &Question,
    asked: &[(Report, Range)],
) -> anyhow::Result<Vec<Bytes>> {
    let mut answers = Vec::new();
    for (report, range) in asked {
        let answer = answer(routes, &format!("{}?{}", report.path(), question.query(*range))).await;
        answers.push(answer.with_context(|| report.path())?);
    }
    Ok(answers)
}

impl Question {
    /// The question about `range` as it stands in an address. Its ends are instants, so that it makes no difference when
    /// it is asked.
    fn query(&self, range: Range) -> String {
        let from = (range.from != Range::BEGINNING).then(|| range.from.to_string());
        let to = (range.to != Range::END).then(|| range.to.to_string());
        let text = |given: &Option<String>| given.clone();
        [
            ("from", from),
            ("to", to),
            ("product_type", self.product_type.as_ref().map(ToString::to_string)),
            ("supplier_id", self.supplier_id.as_ref().map(ToString::to_string)),
            ("distributor_id", self.distributor_id.as_ref().map(ToString::to_string)),
            ("payee_kind", text(&self.payee_kind)),
            ("step", text(&self.step)),
            ("format", text(&self.format)),
            ("lang", text(&self.lang)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", escaped(&value?))))
        .collect::<Vec<_>>()
        .join("&")
    }
}

/// What a route answers; an error says what is wrong with the question.
pub(crate) async fn answer(routes: &Router, address: &str) -> anyhow::Result<Bytes> {
    let request = Request::get(address).body(Body::empty())?;
    let response = routes.clone().oneshot(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if status.is_success() {
        return Ok(body);
    }
    let problem: Value = serde_json::from_slice(&body)?;
    anyhow::bail!("{}", problem["detail"].as_str().unwrap_or(status.as_str()))
}

/// `text` in an address: every byte is escaped but those that never mean anything there.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

fn as_of(text: &str) -> Result<AsOf, &'static str> {
    AsOf::parse(text).ok_or("expected a position such as 1204, or an RFC 3339 time with an offset")
}

fn moment(text: &str) -> Result<Moment, &'static str> {
    Moment::parse(text).ok_or("expected a date such as 2026-11-01, or an RFC 3339 time with an offset")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_and_an_instant_are_told_apart() {
        for position in [0, 17] {
            let expected = AsOf::Position(events_schema::Position::new(position));
            assert_eq!(as_of(&position.to_string()), Ok(expected));
        }
        let instant = "2026-11-01T09:30:00+08:00";
        assert_eq!(as_of(instant), Ok(AsOf::Instant(instant.parse().unwrap())));
        for text in ["-1", "+1", "yesterday", "2026-11-01", ""] {
            assert!(as_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_byte_that_means_something_in_an_address_is_escaped() {
        assert_eq!(escaped("a+b &=2é"), "a%2Bb%20%26%3D2%C3%A9");
        assert_eq!(escaped("total.paid_orders-~"), "total.paid_orders-~");
    }
}
