//! Acknowledged events that are sent again at the end: each must be the duplicate of what was answered.

use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Deserialize;

use super::super::ingest::{beginning, content_type};
use crate::client::Connection;

/// Events that a client keeps.
const KEPT_MAX: usize = 200;

/// Some of the requests of a client, all as likely: of each the last event.
#[derive(Debug)]
pub(super) struct Sample {
    kept: Vec<Kept>,
    offered: u64,
    random: SmallRng,
}

#[derive(Debug)]
struct Kept {
    /// The event, on one line.
    event: Bytes,
    /// The position that was answered.
    position: u64,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    outcome: &'a str,
    position: Option<u64>,
}

#[derive(Deserialize)]
struct Outcomes<'a> {
    #[serde(borrow)]
    results: Vec<Outcome<'a>>,
}

impl Default for Sample {
    fn default() -> Self {
        Self { kept: Vec::new(), offered: 0, random: SmallRng::seed_from_u64(0) }
    }
}

impl Sample {
    /// Perhaps keeps an event of a request that was answered.
    pub(super) fn offer(&mut self, body: &Bytes, answer: &[u8]) -> anyhow::Result<()> {
        self.offered += 1;
        let place = self.random.random_range(0..self.offered);
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        if place >= KEPT_MAX {
            return Ok(());
        }
        let line = body.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        // A copy: a slice would keep the whole body.
        let kept = Kept { event: Bytes::copy_from_slice(line), position: last_position(answer)? };
        match self.kept.get_mut(place) {
            Some(place) if self.offered > KEPT_MAX as u64 => *place = kept,
            _ => self.kept.push(kept),
        }
        Ok(())
    }

    /// Sends all of them again, and says how many that were.
    pub(super) async fn check(&self, connection: &mut Connection) -> anyhow::Result<u64> {
        if self.kept.is_empty() {
            return Ok(0);
        }
        let lines: Vec<&[u8]> = self.kept.iter().map(|kept| &*kept.event).collect();
        let body = Bytes::from(lines.join(&b'\n'));
        let (status, answer) = connection.post("/v1/events", content_type(KEPT_MAX), body).await?;
        anyhow::ensure!(status == 200, "the ledger answered {status}: {}", beginning(&answer));
        let Outcomes { results } = serde_json::from_slice(&answer)?;
        anyhow::ensure!(results.len() == self.kept.len(), "not all of the events were answered");
        for (kept, Outcome { outcome, position }) in self.kept.iter().zip(results) {
            anyhow::ensure!(
                outcome == "duplicate" && position == Some(kept.position),
                "acknowledged at position {}, but now {outcome} at {position:?}: {}",
                kept.position,
                String::from_utf8_lossy(&kept.event)
            );
        }
        Ok(self.kept.len() as u64)
    }
}

/// The position of the last event in an answer.
fn last_position(answer: &[u8]) -> anyhow::Result<u64> {
    let position = if let Ok(Outcomes { results }) = serde_json::from_slice(answer) {
        results.last().and_then(|outcome| outcome.position)
    } else {
        serde_json::from_slice::<Outcome<'_>>(answer)?.position
    };
    position.ok_or_else(|| anyhow::anyhow!("an answer without a position: {}", beginning(answer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_bounded_and_pairs_events_with_their_positions() {
        let mut sample = Sample::default();
        for number in 0..5_000_u64 {
            let body = Bytes::from(format!("first\n{number}"));
            let answer = format!(
                r#"{{"results":[{{"id":"a","outcome":"recorded","position":1}},{{"id":"b","outcome":"recorded","position":{number}}}],"position":9}}"#
            );
            sample.offer(&body, answer.as_bytes()).unwrap();
        }
        assert_eq!(sample.kept.len(), KEPT_MAX);
        for kept in &sample.kept {
            assert_eq!(kept.event, Bytes::from(kept.position.to_string()));
        }
        assert!(sample.kept.iter().any(|kept| kept.position > 2_500), "also late ones");
    }

    #[test]
    fn the_answer_to_a_single_event_is_understood() {
        let answer = br#"{"id":"e-1","outcome":"recorded","position":77,"code":null,"detail":null}"#;
        assert_eq!(last_position(answer).unwrap(), 77);
        assert!(last_position(br#"{"outcome":"rejected","position":null}"#).is_err());
    }
}
