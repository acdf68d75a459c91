//! How long reports take, each beside plain SQL over the same rows.

use std::time::{Duration, Instant};

use query_api::plain::{self, Plain};
use query_api::{Location, ReadModels};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;

use super::limits;
use super::reading::{EMPTY, Span, ask, span};
use super::server::Server;
use super::table::Table;
use super::times::Times;
use crate::platform::Settings;

/// A report with the filters it is asked for.
struct Asked {
    /// Its name in results.
    name: &'static str,
    /// Its address.
    path: &'static str,
    /// What stands before the range.
    filters: &'static str,
    /// The plain select of the same figures.
    plain: Option<Plain>,
}

const REPORTS: [Asked; 14] = [
    asked("overview", "overview", "", None),
    asked("sales", "sales", "", Some(Plain::Sales)),
    asked("sales-of-type", "sales", "product_type=ticket&", None),
    asked("trend-day", "sales/trend", "step=day&", None),
    asked("trend-month", "sales/trend", "step=month&", None),
    asked("verifications", "verifications", "", Some(Plain::Verifications)),
    asked("refunds", "refunds", "", Some(Plain::Refunds)),
    asked("cash", "cash", "", Some(Plain::Cash)),
    asked("suppliers", "suppliers", "", Some(Plain::Suppliers)),
    asked("suppliers-of-one", "suppliers", "supplier_id=S1&", None),
    asked("withdrawals", "withdrawals", "payee_kind=supplier&", Some(Plain::Withdrawals)),
    asked("commissions", "commissions", "", Some(Plain::Commissions)),
    asked("balances", "balances", "", Some(Plain::Balances)),
    asked("screen", "screen", "", None),
];

const fn asked(name: &'static str, path: &'static str, filters: &'static str, plain: Option<Plain>) -> Asked {
    Asked { name, path, filters, plain }
}

/// Asks for every report over random ranges of all days, whole days and ragged ones, `seconds` in all.
pub(super) async fn measure(
    table: &mut Table,
    server: &Server,
    read_models: &Location,
    platform: Settings,
    seconds: u64,
) -> anyhow::Result<()> {
    let mut connection = server.client.connect().await?;
    let mut random = SmallRng::seed_from_u64(platform.seed);
    let empty = limits::empty_times(&mut connection).await?;
    let turn = Duration::from_secs(seconds) / u32::try_from(2 * REPORTS.len())?;
    let database = ReadModels::open(read_models).await?;
    for Asked { name, path, filters, plain } in &REPORTS {
        for (kind, what, whole_days) in [("days", "whole days", true), ("ragged", "ragged", false)] {
            let mut times = Times::default();
            let end = Instant::now() + turn;
            while Instant::now() < end {
                let Span { from, to } = span(&mut random, platform, whole_days)?;
                let path = format!("/v1/reports/{path}?{filters}from={from}&to={to}");
                let asked = Instant::now();
                ask(&mut connection, &path).await?;
                times.push(asked.elapsed());
            }
            table.add(
                format!("report-{name}-{kind}-p50"),
                format!("report {name}, {what}, p50 (with HTTP)"),
                times.percentile_ms(500),
                "ms",
            );
            table.limit(empty.percentile_ms(500), EMPTY);
            table.add(format!("report-{name}-{kind}-p99"), "  p99", times.percentile_ms(990), "ms");
            table.limit(empty.percentile_ms(990), EMPTY);
        }
        if let Some(plain) = plain {
            let took = plain::measure(&database, *plain).await?;
            table.limit(took.as_secs_f64() * 1_000.0, "the same by plain SQL over all rows");
        }
    }
    database.close().await;
    Ok(())
}
