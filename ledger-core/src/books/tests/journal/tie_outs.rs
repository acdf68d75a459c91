//! What must always tie out (accounting.md): after every decision of every history, each account shows what the events
//! and the things themselves come to, read in the simplest way.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::recorded::CommandKey;
use events_schema::terms::{Account, RefundState, Side, Term, WithdrawalState};
use events_schema::{EntityKind, Event, Position, Recorded};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::super::histories::{Moment, history};
use super::super::properties::play;
use super::super::scene::Scene;
use crate::accounting::{BelowZero, below_zero, post};
use crate::entities::{Entities, Order};

/// The balances of accounts by their codes, each on its own side; those of zero are left out.
type Balances = BTreeMap<String, i64>;

/// A plain reading of a log.
#[derive(Default)]
struct Reading {
    entities: Entities,
    births: Vec<(EntityKind, Position)>,
    shipped: Vec<Position>,
    /// What the journal has posted.
    posted: Balances,
    /// What it posted on accounts of funds, by entry and account.
    lines: BTreeMap<(Position, Account), i64>,
    /// What of these is below zero.
    below_zero: BTreeMap<(Position, Account), i64>,
    /// Money by cash method; gifts and deductions: what nothing but the events says.
    moved: Balances,
}

impl Reading {
    fn take(&mut self, recorded: &Recorded) {
        let birth = recorded.entity.birth;
        if birth == recorded.position {
            self.births.push((recorded.entity.kind, birth));
        }
        if matches!(recorded.event, Event::OrderShipped(_)) {
            self.shipped.push(birth);
        }
        let step = self.entities.apply(recorded).unwrap();
        if let Some(BelowZero { entry, account, amount }) = below_zero(&step, recorded) {
            *self.below_zero.entry((entry, account)).or_default() += amount.minor();
        }
        if let Some(entry) = post(&step, recorded) {
            let (mut debits, mut credits) = (0, 0);
            for line in entry.lines() {
                self.lines.insert((recorded.position, line.account), line.amount.minor());
                let (debit, credit) = (line.debit().minor(), line.credit().minor());
                let on_its_side =
                    if line.account.side() == Side::Debit { debit - credit } else { credit - debit };
                *self.posted.entry(line.account.to_string()).or_default() += on_its_side;
                (debits, credits) = (debits + debit, credits + credit);
            }
            assert_eq!(debits, credits, "{entry:?}");
        }
        self.move_money(recorded);
    }

    /// Cash as the cash report has it (domain §6), gifts and deductions.
    fn move_money(&mut self, recorded: &Recorded) {
        let birth = recorded.entity.birth;
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves money")]
        let (account, amount) = match &recorded.event {
            Event::OrderPaid(e) => (format!("cash:{}", e.method), e.amount.minor()),
            Event::RefundCompleted(e) => {
                let order = self.entities.order(birth).unwrap().unwrap();
                let refund = order.refunds.iter().find(|r| r.refund_id == e.refund_id).unwrap();
                let method = e.method.unwrap_or(order.payment.as_ref().unwrap().method);
                (format!("cash:{method}"), refund.fee.minor() - refund.amount.minor())
            }
            Event::BalanceRecharged(e) => (format!("cash:{}", e.method), e.amount.minor()),
            Event::RechargeRefunded(e) => (format!("cash:{}", e.method), -e.amount.minor()),
            Event::PaymentReceived(e) => (format!("cash:{}", e.method), e.amount.minor()),
            Event::SurplusReceived(e) => (format!("cash:{}", e.method), e.amount.minor()),
            Event::PaymentRefunded(e) => {
                let payment = self.entities.payment(birth).unwrap().unwrap();
                (format!("cash:{}", payment.method), -e.amount.minor())
            }
            Event::WithdrawalPaid(_) => {
                let asked = &self.entities.withdrawal(birth).unwrap().unwrap().facts;
                let method = match asked.method.as_str() {
                    "bank_card" => "bank_transfer",
                    "wechat" => "wechat_pay",
                    other => other,
                };
                (format!("cash:{method}"), -asked.amount.minor())
            }
            Event::BalanceGifted(e) => ("gift_expense".to_owned(), e.amount.minor()),
            Event::BalanceDeducted(e) => ("other_income".to_owned(), e.amount.minor()),
            _ => return,
        };
        if account != "cash:balance" {
            *self.moved.entry(account).or_default() += amount;
        }
    }

    /// What funds are below zero now, by their account.
    fn owed_by_others(&self) -> BTreeMap<Account, i64> {
        let mut owed = BTreeMap::new();
        for (kind, birth) in &self.births {
            let account = match kind {
                EntityKind::SupplierFunds => Account::SupplierPayable,
                EntityKind::DistributorFunds => Account::CommissionPayable,
                EntityKind::Ledger
                | EntityKind::Order
                | EntityKind::Member
                | EntityKind::Payment
                | EntityKind::Withdrawal
                | EntityKind::ParkedEvent => continue,
            };
            let available = self.entities.funds(*birth).unwrap().unwrap().available.minor();
            *owed.entry(account).or_default() += (-available).max(0);
        }
        owed.retain(|_, amount| *amount != 0);
        owed
    }

    /// Fails unless vouchers show as receivables what funds are below zero, and of every line at most all of it.
    fn check_receivables(&self) -> Result<(), TestCaseError> {
        let mut receivables = BTreeMap::new();
        for (place, below) in &self.below_zero {
            let line = self.lines.get(place).copied().unwrap_or(0);
            let is_part = below.abs() <= line.abs() && below.signum() * line.signum() >= 0;
            prop_assert!(is_part, "{below} of {line}: {place:?}");
            *receivables.entry(place.1).or_default() += below;
        }
        receivables.retain(|_, amount| *amount != 0);
        prop_assert_eq!(receivables, self.owed_by_others());
        Ok(())
    }

    /// What every account must show now.
    fn wanted(&self) -> Balances {
        let mut wanted = self.moved.clone();
        for (kind, birth) in &self.births {
            let mut add =
                |account: &str, amount: i64| *wanted.entry(account.to_owned()).or_default() += amount;
            match kind {
                EntityKind::Order => self.order(self.entities.order(*birth).unwrap().unwrap(), &mut add),
                EntityKind::Member => {
                    let member = self.entities.member(*birth).unwrap().unwrap();
                    add("member_balances", member.balance.minor());
                }
                EntityKind::Payment => {
                    let payment = self.entities.payment(*birth).unwrap().unwrap();
                    let account =
                        if payment.surplus_of.is_some() { "surplus_payments" } else { "scan_revenue" };
                    add(account, payment.amount.minor() - payment.refunded.minor());
                }
                EntityKind::SupplierFunds | EntityKind::DistributorFunds => {
                    let funds = self.entities.funds(*birth).unwrap().unwrap();
                    let is_supplier = *kind == EntityKind::SupplierFunds;
                    let account = if is_supplier { "supplier_payable" } else { "commission_payable" };
                    add(account, funds.available.minor());
                }
                EntityKind::Withdrawal => {
                    let withdrawal = self.entities.withdrawal(*birth).unwrap().unwrap();
                    if matches!(withdrawal.state, WithdrawalState::Pending | WithdrawalState::Approved) {
                        add("withdrawals_in_transit", withdrawal.facts.amount.minor());
                    }
                }
                EntityKind::Ledger | EntityKind::ParkedEvent => {}
            }
        }
        wanted.retain(|_, balance| *balance != 0);
        wanted
    }

    fn order(&self, order: &Order, add: &mut impl FnMut(&str, i64)) {
        let refunds = order.refunds.iter().filter(|refund| refund.state == RefundState::Completed);
        let paid = order.payment.as_ref().map_or(0, |payment| payment.amount.minor());
        let gross: i64 = refunds.clone().map(|refund| refund.amount.minor()).sum();
        let owes_nothing = gross == paid && refunds.clone().count() > 0;
        let now = |cost: i64| match paid {
            _ if owes_nothing => 0,
            0 => cost,
            _ => cost - (2 * cost * gross + paid) / (2 * paid),
        };
        add("refund_fees", refunds.map(|refund| refund.fee.minor()).sum());
        let is_consumed = order.figures.completed_at.is_some();
        if is_consumed || self.shipped.contains(&order.birth) {
            add("freight_expense", order.facts.freight.minor());
            add("freight_payable", order.facts.freight.minor());
        }
        if !is_consumed {
            return add("prepayments", paid - gross);
        }
        add("revenue", paid - gross);
        let supplier = order.facts.supplier.as_ref();
        let cost = now(supplier.map_or(order.facts.quoted_cost, |supplier| supplier.cost).minor());
        add("purchase_cost", cost);
        match (supplier, order.figures.settled_at) {
            (None, _) => add("cost_clearing", cost),
            (Some(_), None) => add("supplier_accrued", cost),
            (Some(_), Some(_)) => {}
        }
        order.facts.commissions.iter().for_each(|line| add("commission_expense", now(line.amount.minor())));
    }

    /// Fails unless everything ties out.
    fn check(&self) -> Result<(), TestCaseError> {
        let mut posted = self.posted.clone();
        posted.retain(|_, balance| *balance != 0);
        prop_assert_eq!(&posted, &self.wanted());
        let side = |side: Side| -> i64 {
            let of_side = Account::ALL.iter().filter(|account| account.side() == side);
            of_side.filter_map(|account| posted.get(account.as_str())).sum()
        };
        prop_assert_eq!(side(Side::Debit), side(Side::Credit));
        Ok(())
    }
}

fn played(history: &[Moment]) -> Scene {
    let mut scene = Scene::new();
    for moment in history {
        play(&mut scene, moment);
    }
    scene
}

/// Whether a decision ends with the event at `place`.
fn ends(log: &[Recorded], place: usize) -> bool {
    log.get(place + 1).is_none_or(|next| next.key != CommandKey::SameDecision)
}

proptest! {
    #[test]
    fn everything_ties_out_after_every_decision(history in history(140)) {
        let (scene, mut reading) = (played(&history), Reading::default());
        for (place, recorded) in scene.log.iter().enumerate() {
            reading.take(recorded);
            if ends(&scene.log, place) {
                reading.check()?;
                reading.check_receivables()?;
            }
        }
    }
}

#[test]
fn every_account_moves_in_some_history() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut moved = BTreeSet::new();
    for _ in 0..100 {
        let history = history(140).new_tree(&mut runner).unwrap().current();
        let (scene, mut reading) = (played(&history), Reading::default());
        scene.log.iter().for_each(|recorded| reading.take(recorded));
        moved.extend(reading.posted.into_keys());
    }
    // By these, the histories pay nothing.
    let missing = ["cash:allinpay", "cash:unionpay"];
    assert!(Account::NAMES.iter().all(|code| moved.contains(*code) || missing.contains(code)), "{moved:?}");
}
