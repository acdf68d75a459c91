//! The bytes of every recorded event, held forever.
//!
//! `golden/NUMBER-VERSION-Name.hex` has a line for each form of an event: what is special about it, and its leaf
//! bytes. A line is never changed. A new version of an event gets a file of its own, and the old one stays.

/// The events whose bytes are held.
pub(crate) mod examples;

/// The fingerprints of requests, held forever.
mod digests;

/// Any event at all.
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::recorded::{DecodeError, Event, Recorded};
use crate::terms::{
    Confirmation, DiscountKind, Gender, Method, OrderSource, PayeeKind, Term, WithdrawalMethod,
};
use examples::Example;

fn golden(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "golden", name].iter().collect()
}

fn file_name(number: u16, version: u8, name: &str) -> String {
    format!("{number}-{version}-{name}.hex")
}

fn encoded(recorded: &Recorded) -> Vec<u8> {
    let mut bytes = Vec::new();
    recorded.encode(&mut bytes);
    bytes
}

fn hex_of(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The forms of one file: `what is special: bytes`.
fn lines_of(name: &str) -> Vec<(String, Vec<u8>)> {
    let text = std::fs::read_to_string(golden(name)).unwrap_or_default();
    let lines =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit_once(": ").unwrap());
    lines.map(|(form, hex)| (form.to_owned(), bytes_of(hex))).collect()
}

/// The examples, by the file in which their bytes are held.
fn by_file() -> BTreeMap<String, Vec<Example>> {
    let mut files: BTreeMap<String, Vec<Example>> = BTreeMap::new();
    for example in examples::all() {
        let event = &example.recorded.event;
        files.entry(file_name(event.number(), event.version(), event.name())).or_default().push(example);
    }
    files
}

#[test]
fn every_event_is_written_to_the_same_bytes_as_ever() {
    for (name, examples) in by_file() {
        let written: Vec<_> = examples.iter().map(|e| (e.form.to_owned(), encoded(&e.recorded))).collect();
        let lines = examples.iter().map(|e| format!("{}: {}\n", e.form, hex_of(&encoded(&e.recorded))));
        let text: String = lines.collect();
        assert_eq!(written, lines_of(&name), "golden/{name} is not what is written today:\n{text}");
    }
}

#[test]
fn the_bytes_of_any_time_are_read() {
    for (name, examples) in by_file() {
        for (example, (form, bytes)) in examples.iter().zip(lines_of(&name)) {
            assert_eq!(Recorded::decode(&bytes).unwrap(), example.recorded, "{name}: {form}");
        }
    }
}

#[test]
fn every_registered_event_has_a_golden_file_and_nothing_else_has() {
    let registered = Event::REGISTRY.iter().map(|(number, version, name)| file_name(*number, *version, name));
    let registered: BTreeSet<String> = registered.collect();
    assert_eq!(registered, by_file().into_keys().collect(), "examples of every event");
    for name in &registered {
        assert!(!lines_of(name).is_empty(), "golden/{name} is missing");
    }
    for entry in std::fs::read_dir(golden("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let of_an_event = name.starts_with(|c: char| c.is_ascii_digit());
        // A file of an older version stays, and needs a test of what it is read as.
        assert!(!of_an_event || registered.contains(&name), "golden/{name} is of no registered event");
    }
}

#[test]
fn no_number_is_used_twice() {
    let numbers: BTreeSet<_> = Event::REGISTRY.iter().map(|(number, version, _)| (number, version)).collect();
    let names: BTreeSet<_> = Event::REGISTRY.iter().map(|(_, _, name)| name).collect();
    assert_eq!((numbers.len(), names.len()), (Event::REGISTRY.len(), Event::REGISTRY.len()));
}

#[test]
fn an_event_that_was_cut_off_is_refused() {
    for example in examples::all() {
        let bytes = encoded(&example.recorded);
        for length in 0..bytes.len() {
            let decoded = Recorded::decode(&bytes[..length]);
            assert!(decoded.is_err(), "{} of {} bytes: {decoded:?}", length, bytes.len());
        }
    }
}

#[test]
fn bytes_after_an_event_are_refused() {
    for example in examples::all() {
        let mut bytes = encoded(&example.recorded);
        bytes.extend([0, 0]);
        assert!(matches!(Recorded::decode(&bytes), Err(DecodeError::LeftOver(2))));
    }
}

#[test]
fn an_unknown_number_or_version_is_refused() {
    let known: BTreeSet<u16> = Event::REGISTRY.iter().map(|(number, _, _)| *number).collect();
    let mut bytes = encoded(&examples::all()[0].recorded);
    for unknown in (0..=300).chain([u16::MAX]).filter(|number| !known.contains(number)) {
        bytes[..2].copy_from_slice(&unknown.to_le_bytes());
        let refused = Recorded::decode(&bytes);
        assert!(matches!(refused, Err(DecodeError::Unknown { number, version: 1 }) if number == unknown));
    }
    for (known, newest, _) in Event::REGISTRY {
        bytes[..2].copy_from_slice(&known.to_le_bytes());
        for unknown in [0, newest + 1, u8::MAX] {
            bytes[2] = unknown;
            let refused = Recorded::decode(&bytes);
            assert!(matches!(refused, Err(DecodeError::Unknown { version, .. }) if version == unknown));
        }
    }
}

#[test]
fn an_event_cannot_refer_to_before_the_beginning() {
    let mut example = examples::all().pop().unwrap();
    example.recorded.entity.birth = crate::Position::ZERO;
    let mut bytes = encoded(&example.recorded);
    let position =
        bytes.windows(2).position(|pair| pair == [0xe8, 0x07]).expect("position 1,000 as a varint");
    bytes[position] = 0xe7;
    assert!(matches!(Recorded::decode(&bytes), Err(DecodeError::Dangling)));
}

/// Words are written as their place in their set: new ones are put at the end, none is taken out.
#[test]
fn every_word_keeps_its_number() {
    fn numbered<T: Term + serde::Serialize>(set: &str) -> String {
        let line = |word: &T| {
            format!("{set} {word}: {}\n", hex_of(&postcard::to_allocvec(word).unwrap()), word = word.as_str())
        };
        T::ALL.iter().map(line).collect()
    }
    let sets = [
        numbered::<OrderSource>("OrderSource"),
        numbered::<DiscountKind>("DiscountKind"),
        numbered::<Confirmation>("Confirmation"),
        numbered::<Gender>("Gender"),
        numbered::<Method>("Method"),
        numbered::<WithdrawalMethod>("WithdrawalMethod"),
        numbered::<PayeeKind>("PayeeKind"),
    ];
    let held = std::fs::read_to_string(golden("words.txt")).unwrap_or_default();
    assert_eq!(held, sets.concat(), "golden/words.txt is not what is written today");
}
