//! Reports as of moments of the past, against the log cut there.

use events_schema::recorded::CommandKey;
use events_schema::{Recorded, Timestamp};

use super::ledger::Ledger;
use super::ranges::{Asked, End};
use super::{asking, comparing};
use crate::naive::dice::Dice;
use crate::naive::rows::Rows;

/// Moments that are asked for.
const MOMENTS: usize = 14;

/// A moment, as it is asked for, and how many events there were.
pub(super) struct Moment {
    pub(super) as_of: String,
    pub(super) events: usize,
}

/// Any moment at which there were events already.
pub(super) fn moment(events: &[Recorded], dice: &mut Dice) -> Moment {
    let moment = if dice.chance(50) { position(events, dice) } else { instant(events, dice) };
    if moment.events == 0 { position(events, dice) } else { moment }
}

/// Compares every report as of random positions and instants, over random ones of these ranges.
pub(crate) async fn reports(ledger: &Ledger, events: &[Recorded], ranges: &[Asked], dice: &mut Dice) {
    for number in 0..MOMENTS {
        let moment = if number % 2 == 0 { position(events, dice) } else { instant(events, dice) };
        if moment.events == 0 {
            continue;
        }
        let rows = Rows::of(&events[..moment.events]);
        let asked = dice.of(ranges);
        comparing::reports(ledger, &rows, Some(&moment.as_of), asked, dice).await;
        position_is_said(ledger, &moment, asked).await;
        a_trend_begins_with_its_first_order(ledger, &rows, &moment).await;
    }
    nothing_is_known_of_what_is_not_yet(ledger, events).await;
}

/// A position, and the end of the decision in which it is.
fn position(events: &[Recorded], dice: &mut Dice) -> Moment {
    let position = 1 + dice.index(events.len());
    let more = events[position..].iter().take_while(|event| event.key == CommandKey::SameDecision);
    Moment { as_of: position.to_string(), events: position + more.count() }
}

/// An instant at which something was recorded, or beside one, and what was recorded by then.
fn instant(events: &[Recorded], dice: &mut Dice) -> Moment {
    let recorded_at = events[dice.index(events.len())].recorded_at.micros();
    let instant = Timestamp::from_micros(recorded_at + dice.of(&[0, 0, -1]));
    let events = events.iter().take_while(|event| event.recorded_at <= instant).count();
    Moment { as_of: instant.to_string(), events }
}

async fn position_is_said(ledger: &Ledger, moment: &Moment, asked: Asked) {
    let filters = [("as_of", moment.as_of.clone())];
    let report = asking::report(ledger, "cash", asked, &filters).await;
    assert_eq!(report["position"], moment.events, "as of {}", moment.as_of);
}

/// Without a beginning, a trend begins with the first order that there was.
async fn a_trend_begins_with_its_first_order(ledger: &Ledger, rows: &Rows, moment: &Moment) {
    let filters = [("as_of", moment.as_of.clone()), ("step", "month".to_owned())];
    let asked = Asked { from: End::Open, to: End::Instant(i64::from(u32::MAX) * 1_000_000) };
    let trend = asking::report(ledger, "sales/trend", asked, &filters).await;
    let points = trend["points"].as_array().unwrap();
    let orders: u64 = points.iter().map(|point| point["orders"].as_u64().unwrap()).sum();
    assert_eq!(orders, rows.orders.len() as u64, "as of {}", moment.as_of);
    assert!(points.first().is_none_or(|first| first["orders"] != 0), "as of {}: {trend}", moment.as_of);
}

async fn nothing_is_known_of_what_is_not_yet(ledger: &Ledger, events: &[Recorded]) {
    let later = events.last().unwrap().recorded_at.plus_seconds(86_400 * 365);
    for as_of in [(events.len() + 1).to_string(), later.to_string()] {
        let (status, problem) = ledger.get(&format!("/v1/reports/sales?as_of={as_of}")).await;
        assert_eq!((status.as_u16(), &problem["code"]), (422, &"invalid_as_of".into()), "as of {as_of}");
        assert_eq!(problem["field"], "as_of");
    }
    let (_, nothing) = ledger.get("/v1/reports/sales?as_of=0&to=2100-01-01").await;
    assert_eq!((&nothing["position"], &nothing["total"]["orders"]), (&0.into(), &0.into()));
}
