//! Figures as answers show them: amounts, ratios, local times, words of a closed set.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use events_schema::terms::{self, Term};
use events_schema::{Calendar, Money, Shown, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::range::Range;

/// An amount of the currency: a decimal string with two decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Amount(pub Money);

impl Amount {
    /// `minor` minor units (fen).
    pub const fn minor(minor: i64) -> Self {
        Self(Money::from_minor(minor))
    }
}

/// A ratio in ten-thousandths: a string with four decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio(i128);

/// Ten-thousandths in one.
const RATIO_ONE: i128 = 10_000;

impl Ratio {
    /// `part` / `whole`, rounded half away from zero; nothing when there is no whole.
    pub fn of(part: i64, whole: i64) -> Option<Self> {
        if whole == 0 {
            return None;
        }
        let (part, whole) = (i128::from(part) * RATIO_ONE, i128::from(whole));
        let (quotient, remainder) = (part / whole, part % whole);
        let away = if remainder.abs() * 2 >= whole.abs() { part.signum() * whole.signum() } else { 0 };
        Some(Self(quotient + away))
    }

    /// So many ten-thousandths.
    pub(crate) const fn ten_thousandths(number: i128) -> Self {
        Self(number)
    }

    /// How much more it is than `other`.
    pub(crate) const fn less(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The sign is that of the rounded figure, so there is no "-0.0000".
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:04}", self.0.abs() / RATIO_ONE, self.0.abs() % RATIO_ONE)
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An instant in local time, with its offset: `2026-11-01T00:00:00+08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    text: Shown,
    instant: Timestamp,
}

impl LocalTime {
    /// `instant` as this calendar shows it.
    pub fn new(calendar: &Calendar, instant: Timestamp) -> Self {
        Self { text: calendar.show(instant), instant }
    }

    /// An end of a range; nothing when the range is open there.
    pub fn of_end(calendar: &Calendar, end: Timestamp) -> Option<Self> {
        (end != Range::BEGINNING && end != Range::END).then(|| Self::new(calendar, end))
    }

    /// The instant. The text may not say it to the second: before there were time zones, offsets had odd seconds.
    pub const fn instant(&self) -> Timestamp {
        self.instant
    }

    /// It, as text.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Gives a type of figures its name and its schema in the OpenAPI document.
macro_rules! schema {
    ($figure:ty, $name:literal, $schema:expr) => {
        impl PartialSchema for $figure {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object($schema.build()))
            }
        }
        impl ToSchema for $figure {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    };
}

/// A string, as the beginning of a schema.
fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

schema!(
    Amount,
    "Amount",
    text()
        .pattern(Some(r"^-?[0-9]+\.[0-9]{2}$"))
        .description(Some("An amount of the ledger's currency, with two decimals."))
        .examples([json!("128.00")])
);
schema!(
    Ratio,
    "Ratio",
    text()
        .pattern(Some(r"^-?[0-9]+\.[0-9]{4}$"))
        .description(Some("A ratio with four decimals, rounded half away from zero."))
        .examples([json!("0.1234")])
);
schema!(
    LocalTime,
    "LocalTime",
    text()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("An instant in the ledger's time zone, with its offset."))
        .examples([json!("2026-11-01T00:00:00+08:00")])
);

/// Stands for a word of the closed set `T` in the OpenAPI document; `T` itself comes from another crate.
#[derive(Debug)]
pub struct Word<T>(PhantomData<T>);

impl<T: Term> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::Object(text().enum_values(Some(T::NAMES.iter().copied())).build()))
    }
}

impl<T: Term> ToSchema for Word<T> {
    /// The name of the set, without the modules around it.
    fn name() -> Cow<'static, str> {
        type_name::<T>().rsplit(':').next().unwrap_or_default().into()
    }
}

/// Names a word of each closed set, because the OpenAPI document has no generic names.
macro_rules! words {
    ($($word:ident = $set:ident),+ $(,)?) => {$(
        #[doc = concat!("A word of the set `", stringify!($set), "`, for the OpenAPI document.")]
        pub type $word = Word<terms::$set>;
    )+};
}

words! {
    AccountWord = Account,
    BalanceKindWord = BalanceKind,
    CashKindWord = CashKind,
    CommissionStateWord = CommissionState,
    ConfirmationWord = Confirmation,
    DirectionWord = Direction,
    DiscountKindWord = DiscountKind,
    JournalKindWord = JournalKind,
    MethodWord = Method,
    ModeWord = Mode,
    OrderSourceWord = OrderSource,
    OrderStatusWord = OrderStatus,
    ParkedStateWord = ParkedState,
    PayeeKindWord = PayeeKind,
    RefundStateWord = RefundState,
    SettlementStateWord = SettlementState,
    SideWord = Side,
    VoucherAccountWord = VoucherAccount,
    WithdrawalMethodWord = WithdrawalMethod,
    WithdrawalStateWord = WithdrawalState,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(part: i64, whole: i64) -> Option<String> {
        Ratio::of(part, whole).map(|ratio| ratio.to_string())
    }

    #[test]
    fn a_ratio_has_four_decimals_and_rounds_half_away_from_zero() {
        for (part, whole, text) in [
            (1, 3, "0.3333"),
            (2, 3, "0.6667"),
            (1, 20_000, "0.0001"),
            (-1, 20_000, "-0.0001"),
            (-1, 20_001, "0.0000"),
            (3, -20_000, "-0.0002"),
            (7, 7, "1.0000"),
            (-25, 10, "-2.5000"),
            (i64::MAX, 1, "9223372036854775807.0000"),
        ] {
            assert_eq!(ratio(part, whole).as_deref(), Some(text), "{part}/{whole}");
        }
        assert_eq!(ratio(5, 0), None);
    }

    #[test]
    fn a_local_time_keeps_its_instant_where_offsets_have_odd_seconds() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        let instant = Timestamp::from_micros(-2_500_000_000_000_000);
        assert_eq!(LocalTime::new(&calendar, instant).instant(), instant);
    }

    #[test]
    fn a_word_is_documented_with_its_whole_set() {
        assert_eq!(DirectionWord::name(), "Direction");
        let schema = serde_json::to_value(DirectionWord::schema()).unwrap();
        assert_eq!(schema, json!({"type": "string", "enum": ["income", "expense"]}));
    }
}
