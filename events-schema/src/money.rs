//! Money: an exact number of minor units (fen) of the deployment's one currency.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A sum of money in minor units (fen). JSON writes it as a decimal string with two decimals, postcard as an `i64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Digits before the point that a published amount may have.
const UNIT_DIGITS_MAX: usize = 12;

/// Why a text is not an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a decimal string such as \"128.00\", with up to 12 digits and up to 2 decimals")]
pub struct ParseMoneyError;

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `minor` minor units (fen).
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The number of minor units (fen).
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether this is no money at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This amount × `part` / `whole`, rounded half away from zero; nothing of a `whole` of zero.
    ///
    /// The rounding of domain rule §1; the product is taken in `i128`, so it cannot overflow.
    pub fn share(self, part: Self, whole: Self) -> Self {
        // Most shares are of nothing, and a division in 128 bits takes its time.
        if whole.is_zero() || part.is_zero() {
            return Self::ZERO;
        }
        let product = i128::from(self.0) * i128::from(part.0);
        let whole = i128::from(whole.0);
        let half = whole.abs() / 2 + whole.abs() % 2;
        let (quotient, remainder) = (product / whole, product % whole);
        let away = if remainder.abs() >= half { (product.signum() * whole.signum()).signum() } else { 0 };
        Self(i64::try_from(quotient + away).expect("a share with part ≤ whole is not larger than the amount"))
    }
}

impl FromStr for Money {
    type Err = ParseMoneyError;

    /// Reads `^[0-9]{1,12}(\.[0-9]{1,2})?$`.
    fn from_str(text: &str) -> Result<Self, ParseMoneyError> {
        let (units, decimals) = match text.split_once('.') {
            Some((units, decimals)) if (1..=2).contains(&decimals.len()) => (units, decimals),
            None => (text, ""),
            Some(_) => return Err(ParseMoneyError),
        };
        if units.is_empty() || units.len() > UNIT_DIGITS_MAX {
            return Err(ParseMoneyError);
        }
        let mut minor = 0_i64;
        for digit in
            units.bytes().chain(decimals.bytes()).chain(std::iter::repeat_n(b'0', 2 - decimals.len()))
        {
            if !digit.is_ascii_digit() {
                return Err(ParseMoneyError);
            }
            minor = minor * 10 + i64::from(digit - b'0');
        }
        Ok(Self(minor))
    }
}

/// Letters of the longest: `-92233720368547758.08`.
const LETTERS_MAX: usize = 21;

impl Money {
    /// It, as text, in the last of these letters.
    fn letters(self, letters: &mut [u8; LETTERS_MAX]) -> &str {
        letters.fill(b'0');
        let (mut rest, mut first, least) = (self.0.unsigned_abs(), LETTERS_MAX, LETTERS_MAX - "0.00".len());
        while rest > 0 || first > least {
            first -= 1;
            if first == LETTERS_MAX - ".00".len() {
                letters[first] = b'.';
                continue;
            }
            letters[first] += (rest % 10) as u8;
            rest /= 10;
        }
        if self.0 < 0 {
            first -= 1;
            letters[first] = b'-';
        }
        std::str::from_utf8(&letters[first..]).unwrap_or_default()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letters(&mut [0; LETTERS_MAX]))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.letters(&mut [0; LETTERS_MAX]))
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(DecimalVisitor)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

struct DecimalVisitor;

impl de::Visitor<'_> for DecimalVisitor {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal string such as \"128.00\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        text.parse().map_err(E::custom)
    }
}

impl JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$",
            "description": "An amount of the deployment's currency, as a decimal string.",
            "examples": ["128.00"]
        })
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_the_contract_allows() {
        for (text, minor) in [
            ("0", 0),
            ("128", 12_800),
            ("128.5", 12_850),
            ("128.05", 12_805),
            ("999999999999.99", 99_999_999_999_999),
        ] {
            assert_eq!(text.parse(), Ok(Money::from_minor(minor)), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in ["", ".5", "1.", "1.234", "-1", "+1", "1e3", " 1", "1,000.00", "1000000000000", "１"] {
            assert_eq!(text.parse::<Money>(), Err(ParseMoneyError), "{text}");
        }
    }

    #[test]
    fn a_share_rounds_half_away_from_zero() {
        let share = |amount, part, whole| {
            Money::from_minor(amount).share(Money::from_minor(part), Money::from_minor(whole)).minor()
        };
        assert_eq!(share(1, 1, 2), 1);
        assert_eq!(share(3, 1, 2), 2);
        assert_eq!(share(-3, 1, 2), -2);
        assert_eq!(share(10, 1, 3), 3);
        assert_eq!(share(20, 1, 3), 7);
        assert_eq!(share(5, 1, 0), 0);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(minor in 0..100_000_000_000_000_i64) {
            let money = Money::from_minor(minor);
            prop_assert_eq!(money.to_string().parse(), Ok(money));
        }
    }
}
