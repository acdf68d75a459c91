//! Figures as the contract writes them: money, ratios, local times.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// A string with two decimals.
pub(crate) fn money(fen: i64) -> String {
    format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100)
}

/// A string with four decimals, half away from zero; null when there is no whole. Never `-0.0000`.
pub(crate) fn ratio(part: i64, whole: i64) -> Value {
    if whole == 0 {
        return Value::Null;
    }
    let (part, whole) = (i128::from(part), i128::from(whole));
    let is_negative = (part < 0) != (whole < 0);
    // Twice the quotient and one more, halved: that rounds a half up.
    let rounded = (2 * part.abs() * 10_000 + whole.abs()) / (2 * whole.abs());
    let sign = if is_negative && rounded != 0 { "-" } else { "" };
    json!(format!("{sign}{}.{:04}", rounded / 10_000, rounded % 10_000))
}

/// Local time with its offset, to the microsecond where there are some.
pub(crate) fn local(zone: &TimeZone, at: i64) -> String {
    let instant = jiff::Timestamp::from_microsecond(at).unwrap();
    let format =
        if at.rem_euclid(1_000_000) == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S.%6f%:z" };
    instant.to_zoned_datetime(zone.clone()).strftime(format).to_string()
}

/// The same, or null.
pub(crate) fn local_or_null(zone: &TimeZone, at: Option<i64>) -> Value {
    at.map_or(Value::Null, |at| json!(local(zone, at)))
}

#[test]
fn money_has_two_decimals_and_a_sign() {
    assert_eq!([0, 5, -5, 12_345, -100].map(money), ["0.00", "0.05", "-0.05", "123.45", "-1.00"]);
}

#[test]
fn ratios_round_half_away_from_zero() {
    let of = |part, whole| ratio(part, whole);
    assert_eq!([of(1, 3), of(2, 3), of(1, 1)], [json!("0.3333"), json!("0.6667"), json!("1.0000")]);
    assert_eq!(
        [of(1, 20_000), of(-1, 20_000), of(-1, 20_001)],
        [json!("0.0001"), json!("-0.0001"), json!("0.0000")]
    );
    assert_eq!([of(7, -2), of(0, 0)], [json!("-3.5000"), Value::Null]);
}

#[test]
fn local_times_have_their_offset() {
    let zone = TimeZone::get("Australia/Lord_Howe").unwrap();
    assert_eq!(local(&zone, 0), "1970-01-01T10:00:00+10:00");
    // The last microsecond before the clock is put forward by half an hour.
    let change = "2026-10-03T15:30:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond();
    assert_eq!(local(&zone, change - 1), "2026-10-04T01:59:59.999999+10:30");
    assert_eq!(local(&zone, change), "2026-10-04T02:30:00+11:00");
}
