//! Personal data inside recorded events.

use serde::{Deserialize, Serialize, Serializer};

/// A text about a person: a phone, a name, an account, words somebody typed.
///
/// The log is never rewritten, so such a text has room for a second form: sealed with a key of its person, it is
/// erased by destroying that key. JSON writes the text, and null while it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Personal {
    /// The text itself.
    Plain(compact_str::CompactString),
    /// The text, encrypted with the key of its person.
    Sealed(Box<[u8]>),
}

impl Personal {
    /// The text, or nothing while it is sealed.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Sealed(_) => None,
        }
    }
}

impl Serialize for Personal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const NAME: &str = "Personal";
        match self {
            _ if serializer.is_human_readable() => self.text().serialize(serializer),
            Self::Plain(text) => serializer.serialize_newtype_variant(NAME, 0, "Plain", text),
            Self::Sealed(bytes) => serializer.serialize_newtype_variant(NAME, 1, "Sealed", bytes),
        }
    }
}

impl<R> From<crate::text::Checked<R>> for Personal {
    fn from(text: crate::text::Checked<R>) -> Self {
        Self::Plain(text.into_compact())
    }
}
