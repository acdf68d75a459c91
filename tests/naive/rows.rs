//! Everything that a log tells, as plain rows: folded event by event from the words of the contract, and nothing kept
//! up to date but the rows themselves.

use std::collections::HashMap;

use events_schema::recorded::ledger::SettlementSettings;
use events_schema::terms::Method;
use events_schema::{EntityKind, Event, Recorded};
use jiff::ToSpan;
use jiff::tz::TimeZone;

use super::balances::{BalanceEntry, Member};
use super::cash::{CashEntry, Payment};
use super::order::NaiveOrder;
use super::parked::ParkedEvent;
use super::withdrawals::Withdrawal;

/// Everything that a log tells.
#[derive(Debug)]
pub(crate) struct Rows {
    /// In which days and months are counted.
    pub(crate) zone: TimeZone,
    /// In the order in which they were recorded, as all rows are.
    pub(crate) orders: Vec<NaiveOrder>,
    pub(crate) verifications: Vec<Verification>,
    pub(crate) cash: Vec<CashEntry>,
    pub(crate) members: Vec<Member>,
    pub(crate) balances: Vec<BalanceEntry>,
    pub(crate) withdrawals: Vec<Withdrawal>,
    pub(crate) parked: Vec<ParkedEvent>,
    /// Received and surplus payments.
    pub(super) payments: Vec<Payment>,
    settlement: SettlementSettings,
    /// When each order became settleable, by its birth: the event that made it completed, or completed again.
    settleable_since: HashMap<u64, i64>,
}

/// An order that was completed, as it stood at that moment (reports.md §3).
#[derive(Debug)]
pub(crate) struct Verification {
    pub(crate) completed_at: i64,
    pub(crate) product_type: String,
    pub(crate) packages: i64,
    pub(crate) amount: i64,
    pub(crate) cost: i64,
}

/// The order that money belongs to, as lists name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfOrder {
    pub(crate) id: String,
    pub(crate) number: String,
}

impl Rows {
    /// The rows that `events`, a log from its beginning, tell of.
    pub(crate) fn of(events: &[Recorded]) -> Self {
        let Some(Event::LedgerCreated(created)) = events.first().map(|first| &first.event) else {
            panic!("a log begins with its creation");
        };
        let mut rows = Self {
            zone: TimeZone::get(&created.time_zone).unwrap(),
            orders: Vec::new(),
            verifications: Vec::new(),
            cash: Vec::new(),
            members: Vec::new(),
            balances: Vec::new(),
            withdrawals: Vec::new(),
            parked: Vec::new(),
            payments: Vec::new(),
            settlement: SettlementSettings::default(),
            settleable_since: HashMap::new(),
        };
        for recorded in events {
            rows.fold(recorded);
        }
        rows
    }

    fn fold(&mut self, recorded: &Recorded) {
        if let Event::SettlementSettingsChanged(settings) = &recorded.event {
            self.settlement = settings.clone();
        }
        self.fold_order(recorded);
        self.fold_withdrawal(recorded);
        self.fold_parked(recorded);
        self.fold_balance(recorded);
        self.fold_cash(recorded);
    }

    fn fold_order(&mut self, recorded: &Recorded) {
        if recorded.entity.kind != EntityKind::Order {
            return;
        }
        if let Event::OrderPlaced(placed) = &recorded.event {
            self.orders.push(NaiveOrder::place(recorded, placed));
            return;
        }
        let birth = recorded.entity.birth.get();
        let at = recorded.occurred_at.micros();
        let order = self.orders.iter_mut().find(|order| order.birth == birth).unwrap();
        let was = order.status;
        order.fold(recorded);
        if was != "completed" && order.status == "completed" {
            self.settleable_since.insert(birth, at);
            if was != "refund_review" {
                self.verifications.push(Verification::of(order));
                assert_eq!(order.due_at, due(order, &self.settlement, &self.zone), "T+N of {order:?}");
            }
        }
        if matches!(recorded.event, Event::OrderSettled(_)) && !is_offline(order) {
            // The later of the due time and the time of the event that made it settleable.
            let expected = order.due_at.max(self.settleable_since.get(&birth).copied());
            assert_eq!(order.settled_at, expected, "the settlement of {order:?}");
        }
    }

    /// The order born at `birth`.
    pub(super) fn order(&self, birth: u64) -> &NaiveOrder {
        self.orders.iter().find(|order| order.birth == birth).unwrap()
    }
}

impl Verification {
    fn of(order: &NaiveOrder) -> Self {
        let commissions: i64 = order.lines_now().iter().sum();
        Self {
            completed_at: order.completed_at.unwrap(),
            product_type: order.product_type().to_owned(),
            packages: i64::from(order.placed.packages),
            amount: order.paid() - order.gross(),
            cost: order.cost_now() + commissions + order.placed.freight.minor(),
        }
    }
}

impl OfOrder {
    pub(super) fn of(order: &NaiveOrder) -> Self {
        Self { id: order.order_id().to_owned(), number: order.placed.order_no.to_string() }
    }
}

/// 00:00 of (business date of `completed_at` + N days), N by the settings (domain §7).
fn due(order: &NaiveOrder, settings: &SettlementSettings, zone: &TimeZone) -> Option<i64> {
    let supplier = order.placed.supplier.as_ref()?;
    let days = settings.suppliers.get(&supplier.id).copied().unwrap_or(settings.default_days);
    let completed = jiff::Timestamp::from_microsecond(order.completed_at?).unwrap();
    let date = completed.to_zoned_datetime(zone.clone()).date() + i64::from(days).days();
    Some(date.to_zoned_datetime(zone.clone()).unwrap().timestamp().as_microsecond())
}

fn is_offline(order: &NaiveOrder) -> bool {
    let method = order.payment.as_ref().map(|(paid, _)| paid.method);
    matches!(method, Some(Method::Cash | Method::BankTransfer | Method::Pos))
}
