//! Texts that obey a rule. One type, [`Checked`], serves them all; a rule says which characters and how many.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

use compact_str::CompactString;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Which texts are allowed.
pub trait Rule {
    /// The name of the rule in a JSON Schema.
    const NAME: &'static str;
    /// What is allowed, as a person reads it.
    const EXPECTED: &'static str;
    /// What is allowed, as a regular expression (ECMA 262, Unicode).
    const PATTERN: &'static str;
    /// Whether `text` is allowed.
    fn allows(text: &str) -> bool;
}

/// A text that `R` allows. Up to 24 bytes of it are kept without an allocation.
pub struct Checked<R>(CompactString, PhantomData<fn() -> R>);

/// Why a text was refused: it says what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct RefusedTextError(&'static str);

/// An id of an order, member, payment, …: 1–64 characters of `[A-Za-z0-9._:-]`.
pub type Id = Checked<IdRule>;
/// A name, number, note or reason: 1–200 characters without control characters.
pub type Text = Checked<TextRule>;
/// The `id` of a published event: 1–128 printable ASCII characters.
pub type EventId = Checked<EventIdRule>;
/// A product type such as `ticket`: `[a-z0-9_]{1,32}`, an open set.
pub type ProductType = Checked<ProductTypeRule>;

/// The rule of [`Id`].
#[derive(Clone, Copy)]
pub enum IdRule {}
/// The rule of [`Text`].
#[derive(Clone, Copy)]
pub enum TextRule {}
/// The rule of [`EventId`].
#[derive(Clone, Copy)]
pub enum EventIdRule {}
/// The rule of [`ProductType`].
#[derive(Clone, Copy)]
pub enum ProductTypeRule {}

impl Rule for IdRule {
    const NAME: &'static str = "Id";
    const EXPECTED: &'static str = "1 to 64 characters of A-Z a-z 0-9 . _ : -";
    const PATTERN: &'static str = "^[A-Za-z0-9._:-]{1,64}$";
    fn allows(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'))
    }
}

impl Rule for TextRule {
    const NAME: &'static str = "Text";
    const EXPECTED: &'static str = "1 to 200 characters, none of them a control character";
    const PATTERN: &'static str = r"^[^\u0000-\u001f\u007f-\u009f]{1,200}$";
    fn allows(text: &str) -> bool {
        const CHARACTERS_MAX: usize = 200;
        !text.is_empty()
            && (text.len() <= CHARACTERS_MAX || text.chars().count() <= CHARACTERS_MAX)
            && !text.chars().any(char::is_control)
    }
}

impl Rule for EventIdRule {
    const NAME: &'static str = "EventId";
    const EXPECTED: &'static str = "1 to 128 printable ASCII characters";
    const PATTERN: &'static str = "^[ -~]{1,128}$";
    fn allows(text: &str) -> bool {
        (1..=128).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b))
    }
}

impl Rule for ProductTypeRule {
    const NAME: &'static str = "ProductType";
    const EXPECTED: &'static str = "1 to 32 characters of a-z 0-9 _";
    const PATTERN: &'static str = "^[a-z0-9_]{1,32}$";
    fn allows(text: &str) -> bool {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }
}

impl<R: Rule> Checked<R> {
    /// The text as it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<R> Checked<R> {
    /// The text without its rule.
    pub fn into_compact(self) -> CompactString {
        self.0
    }
}

impl<R: Rule> FromStr for Checked<R> {
    type Err = RefusedTextError;
    fn from_str(text: &str) -> Result<Self, RefusedTextError> {
        if R::allows(text) {
            Ok(Self(CompactString::new(text), PhantomData))
        } else {
            Err(RefusedTextError(R::EXPECTED))
        }
    }
}

impl<R> Clone for Checked<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<R> PartialEq for Checked<R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<R> Eq for Checked<R> {}

impl<R> PartialOrd for Checked<R> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> Ord for Checked<R> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<R> std::hash::Hash for Checked<R> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<R> Deref for Checked<R> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<R> fmt::Debug for Checked<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<R> fmt::Display for Checked<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<R> Serialize for Checked<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, R: Rule> Deserialize<'de> for Checked<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(CheckedVisitor(PhantomData))
    }
}

struct CheckedVisitor<R>(PhantomData<fn() -> R>);

impl<R: Rule> de::Visitor<'_> for CheckedVisitor<R> {
    type Value = Checked<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string of {}", R::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Checked<R>, E> {
        text.parse().map_err(E::custom)
    }
}

impl<R: Rule> JsonSchema for Checked<R> {
    fn schema_name() -> Cow<'static, str> {
        R::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": R::PATTERN, "description": R::EXPECTED })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_plain() {
        assert!("O-1.a:b_C".parse::<Id>().is_ok());
        assert!("x".repeat(64).parse::<Id>().is_ok());
        for text in ["", "a b", "订单", "a/b", &"x".repeat(65)] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_count_characters_not_bytes() {
        assert!("名".repeat(200).parse::<Text>().is_ok());
        assert!("名".repeat(201).parse::<Text>().is_err());
        for text in ["", "a\nb", "a\u{7f}"] {
            assert!(text.parse::<Text>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn event_ids_are_printable_ascii() {
        assert!("order 17/paid#2".parse::<EventId>().is_ok());
        assert!("é".parse::<EventId>().is_err());
    }

    #[test]
    fn product_types_are_lower_case() {
        assert!("goods_2".parse::<ProductType>().is_ok());
        assert!("Goods".parse::<ProductType>().is_err());
    }
}
