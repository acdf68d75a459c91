//! How long reports take, each beside plain SQL over the same rows, and what their figures are made of.

use std::time::{Duration, Instant};

use query_api::plain::{self, Plain};
use query_api::{Location, ReadModels};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

use super::reading::{EMPTY, Span, ask, span};
use super::server::Server;
use super::start::log_end;
use super::table::Table;
use super::times::Times;
use super::{items, limits};
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

/// How reports are asked for.
#[derive(Clone, Copy)]
enum Kind {
    /// Over whole days.
    Days,
    /// Over ranges whose ends are anywhere.
    Ragged,
    /// Over whole days, as they stood at any position.
    AsOf,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Days, Self::Ragged, Self::AsOf];

    /// Its name in results, and for people.
    const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Days => ["days", "whole days"],
            Self::Ragged => ["ragged", "ragged"],
            Self::AsOf => ["as-of", "whole days, as of a random position"],
        }
    }

    /// A question about a report with these filters, of a log with so many events.
    fn question(
        self,
        path: &str,
        filters: &str,
        random: &mut SmallRng,
        platform: Settings,
        events: u64,
    ) -> anyhow::Result<String> {
        let Span { from, to } = span(random, platform, !matches!(self, Self::Ragged))?;
        let as_of = match self {
            Self::Days | Self::Ragged => String::new(),
            Self::AsOf => format!("&as_of={}", random.random_range(1..=events)),
        };
        Ok(format!("/v1/reports/{path}?{filters}from={from}&to={to}{as_of}"))
    }
}

/// Asks for every report over random ranges of all days, in each of the ways, `seconds` in all; and then as long for what
/// figures are made of.
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
    let events = log_end(&mut connection).await?;
    let turn = Duration::from_secs(seconds) / u32::try_from(Kind::ALL.len() * REPORTS.len())?;
    let database = ReadModels::open(read_models).await?;
    for Asked { name, path, filters, plain } in &REPORTS {
        for asking in Kind::ALL {
            let [kind, what] = asking.names();
            let mut times = Times::default();
            let end = Instant::now() + turn;
            while Instant::now() < end {
                let path = asking.question(path, filters, &mut random, platform, events)?;
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
    items::measure(table, &mut connection, &mut random, (platform, events), &empty, seconds).await
}
