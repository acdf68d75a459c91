//! Suppliers, distributors and members who withdraw: what each of them has, roughly as the ledger reckons, so that
//! most requests find the funds they ask for.

use super::catalogue::{DISTRIBUTORS, Partner, SUPPLIERS};
use super::dice::{Dice, mix};
use super::pending::Payee;

const YUAN: i64 = 100;
const SUPPLIER_MINIMUM: i64 = 500 * YUAN;
const DISTRIBUTOR_MINIMUM: i64 = 50 * YUAN;
const MEMBER_MINIMUM: i64 = 20 * YUAN;

/// A request for a withdrawal, as it is published.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) payee: Person,
    pub(super) amount: i64,
    pub(super) method: &'static str,
    pub(super) account: String,
}

/// The payee of a request.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) phone: String,
}

impl Person {
    pub(super) fn partner(kind: &'static str, partner: &Partner) -> Person {
        Person { kind, id: partner.id.into(), name: partner.name.into(), phone: partner.phone.into() }
    }
}

/// The funds of suppliers and distributors, in fen.
#[derive(Debug, Default)]
pub(super) struct Funds {
    suppliers: [i64; SUPPLIERS.len()],
    distributors: [i64; DISTRIBUTORS.len()],
}

impl Funds {
    pub(super) fn change_supplier(&mut self, index: usize, by: i64) {
        self.suppliers[index] += by;
    }

    pub(super) fn change_distributor(&mut self, index: usize, by: i64) {
        self.distributors[index] += by;
    }

    pub(super) fn of_supplier(&self, index: usize) -> i64 {
        self.suppliers[index]
    }

    pub(super) fn of_distributor(&self, index: usize) -> i64 {
        self.distributors[index]
    }
}

/// How much a payee who has `funds` asks for: whole yuan, and rarely all; nothing where it is not worth it.
pub(super) fn amount(dice: &mut Dice, payee: Payee, funds: i64) -> Option<i64> {
    let (percent, minimum) = match payee {
        Payee::Supplier(_) => (dice.within(60, 92), SUPPLIER_MINIMUM),
        Payee::Distributor(_) => (dice.within(70, 95), DISTRIBUTOR_MINIMUM),
        Payee::Member(_) => (dice.pick(&[50, 80, 100]), MEMBER_MINIMUM),
    };
    let amount = funds * percent / 100 / YUAN * YUAN;
    (amount >= minimum).then_some(amount)
}

/// The request of `person` for an amount; companies use their bank, people what they have.
pub(super) fn request(dice: &mut Dice, seed: u64, person: Person, amount: i64) -> Request {
    let method =
        if person.kind == "supplier" { "bank_card" } else { dice.pick(&["wechat", "alipay", "bank_card"]) };
    let own =
        mix(seed, person.phone.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31) + u64::from(byte)));
    let account = match method {
        "bank_card" => format!("622202{:013}", own % 10_u64.pow(13)),
        "alipay" => person.phone.clone(),
        _ => format!("wx_{:08x}", own >> 32),
    };
    Request { payee: person, amount, method, account }
}
