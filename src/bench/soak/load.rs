//! What clients do: publish and read, each at its pace.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::http::Method;
use query_api::LEDGER_POSITION;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::time::sleep_until;

use super::super::ingest::{Bodies, beginning, content_type, count};
use super::super::reading::over;
use super::link::{Link, Request};
use super::sample::Sample;
use super::shared::Kind;
use crate::platform::{Lives, Settings};

/// When requests are due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    every: Option<Duration>,
    next: Instant,
}

impl Pace {
    /// The next request is due when the one before is answered.
    pub(super) fn unbounded() -> Self {
        Self { every: None, next: Instant::now() }
    }

    /// The share of one of several clients in so many requests a second; their turns are spread evenly.
    pub(super) fn steady(per_second: f64, (index, of): (u32, u32)) -> Self {
        let every = Duration::from_secs_f64(f64::from(of) / per_second);
        Self { every: Some(every), next: Instant::now() + every * index / of }
    }

    /// Waits until the next request is due, and says when that was: nothing when it is after `end`. What is late is
    /// caught up with.
    async fn due(&mut self, end: Instant) -> Option<Instant> {
        let now = Instant::now();
        let Some(every) = self.every else { return (now < end).then_some(now) };
        let due = self.next;
        if due >= end || now >= end {
            return None;
        }
        self.next += every;
        sleep_until(due.into()).await;
        Some(due)
    }
}

/// Publishes lives, `at_once` events a request.
pub(super) async fn publish(
    mut link: Link,
    lives: Lives,
    (kind, at_once): (Kind, usize),
    mut pace: Pace,
    end: Instant,
) -> anyhow::Result<Sample> {
    let mut sample = Sample::default();
    let mut bodies = Bodies::new(lives);
    while let Some(due) = pace.due(end).await {
        let (body, events) = bodies.next(at_once);
        anyhow::ensure!(
            events > 0,
            "there are no orders to publish: give --orders more than there are clients"
        );
        let content_type = content_type(at_once);
        let request = Request { method: Method::POST, path: "/v1/events".to_owned(), content_type, body };
        let (reply, again) = link.ask(&request).await?;
        link.shared.answered(kind, events, due.elapsed());
        let told = || beginning(&reply.body);
        anyhow::ensure!(reply.status == 200, "the ledger answered {}: {}", reply.status, told());
        let recorded = count(&reply.body, b"\"outcome\":\"recorded\"");
        let duplicates = if again { count(&reply.body, b"\"outcome\":\"duplicate\"") } else { 0 };
        anyhow::ensure!(
            recorded + duplicates == events,
            "{recorded} of {events} events were recorded, {duplicates} before: {}",
            told()
        );
        let position = reply.number(&LEDGER_POSITION).context("an answer names no position")?;
        link.shared.acknowledge(position);
        link.shared.remember(position, || placed(&request.body));
        sample.offer(&request.body, &reply.body)?;
    }
    Ok(sample)
}

/// Lists that are read, as a console shows them.
const LISTS: [&str; 6] = [
    "/v1/orders",
    "/v1/orders?status=refund_review",
    "/v1/cash-entries?direction=income",
    "/v1/settlements?state=unsettled",
    "/v1/commissions",
    "/v1/balance-entries",
];

/// Reads reports over whole days and ragged ranges, the first page of orders, and an order, in turn.
pub(super) async fn read(
    mut link: Link,
    platform: Settings,
    client: u32,
    mut pace: Pace,
    end: Instant,
) -> anyhow::Result<Sample> {
    let mut random = SmallRng::seed_from_u64(platform.seed.wrapping_add(u64::from(client)));
    let (mut turn, mut seen) = (0_u32, 0);
    while let Some(due) = pace.due(end).await {
        let order = if turn % 4 == 3 { link.shared.order(seen) } else { None };
        let path = match (turn % 4, order) {
            (0, _) => over(&mut random, platform, "overview", true)?,
            (1, _) => over(&mut random, platform, "sales", false)?,
            (_, Some((position, order))) => format!("/v1/orders/{order}?min_position={position}"),
            _ => LISTS[random.random_range(0..LISTS.len())].to_owned(),
        };
        turn = turn.wrapping_add(1);
        let before = link.shared.acknowledged();
        let request = Request::get(path);
        let (reply, again) = link.ask(&request).await?;
        link.shared.answered(Kind::Read, 0, due.elapsed());
        let told = || beginning(&reply.body);
        anyhow::ensure!(reply.status == 200, "{} answered {}: {}", request.path, reply.status, told());
        seen = reply.number(&LEDGER_POSITION).context("an answer names no position")?;
        if !again {
            link.shared.lagged(before.saturating_sub(seen));
        }
    }
    Ok(Sample::default())
}

/// The id of an order that is placed in a body.
fn placed(body: &[u8]) -> Option<String> {
    const PLACED: &[u8] = br#""type":"order.placed","subject":""#;
    let from = memchr::memmem::find(body, PLACED)? + PLACED.len();
    let id = body[from..].split(|byte| *byte == b'"').next()?;
    String::from_utf8(id.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_placed_order_is_found() {
        let platform = Settings {
            seed: 1,
            orders: 10,
            start: "2026-01-01T00:00:00Z".parse().unwrap(),
            days: 30,
            endless: false,
        };
        let (body, _) = Bodies::new(Lives::new(platform, crate::platform::Part::WHOLE)).next(100);
        let order = placed(&body).unwrap();
        assert!(order.starts_with("T2601"), "{order}");
        assert_eq!(placed(b"{}"), None);
    }

    #[tokio::test]
    async fn what_is_late_is_due_when_it_should_have_been() {
        let mut pace = Pace::steady(1_000.0, (0, 2));
        let end = Instant::now() + Duration::from_mins(1);
        let first = pace.due(end).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(pace.due(end).await.unwrap() - first, Duration::from_millis(2));
        assert_eq!(pace.due(Instant::now()).await, None);
    }
}
