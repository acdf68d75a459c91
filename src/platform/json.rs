//! Published events as JSON text. No text in here needs an escape: ids and numbers are made of digits and letters,
//! names and reasons are our own and hold neither quotes nor backslashes nor control characters (a test looks).

use std::fmt::{self, Arguments, Display, Formatter, Write as _};

use super::calendar::{HOUR, MINUTE, clock_of, date, day_of};
use super::catalogue::{DISTRIBUTORS, SUPPLIERS};
use super::dice::mix;
use super::order::{Order, OrderId};
use super::{Published, timestamp};

/// Room for an id, in bytes.
const ID_BYTES: usize = 24;
/// Digits of a number in an id, at least.
const NUMBER_DIGITS: usize = 7;
/// Digits of the largest number.
const DIGITS_MAX: usize = 20;
/// All numbers of two digits.
const PAIRS: &str = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
                     5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
/// Room for most events but placements, in bytes.
const USUAL_BYTES: usize = 320;
/// Room for most placements, in bytes.
const PLACED_BYTES: usize = 1100;

/// Counts `first`, `first + step`, …: parts of one platform count in turn and never collide.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    next: u64,
    step: u64,
}

impl Counter {
    pub(super) fn new(first: u64, step: u64) -> Counter {
        Counter { next: first, step }
    }

    pub(super) fn take(&mut self) -> u64 {
        let number = self.next;
        self.next += self.step;
        number
    }
}

/// Writes the events of one platform, each with an id of its own.
#[derive(Debug)]
pub(super) struct Scribe {
    /// Six digits from the seed, in every id.
    tag: u64,
    /// Ids of events start with it.
    prefix: String,
    events: Counter,
}

impl Scribe {
    pub(super) fn new(seed: u64, events: Counter) -> Scribe {
        let mark = mix(seed, 0x7A6);
        Scribe { tag: mark % 1_000_000, prefix: format!("e-{:010x}", mark >> 24), events }
    }

    pub(super) fn order_id(&self, id: OrderId) -> String {
        let mut text = String::with_capacity(ID_BYTES);
        text.push('T');
        push_digits(&mut text, id.yymmdd().cast_unsigned(), 6);
        push_digits(&mut text, self.tag, 6);
        push_digits(&mut text, id.number, NUMBER_DIGITS);
        text
    }

    pub(super) fn member_id(&self, number: u64) -> String {
        self.id('M', number)
    }

    /// `M4829130000012`: a letter for what it is, the seed's tag, a number.
    pub(super) fn id(&self, letter: char, number: u64) -> String {
        let mut text = String::with_capacity(ID_BYTES);
        text.push(letter);
        push_digits(&mut text, self.tag, 6);
        push_digits(&mut text, number, NUMBER_DIGITS);
        text
    }

    /// An event about `subject` whose `data` is already JSON.
    pub(super) fn event(&mut self, at: i64, kind: &str, subject: &str, data: Arguments<'_>) -> Published {
        let mut json = String::with_capacity(USUAL_BYTES);
        self.open(&mut json, at, kind, subject);
        let _ = json.write_fmt(data);
        json.push('}');
        Published { at: timestamp(at), json }
    }

    fn open(&mut self, json: &mut String, at: i64, kind: &str, subject: &str) {
        json.push_str(r#"{"specversion":"1.0","id":""#);
        json.push_str(&self.prefix);
        json.push('-');
        push_digits(json, self.events.take(), 1);
        json.push_str(r#"","source":"/platform/"#);
        json.push_str(source(kind));
        json.push_str(r#"","type":""#);
        json.push_str(kind);
        json.push_str(r#"","subject":""#);
        json.push_str(subject);
        json.push_str(r#"","time":""#);
        push_time(json, at);
        json.push_str(r#"","data":"#);
    }

    pub(super) fn placed(&mut self, order: &Order) -> Published {
        let id = self.order_id(order.id);
        let mut json = String::with_capacity(PLACED_BYTES);
        self.open(&mut json, order.at, "order.placed", &id);
        let product = order.product;
        let _ = write!(
            json,
            r#"{{"order_no":"{}","member_id":"{}","source":"{}","product":{{"id":"{}","name":"{}","type":"{}"}},"packages":{},"amount":"{}""#,
            &id[1..],
            self.member_id(order.member),
            order.source,
            product.id,
            product.name,
            product.kind.name(),
            order.packages,
            Money(order.amount),
        );
        push_list(&mut json, "discounts", order.discounts.iter().flatten(), |json, (kind, amount)| {
            let _ = write!(json, r#"{{"kind":"{kind}","amount":"{}"}}"#, Money(*amount));
        });
        push_cost(&mut json, order);
        push_list(&mut json, "commissions", order.commissions.iter().flatten(), |json, (index, amount)| {
            let who = &DISTRIBUTORS[*index];
            let _ = write!(
                json,
                r#"{{"distributor_id":"{}","distributor_name":"{}","distributor_phone":"{}","amount":"{}"}}"#,
                who.id,
                who.name,
                who.phone,
                Money(*amount),
            );
        });
        let _ = write!(json, r#","confirmation":"{}""#, order.confirmation.name());
        push_list(&mut json, "travellers", order.travellers.iter().flatten(), |json, gender| {
            let _ = write!(json, r#"{{"gender":"{gender}"}}"#);
        });
        json.push_str("}}");
        Published { at: timestamp(order.at), json }
    }
}

/// The upstream system that publishes events of a type.
fn source(kind: &str) -> &'static str {
    match kind.split('.').next() {
        Some("order" | "refund") => {
            if kind == "order.paid" {
                "payments"
            } else {
                "orders"
            }
        }
        Some("member" | "balance") => "members",
        Some("withdrawal") => "withdrawals",
        _ => "payments",
    }
}

fn push_cost(json: &mut String, order: &Order) {
    if let Some(index) = order.product.supplier {
        let supplier = &SUPPLIERS[index];
        let _ = write!(
            json,
            r#","supplier":{{"id":"{}","name":"{}","cost":"{}"}}"#,
            supplier.id,
            supplier.name,
            Money(order.cost),
        );
    } else {
        let _ = write!(json, r#","quoted_cost":"{}""#, Money(order.cost));
    }
    if order.freight > 0 {
        let _ = write!(json, r#","freight":"{}""#, Money(order.freight));
    }
}

/// `,"name":[…]`, or nothing for an empty list.
fn push_list<T>(
    json: &mut String,
    name: &str,
    items: impl Iterator<Item = T>,
    push: impl Fn(&mut String, T),
) {
    let mut open = false;
    for item in items {
        if open {
            json.push(',');
        } else {
            let _ = write!(json, r#","{name}":["#);
            open = true;
        }
        push(json, item);
    }
    if open {
        json.push(']');
    }
}

/// RFC 3339 with milliseconds, in local time.
fn push_time(json: &mut String, at: i64) {
    let (year, month, day) = date(day_of(at));
    let clock = clock_of(at);
    push_digits(json, year.cast_unsigned(), 4);
    for (before, number, width) in [
        ('-', month, 2),
        ('-', day, 2),
        ('T', clock / HOUR, 2),
        (':', clock / MINUTE % 60, 2),
        (':', clock / 1000 % 60, 2),
        ('.', clock % 1000, 3),
    ] {
        json.push(before);
        push_digits(json, number.cast_unsigned(), width);
    }
    json.push_str("+08:00");
}

/// A number, with zeros before it where it has less than `width` digits: what `write!` does, at a part of its cost.
fn push_digits(json: &mut String, mut number: u64, width: usize) {
    let mut pairs = [0; DIGITS_MAX / 2];
    let mut count = 0;
    while count < pairs.len() && (number > 0 || 2 * count < width) {
        pairs[count] = usize::try_from(number % 100).unwrap_or(0);
        number /= 100;
        count += 1;
    }
    let Some((first, rest)) = pairs[..count].split_last() else { return };
    let skipped = usize::from(*first < 10 && 2 * count > width);
    json.push_str(&PAIRS[2 * first + skipped..2 * first + 2]);
    for pair in rest.iter().rev() {
        json.push_str(&PAIRS[2 * pair..2 * pair + 2]);
    }
}

/// An amount in fen, written in yuan.
pub(super) struct Money(pub(super) i64);

impl Display for Money {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_are_written_elsewhere() {
        for number in [0, 7, 10, 99, 100, 101, 999_999, 1_000_000, 12_345_678, u64::MAX] {
            let mut text = String::new();
            push_digits(&mut text, number, 1);
            push_digits(&mut text, number, 7);
            assert_eq!(text, format!("{number}{number:07}"));
        }
    }
}
