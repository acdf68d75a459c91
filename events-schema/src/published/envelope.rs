//! The attributes of a CloudEvent (CloudEvents 1.0, JSON format).

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::recorded::{Extension, ExtensionValue, Personal};
use crate::{EventId, Id, Text, Timestamp};

/// Extension attributes that one event may have.
const EXTENSIONS_MAX: usize = 32;

/// The attributes, checked; the data not yet read.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) id: EventId,
    pub(super) source: Text,
    pub(super) kind: Cow<'a, str>,
    pub(super) subject: Id,
    pub(super) time: Timestamp,
    pub(super) data: Option<&'a RawValue>,
    pub(super) extensions: Vec<Extension>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

/// The attributes as they come, in any order.
#[derive(Default)]
struct Attributes<'a> {
    specversion: Option<SpecVersion>,
    id: Option<EventId>,
    source: Option<Text>,
    kind: Option<Cow<'a, str>>,
    subject: Option<Id>,
    time: Option<Timestamp>,
    datacontenttype: Option<Nullable<ContentType>>,
    data: Option<Nullable<&'a RawValue>>,
    extensions: Vec<Extension>,
}

struct EnvelopeVisitor;

impl<'de> de::Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CloudEvent (a JSON object)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut attributes = Attributes::default();
        while let Some(CowStr(name)) = map.next_key()? {
            match &*name {
                "specversion" => once(&mut attributes.specversion, &name, map.next_value()?)?,
                "id" => once(&mut attributes.id, &name, map.next_value()?)?,
                "source" => once(&mut attributes.source, &name, map.next_value()?)?,
                "type" => once(&mut attributes.kind, &name, map.next_value::<CowStr<'_>>()?.0)?,
                "subject" => once(&mut attributes.subject, &name, map.next_value()?)?,
                "time" => once(&mut attributes.time, &name, map.next_value()?)?,
                "datacontenttype" => once(&mut attributes.datacontenttype, &name, map.next_value()?)?,
                "data" => once(&mut attributes.data, &name, map.next_value()?)?,
                "data_base64" => {
                    return Err(de::Error::custom(
                        "data_base64: binary data is not understood, expected `data`",
                    ));
                }
                _ => attributes.extension(&name, map.next_value()?)?,
            }
        }
        attributes.finish()
    }
}

impl<'a> Attributes<'a> {
    fn extension<E: de::Error>(&mut self, name: &str, value: Option<ExtensionJson>) -> Result<(), E> {
        let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !named {
            return Err(E::custom(format_args!("{name}: expected an attribute name of a-z and 0-9")));
        }
        let Some(ExtensionJson(value)) = value else { return Ok(()) };
        let name: Text = name.parse().map_err(E::custom)?;
        match self.extensions.binary_search_by(|e| e.name.cmp(&name)) {
            Ok(_) => Err(E::custom(format_args!("{name}: expected once"))),
            Err(_) if self.extensions.len() == EXTENSIONS_MAX => {
                Err(E::custom(format_args!("{name}: expected at most {EXTENSIONS_MAX} extensions")))
            }
            Err(place) => {
                self.extensions.insert(place, Extension { name, value });
                Ok(())
            }
        }
    }

    fn finish<E: de::Error>(self) -> Result<Envelope<'a>, E> {
        self.specversion.ok_or_else(|| E::missing_field("specversion"))?;
        Ok(Envelope {
            id: self.id.ok_or_else(|| E::missing_field("id"))?,
            source: self.source.ok_or_else(|| E::missing_field("source"))?,
            kind: self.kind.ok_or_else(|| E::missing_field("type"))?,
            subject: self.subject.ok_or_else(|| E::missing_field("subject"))?,
            time: self.time.ok_or_else(|| E::missing_field("time"))?,
            data: self.data.and_then(|data| data.0),
            extensions: self.extensions,
        })
    }
}

fn once<T, E: de::Error>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom(format_args!("{name}: expected once"))),
    }
}

/// A value that may be null: it is there all the same, and a second one is refused.
#[derive(Deserialize)]
#[serde(transparent, bound(deserialize = "T: Deserialize<'de>"))]
struct Nullable<T>(Option<T>);

/// The one version of the specification that is understood.
#[derive(Deserialize)]
enum SpecVersion {
    #[serde(rename = "1.0")]
    V1,
}

/// The one content type that data may have.
#[derive(Deserialize)]
enum ContentType {
    #[serde(rename = "application/json")]
    Json,
}

/// A text, borrowed where JSON needs no unescaping.
struct CowStr<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for CowStr<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = CowStr<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<CowStr<'de>, E> {
                Ok(CowStr(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<CowStr<'de>, E> {
                Ok(CowStr(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// The value of an extension attribute.
struct ExtensionJson(ExtensionValue);

impl<'de> Deserialize<'de> for ExtensionJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExtensionVisitor)
    }
}

struct ExtensionVisitor;

impl de::Visitor<'_> for ExtensionVisitor {
    type Value = ExtensionJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a boolean or a whole number of 32 bits")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<ExtensionJson, E> {
        Ok(ExtensionJson(ExtensionValue::Boolean(value)))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<ExtensionJson, E> {
        let value = i32::try_from(value).map_err(|_| E::custom("expected a whole number of 32 bits"))?;
        Ok(ExtensionJson(ExtensionValue::Integer(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<ExtensionJson, E> {
        let value = i32::try_from(value).map_err(|_| E::custom("expected a whole number of 32 bits"))?;
        Ok(ExtensionJson(ExtensionValue::Integer(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<ExtensionJson, E> {
        // CloudEvents 1.0, type String. Blocks of the log count on it, too: no event has a run of zeros.
        if value.chars().any(char::is_control) {
            return Err(E::custom("expected a text without control characters"));
        }
        Ok(ExtensionJson(ExtensionValue::Text(Personal::Plain(value.into()))))
    }
}
