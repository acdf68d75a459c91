//! What a customer orders: product, packages, price, discounts, who earns from it.

use super::calendar::{date, day_of};
use super::catalogue::{DISTRIBUTORS, Kind, Product};
use super::dice::Dice;
use super::rhythm::weekend;

const SOURCES: [(&str, u64); 8] = [
    ("wechat_mini", 52),
    ("uni_h5", 9),
    ("web_h5", 8),
    ("douyin_mini", 10),
    ("alipay_mini", 9),
    ("pc", 7),
    ("kuaishou_mini", 4),
    ("other", 1),
];

const WEEKDAY_KINDS: [(Kind, u64); 5] =
    [(Kind::Ticket, 58), (Kind::Hotel, 12), (Kind::Tour, 6), (Kind::Goods, 14), (Kind::Meal, 10)];
const WEEKEND_KINDS: [(Kind, u64); 5] =
    [(Kind::Ticket, 54), (Kind::Hotel, 18), (Kind::Tour, 9), (Kind::Goods, 10), (Kind::Meal, 9)];

/// Families and groups come more often than people alone.
const TICKETS: [(i64, u64); 8] = [(1, 4), (2, 12), (3, 16), (4, 21), (5, 14), (6, 15), (8, 11), (10, 7)];
const NIGHTS: [(i64, u64); 4] = [(1, 45), (2, 35), (3, 14), (4, 6)];
const TRAVELLERS: [(i64, u64); 4] = [(1, 18), (2, 50), (3, 20), (4, 12)];
const PIECES: [(i64, u64); 3] = [(1, 66), (2, 24), (3, 10)];
const MEALS: [(i64, u64); 5] = [(1, 24), (2, 34), (3, 20), (4, 16), (6, 6)];

pub(super) const GENDERS: [(&str, u64); 3] = [("female", 50), ("male", 44), ("unknown", 6)];

/// An order's number, and the day that stands in its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OrderId {
    /// The local day of the placement.
    pub(super) day: i64,
    /// Counts the orders of the platform.
    pub(super) number: u64,
}

/// Who has to say yes to an order, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirmation {
    None,
    BeforePayment,
    AfterPayment,
}

impl Confirmation {
    /// The wire name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Confirmation::None => "none",
            Confirmation::BeforePayment => "before_payment",
            Confirmation::AfterPayment => "after_payment",
        }
    }
}

/// An order as it is placed; money in fen.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) id: OrderId,
    pub(super) at: i64,
    pub(super) member: u64,
    pub(super) source: &'static str,
    pub(super) product: &'static Product,
    pub(super) packages: i64,
    pub(super) amount: i64,
    pub(super) discounts: [Option<(&'static str, i64)>; 2],
    /// What the supplier gets, or the platform's own cost.
    pub(super) cost: i64,
    pub(super) freight: i64,
    /// Index into [`DISTRIBUTORS`] and amount.
    pub(super) commissions: [Option<(usize, i64)>; 2],
    pub(super) confirmation: Confirmation,
    /// Gender of each traveller who is named.
    pub(super) travellers: [Option<&'static str>; 4],
}

impl Order {
    /// What a member orders at a moment.
    pub(super) fn draw(dice: &mut Dice, number: u64, member: u64, at: i64) -> Order {
        let kind = dice.weighted(if weekend(at) { &WEEKEND_KINDS } else { &WEEKDAY_KINDS });
        let products = kind.products();
        let product = &products[dice.low_index(products.len())];
        let packages = packages(dice, kind);
        let amount = price(dice, product, at) * packages;
        Order {
            id: OrderId { day: day_of(at), number },
            at,
            member,
            source: dice.weighted(&SOURCES),
            product,
            packages,
            amount,
            discounts: discounts(dice, amount),
            cost: amount * product.cost / 100,
            freight: if kind == Kind::Goods { dice.pick(&[600, 800, 1000, 1200, 1800]) } else { 0 },
            commissions: commissions(dice, amount),
            confirmation: confirmation(dice, kind),
            travellers: travellers(dice, kind, packages),
        }
    }

    /// What the customer has to pay.
    pub(super) fn payable(&self) -> i64 {
        self.amount - self.discounts.iter().flatten().map(|discount| discount.1).sum::<i64>()
    }
}

fn packages(dice: &mut Dice, kind: Kind) -> i64 {
    match kind {
        Kind::Ticket => dice.weighted(&TICKETS),
        Kind::Hotel => dice.weighted(&NIGHTS),
        Kind::Tour => dice.weighted(&TRAVELLERS),
        Kind::Goods => dice.weighted(&PIECES),
        Kind::Meal => dice.weighted(&MEALS),
    }
}

/// Of one package: rooms and tours cost more for the weekend, and vary with the date.
fn price(dice: &mut Dice, product: &Product, at: i64) -> i64 {
    match product.kind {
        Kind::Hotel | Kind::Tour => {
            let season = dice.within(92, 112) + if weekend(at) { 12 } else { 0 };
            product.price * season / 100 / 100 * 100
        }
        Kind::Ticket | Kind::Goods | Kind::Meal => product.price,
    }
}

fn discounts(dice: &mut Dice, amount: i64) -> [Option<(&'static str, i64)>; 2] {
    if dice.permille(2) {
        return [Some(("coupon", amount)), None]; // a prize draw: the order is free
    }
    if !dice.permille(340) {
        return [None, None];
    }
    let most = amount / 4;
    let first = match dice.below(4) {
        0 => ("coupon", dice.pick(&[500, 1000, 2000, 3000, 5000])),
        1 => ("red_packet", dice.within(88, 1888)),
        2 => ("discount", amount * dice.pick(&[5, 10, 12]) / 100),
        _ => ("points", dice.within(50, 1000)),
    };
    let second =
        (first.0 != "points" && dice.permille(200)).then(|| ("points", dice.within(50, 600).min(most)));
    [Some((first.0, first.1.min(most))), second]
}

fn commissions(dice: &mut Dice, amount: i64) -> [Option<(usize, i64)>; 2] {
    if !dice.permille(380) {
        return [None, None];
    }
    let seller = dice.low_index(DISTRIBUTORS.len());
    let first = (seller, amount * dice.within(30, 80) / 1000);
    // Whoever recruited the seller earns a little too.
    let second = dice.permille(180).then(|| ((seller + 7) % DISTRIBUTORS.len(), amount * 10 / 1000));
    [Some(first), second]
}

fn confirmation(dice: &mut Dice, kind: Kind) -> Confirmation {
    let (before, after) = match kind {
        Kind::Ticket => (20, 200),
        Kind::Hotel => (170, 700),
        Kind::Tour => (380, 560),
        Kind::Goods => (0, 0),
        Kind::Meal => (0, 120),
    };
    match dice.below(1000) {
        n if n < before => Confirmation::BeforePayment,
        n if n < before + after => Confirmation::AfterPayment,
        _ => Confirmation::None,
    }
}

fn travellers(dice: &mut Dice, kind: Kind, packages: i64) -> [Option<&'static str>; 4] {
    let named = match kind {
        Kind::Ticket | Kind::Tour => packages,
        Kind::Hotel => dice.within(1, 2),
        Kind::Goods | Kind::Meal => 0,
    };
    let mut travellers = [None; 4];
    for (traveller, _) in travellers.iter_mut().zip(0..named) {
        *traveller = Some(dice.weighted(&GENDERS));
    }
    travellers
}

impl OrderId {
    /// The day as `yymmdd`.
    pub(super) fn yymmdd(self) -> i64 {
        let (year, month, day) = date(self.day);
        year % 100 * 10_000 + month * 100 + day
    }
}
