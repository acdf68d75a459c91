//! Numbers as files write them: plain decimals, without a formatter for each.

use std::io::Write;

use events_schema::digits::digits;

use crate::figure::{Amount, Ratio};

/// Minor units (fen) in one unit of the currency.
const MINOR_PER_UNIT: u64 = 100;

/// Writes a whole number: `-12`.
pub(super) fn count(count: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
}

/// Writes an amount with two decimals: `1234.50`.
pub(super) fn amount(amount: Amount, out: &mut Vec<u8>) {
    let minor = amount.0.minor();
    if minor < 0 {
        out.push(b'-');
    }
    let (units, rest) = (minor.unsigned_abs() / MINOR_PER_UNIT, minor.unsigned_abs() % MINOR_PER_UNIT);
    out.extend_from_slice(itoa::Buffer::new().format(units).as_bytes());
    out.push(b'.');
    digits(rest, 2, out);
}

/// Writes a ratio with four decimals: `0.1234`.
pub(super) fn ratio(ratio: Ratio, out: &mut Vec<u8>) {
    write!(out, "{ratio}").expect("a vector takes what is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn an_amount_is_written_as_in_json(minor in prop_oneof![any::<i64>(), -200..200_i64]) {
            let shown = Amount::minor(minor);
            prop_assert_eq!(written(|out| amount(shown, out)), shown.0.to_string());
        }
    }

    #[test]
    fn the_last_amounts_are_written_too() {
        assert_eq!(written(|out| amount(Amount::minor(i64::MIN), out)), "-92233720368547758.08");
        assert_eq!(written(|out| count(i64::MIN, out)), "-9223372036854775808");
        assert_eq!(written(|out| ratio(Ratio::of(-1, 3).unwrap(), out)), "-0.3333");
    }
}
