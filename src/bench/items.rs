//! How long the first page takes of what a figure is made of: any figure of any report.

use std::time::{Duration, Instant};

use query_api::items::leaves;
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::Value;

use super::reading::{EMPTY, Span, ask, span};
use super::table::Table;
use super::times::Times;
use crate::client::Connection;
use crate::platform::Settings;
use crate::replay::escaped;

/// The reports whose figures are taken apart.
const REPORTS: [&str; 11] = [
    "overview",
    "sales",
    "sales/trend",
    "verifications",
    "refunds",
    "cash",
    "suppliers",
    "withdrawals",
    "commissions",
    "balances",
    "screen",
];
/// Figures of one answer that are taken apart.
const FIGURES: usize = 10;

/// Asks for the items of random figures of every report over random whole days, now and as of random positions of a log
/// with so many `events`, `seconds` in all. `empty` is how long a request takes that has nothing to do.
pub(super) async fn measure(
    table: &mut Table,
    connection: &mut Connection,
    random: &mut SmallRng,
    (platform, events): (Settings, u64),
    empty: &Times,
    seconds: u64,
) -> anyhow::Result<()> {
    let turn = Duration::from_secs(seconds) / u32::try_from(2 * REPORTS.len())?;
    for report in REPORTS {
        for (kind, what) in [("days", "whole days"), ("as-of", "whole days, as of a random position")] {
            let mut times = Times::default();
            let end = Instant::now() + turn;
            while Instant::now() < end {
                let Span { from, to } = span(random, platform, true)?;
                let as_of = match kind {
                    "as-of" => format!("&as_of={}", random.random_range(1..=events)),
                    _ => String::new(),
                };
                let query = format!("from={from}&to={to}{as_of}");
                for figure in figures(connection, report, &query, random).await? {
                    let path = format!("/v1/reports/{report}/items?figure={figure}&{query}");
                    let asked = Instant::now();
                    ask(connection, &path).await?;
                    times.push(asked.elapsed());
                }
            }
            let name = format!("items-{}-{kind}", report.replace('/', "-"));
            let what = format!("items of a figure of {report}, first page, {what}, p50 (with HTTP)");
            table.add(format!("{name}-p50"), what, times.percentile_ms(500), "ms");
            table.limit(empty.percentile_ms(500), EMPTY);
            table.add(format!("{name}-p99"), "  p99", times.percentile_ms(990), "ms");
            table.limit(empty.percentile_ms(990), EMPTY);
        }
    }
    Ok(())
}

/// Some figures of a report, as an address has them; of a ratio, what it divides.
async fn figures(
    connection: &mut Connection,
    report: &str,
    query: &str,
    random: &mut SmallRng,
) -> anyhow::Result<Vec<String>> {
    let path = format!("/v1/reports/{report}?{query}");
    let (status, answer) = connection.get(&path).await?;
    anyhow::ensure!(status == 200, "{path} answered {status}: {}", String::from_utf8_lossy(&answer));
    let all = leaves(&serde_json::from_slice(&answer)?);
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let figure = |_| {
        let (path, value) = &all[random.random_range(0..all.len())];
        let is_ratio =
            value.as_str().and_then(|text| text.split_once('.')).is_some_and(|(_, d)| d.len() == 4);
        let part = if is_ratio || *value == Value::Null { ".numerator" } else { "" };
        format!("{}{part}", escaped(path))
    };
    Ok((0..FIGURES).map(figure).collect())
}
