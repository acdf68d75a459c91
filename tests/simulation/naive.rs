//! The read models as a naive fold of the log makes them: nothing is kept up to date, everything is added up anew.

use std::collections::{BTreeMap, HashMap};

use events_schema::terms::{Method, PayeeKind, Term};
use events_schema::{EntityKind, Event, Money, Recorded};
use jiff::tz::{TimeZone, offset};

use super::order_rows;
use crate::naive::order::NaiveOrder;

const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;
/// Shanghai has been 8 hours ahead all these years.
const ZONE_MICROS: i64 = 8 * HOUR_MICROS;

/// Rows of all tables, each as one text.
pub(crate) type Tables = BTreeMap<&'static str, Vec<String>>;

/// From an instant to the beginning of its hour, day or month.
type Start = fn(i64) -> i64;

/// A movement of money.
struct Cash {
    position: u64,
    at: i64,
    kind: &'static str,
    method: Method,
    amount: Money,
    source: String,
}

#[derive(Default)]
struct Naive {
    orders: BTreeMap<u64, NaiveOrder>,
    /// Where each order was touched last, by its birth.
    touched: BTreeMap<u64, u64>,
    /// Payments by birth: kind of their refunds, method, id.
    payments: HashMap<u64, (&'static str, Method, String)>,
    /// Withdrawals by birth: kind of entry, method, amount, id.
    withdrawals: HashMap<u64, (&'static str, Method, Money, String)>,
    cash: Vec<Cash>,
}

/// The tables as they must be after `events`.
pub(crate) fn tables(events: &[Recorded]) -> Tables {
    let mut naive = Naive::default();
    for recorded in events {
        naive.order(recorded);
        naive.money(recorded);
    }
    naive.cash.retain(|cash| cash.method != Method::Balance && !cash.amount.is_zero());
    let mut tables = Tables::new();
    let orders = naive.orders.values().map(|order| order_rows::row(order, naive.touched[&order.birth]));
    tables.insert("orders", orders.collect());
    tables.insert("refunds", naive.orders.values().flat_map(order_rows::refunds).collect());
    tables.insert("cash_entries", naive.cash.iter().map(Cash::row).collect());
    let grains: [(_, _, Start); 3] = [
        ("sales_hour", "cash_hour", hour),
        ("sales_day", "cash_day", day),
        ("sales_month", "cash_month", month),
    ];
    for (sales, cash, start) in grains {
        let orders = naive.orders.values().map(|order| {
            let key = format!("{}|{}", start(order.placed_at), order.product_type());
            (key, order_rows::cell(order))
        });
        tables.insert(sales, cells(orders));
        let entries = naive.cash.iter().map(|cash| {
            let key = format!("{}|{}|{}", start(cash.at), cash.kind, cash.method.as_str());
            (key, vec![1, cash.amount.minor()])
        });
        tables.insert(cash, cells(entries));
    }
    for rows in tables.values_mut() {
        rows.sort();
    }
    tables
}

fn cells(added: impl Iterator<Item = (String, Vec<i64>)>) -> Vec<String> {
    let mut cells = BTreeMap::<String, Vec<i64>>::new();
    for (key, figures) in added {
        let sums = cells.entry(key).or_insert_with(|| vec![0; figures.len()]);
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
    }
    let row = |(key, sums): (String, Vec<i64>)| sums.into_iter().fold(key, |row, sum| format!("{row}|{sum}"));
    cells.into_iter().map(row).collect()
}

fn hour(at: i64) -> i64 {
    at.div_euclid(HOUR_MICROS) * HOUR_MICROS
}

fn day(at: i64) -> i64 {
    (at + ZONE_MICROS).div_euclid(DAY_MICROS) * DAY_MICROS - ZONE_MICROS
}

fn month(at: i64) -> i64 {
    let instant = jiff::Timestamp::from_microsecond(at).unwrap();
    let local = TimeZone::fixed(offset(8)).to_datetime(instant);
    day(at) - i64::from(local.day() - 1) * DAY_MICROS
}

impl Naive {
    fn order(&mut self, recorded: &Recorded) {
        let birth = recorded.entity.birth.get();
        if recorded.entity.kind != EntityKind::Order {
            return;
        }
        self.touched.insert(birth, recorded.position.get());
        if let Event::OrderPlaced(placed) = &recorded.event {
            self.orders.insert(birth, NaiveOrder::place(recorded, placed));
        } else {
            self.orders.get_mut(&birth).unwrap().fold(recorded);
        }
    }

    fn money(&mut self, recorded: &Recorded) {
        let birth = recorded.entity.birth.get();
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event moves money outside")]
        let (kind, method, amount, source) = match &recorded.event {
            Event::OrderPaid(e) => {
                let order_id = self.orders[&birth].order_id();
                ("order_payment", e.method, e.amount, order_id.to_owned())
            }
            Event::RefundCompleted(e) => {
                let order = &self.orders[&birth];
                let (actual, method) = order.refunded(&e.refund_id);
                ("order_refund", method, Money::from_minor(actual), order.order_id().to_owned())
            }
            Event::BalanceRecharged(e) => ("recharge", e.method, e.amount, e.payment_id.to_string()),
            Event::RechargeRefunded(e) => ("recharge_refund", e.method, e.amount, e.payment_id.to_string()),
            Event::PaymentReceived(e) => {
                self.payments.insert(birth, ("scan_refund", e.method, e.payment_id.to_string()));
                ("scan_payment", e.method, e.amount, e.payment_id.to_string())
            }
            Event::SurplusReceived(e) => {
                self.payments.insert(birth, ("surplus_refund", e.method, e.payment_id.to_string()));
                ("surplus_payment", e.method, e.amount, e.payment_id.to_string())
            }
            Event::PaymentRefunded(e) => {
                let (kind, method, id) = self.payments[&birth].clone();
                (kind, method, e.amount, id)
            }
            Event::WithdrawalRequested(e) => {
                let kind = match e.payee.kind {
                    PayeeKind::Supplier => "supplier_withdrawal",
                    PayeeKind::Distributor => "distributor_withdrawal",
                    PayeeKind::Member => "member_withdrawal",
                };
                let method = match e.method.as_str() {
                    "bank_card" => Method::BankTransfer,
                    "alipay" => Method::Alipay,
                    _ => Method::WechatPay,
                };
                self.withdrawals.insert(birth, (kind, method, e.amount, e.withdrawal_id.to_string()));
                return;
            }
            Event::WithdrawalPaid(_) => self.withdrawals[&birth].clone(),
            _ => return,
        };
        let (position, at) = (recorded.position.get(), recorded.occurred_at.micros());
        self.cash.push(Cash { position, at, kind, method, amount, source });
    }
}

impl Cash {
    fn row(&self) -> String {
        let income = ["order_payment", "recharge", "scan_payment", "surplus_payment"].contains(&self.kind);
        let Self { position, at, kind, method, amount, source } = self;
        let direction = if income { "income" } else { "expense" };
        format!("{position}|{at}|{direction}|{kind}|{}|{}|{source}", method.as_str(), amount.minor())
    }
}
