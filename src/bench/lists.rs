//! How long the first page of each list takes, with each of its filters.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::Value;

use super::limits;
use super::reading::{EMPTY, Span, ask, span};
use super::server::Server;
use super::table::Table;
use super::times::Times;
use crate::client::Connection;
use crate::platform::Settings;
use crate::replay::escaped;

/// A list, and the fields of its items that it can be filtered by.
struct List {
    /// Its address.
    path: &'static str,
    /// Names of parameters that are fields of its items, too.
    filters: &'static [&'static str],
    /// Fields whose beginnings `q` finds.
    searched: &'static [&'static str],
}

const LISTS: [List; 8] = [
    List {
        path: "orders",
        filters: &[
            "status",
            "source",
            "product_type",
            "payment_method",
            "supplier_id",
            "member_id",
            "order_id",
        ],
        searched: &["order_no", "product_name"],
    },
    List {
        path: "cash-entries",
        filters: &["direction", "kind", "method", "mode", "source_id", "order_id"],
        searched: &["order_no", "reference"],
    },
    List {
        path: "settlements",
        filters: &["state", "order_status", "product_type", "supplier_id", "order_id"],
        searched: &["order_no", "supplier_name"],
    },
    List {
        path: "withdrawals",
        filters: &["payee_kind", "method", "state", "payee_id", "withdrawal_id"],
        searched: &["payee_name", "payee_phone"],
    },
    List {
        path: "commissions",
        filters: &["state", "product_type", "distributor_id", "order_id"],
        searched: &["order_no", "distributor_name"],
    },
    List {
        path: "balance-entries",
        filters: &["kind", "source", "member_id", "source_id", "order_id"],
        searched: &["member_phone", "order_no"],
    },
    List {
        path: "refunds",
        filters: &["state", "product_type", "refund_id", "order_id"],
        searched: &["order_no"],
    },
    List { path: "parked-events", filters: &["state"], searched: &[] },
];

/// Items from which values of filters are taken.
const SAMPLE: &str = "limit=500";
/// The longest time that one filter is asked for.
const TURN_MAX: Duration = Duration::from_secs(1);

/// Asks for the first page of every list, with each of its filters by itself, `seconds` in all.
pub(super) async fn measure(
    table: &mut Table,
    server: &Server,
    platform: Settings,
    seconds: u64,
) -> anyhow::Result<()> {
    let mut connection = server.client.connect().await?;
    let mut random = SmallRng::seed_from_u64(platform.seed);
    let empty = limits::empty_times(&mut connection).await?;
    let kinds: usize = LISTS.iter().map(|list| list.filters.len() + list.searched.len() + 2).sum();
    let turn = (Duration::from_secs(seconds) / u32::try_from(kinds)?).min(TURN_MAX);
    for list in &LISTS {
        let items = sample(&mut connection, list.path).await?;
        for what in Kind::all(list) {
            let queries = what.queries(&mut random, &items, platform)?;
            if queries.is_empty() {
                continue;
            }
            let times = repeat(&mut connection, list.path, &queries, turn).await?;
            let p99 = times.percentile_ms(990);
            let name = format!("list-{}-{}-p99", list.path, what.name());
            table.add(
                name,
                format!("list {}, first page, {}, p99 (with HTTP)", list.path, what.name()),
                p99,
                "ms",
            );
            table.limit(empty.percentile_ms(990), EMPTY);
        }
    }
    Ok(())
}

/// What a list is asked for.
#[derive(Clone, Copy)]
enum Kind {
    /// All of it.
    All,
    /// What happened in a range.
    Range,
    /// Items with this value of a field.
    Filter(&'static str),
    /// Items in which a field begins with a text.
    Search(&'static str),
}

impl Kind {
    fn all(list: &List) -> impl Iterator<Item = Self> {
        let filters = list.filters.iter().map(|name| Self::Filter(name));
        let searched = list.searched.iter().map(|name| Self::Search(name));
        [Self::All, Self::Range].into_iter().chain(filters).chain(searched)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Range => "of a range",
            Self::Filter(name) | Self::Search(name) => name,
        }
    }

    /// Different queries of this kind.
    fn queries(
        self,
        random: &mut SmallRng,
        items: &[Value],
        platform: Settings,
    ) -> anyhow::Result<Vec<String>> {
        let values = |name: &str| {
            let values = items.iter().filter_map(|item| item[name].as_str());
            values.map(ToOwned::to_owned).collect::<BTreeSet<_>>()
        };
        Ok(match self {
            Self::All => vec![String::new()],
            Self::Range => {
                let range =
                    |_| span(random, platform, false).map(|Span { from, to }| format!("from={from}&to={to}"));
                (0..100).map(range).collect::<anyhow::Result<_>>()?
            }
            Self::Filter(name) => {
                values(name).iter().map(|value| format!("{name}={}", escaped(value))).collect()
            }
            Self::Search(name) => {
                let prefix = |value: &String| {
                    let characters = value.chars().count();
                    let kept = random.random_range(characters.div_ceil(2)..=characters);
                    format!("q={}", escaped(&value.chars().take(kept).collect::<String>()))
                };
                values(name).iter().map(prefix).collect()
            }
        })
    }
}

/// Items of a list: the newest.
async fn sample(connection: &mut Connection, path: &str) -> anyhow::Result<Vec<Value>> {
    let (status, answer) = connection.get(&format!("/v1/{path}?{SAMPLE}")).await?;
    anyhow::ensure!(status == 200, "/v1/{path} answered {status}: {}", String::from_utf8_lossy(&answer));
    let mut page: Value = serde_json::from_slice(&answer).with_context(|| format!("/v1/{path}"))?;
    let Value::Array(items) = page["items"].take() else {
        anyhow::bail!("/v1/{path} answered with no items: {page}");
    };
    Ok(items)
}

async fn repeat(
    connection: &mut Connection,
    path: &str,
    queries: &[String],
    turn: Duration,
) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let end = Instant::now() + turn;
    for query in queries.iter().cycle() {
        let asked = Instant::now();
        ask(connection, &format!("/v1/{path}?{query}")).await?;
        times.push(asked.elapsed());
        if Instant::now() >= end {
            break;
        }
    }
    Ok(times)
}
