//! Rows of money, members, withdrawals and parked events, event by event.

use std::collections::BTreeMap;

use events_schema::recorded::CommandKey;
use events_schema::recorded::parked::WaitsFor;
use events_schema::recorded::withdrawal::WithdrawalRequested;
use events_schema::terms::{Method, WithdrawalMethod};
use events_schema::{Event, Id, Position, Recorded, Text};
use serde_json::Value;

use super::orders::Orders;
use super::{Literal, Tables, put};

/// What is remembered of what happened before, by birth.
#[derive(Default)]
pub(super) struct Entries {
    balances: BTreeMap<i64, i64>,
    /// The id of a payment, its method, and the order that it was surplus for.
    payments: BTreeMap<i64, (Id, Method, Option<i64>)>,
    withdrawals: BTreeMap<i64, WithdrawalRequested>,
}

/// A movement of money: kind, method, amount, id of the payment or withdrawal, order, reference.
type Movement = (&'static str, String, i64, Option<Id>, Option<i64>, Option<Text>);

impl Entries {
    /// What an event makes of the rows; its order is up to date already.
    pub(super) fn take(&mut self, recorded: &Recorded, orders: &Orders, tables: &mut Tables) {
        let birth = recorded.entity.birth.as_i64();
        #[expect(clippy::wildcard_enum_match_arm, reason = "of the others, nothing need be remembered")]
        match &recorded.event {
            Event::PaymentReceived(e) => {
                self.payments.insert(birth, (e.payment_id.clone(), e.method, None));
            }
            Event::SurplusReceived(e) => {
                self.payments.insert(birth, (e.payment_id.clone(), e.method, Some(e.order.as_i64())));
            }
            Event::WithdrawalRequested(e) => {
                self.withdrawals.insert(birth, (**e).clone());
            }
            _ => {}
        }
        self.cash(recorded, orders, tables);
        self.balance(recorded, tables);
        member(recorded, tables);
        self.withdrawal(recorded, tables);
        parked(recorded, tables);
        account_settings(recorded, tables);
    }

    fn cash(&self, recorded: &Recorded, orders: &Orders, tables: &mut Tables) {
        let Some((kind, method, amount, source, order, reference)) = self.movement(recorded, orders) else {
            return;
        };
        if method == "balance" || amount == 0 {
            return;
        }
        put(
            tables.row("cash_entries", &["position"], [recorded.position.as_i64(), 0]),
            [
                ("occurred_at", &recorded.occurred_at.micros()),
                ("kind", &kind),
                ("method", &method.as_str()),
                ("amount", &amount),
                ("source_id", &source.as_deref()),
                ("order_birth", &order),
                ("reference", &reference.as_deref()),
            ],
        );
    }

    fn movement(&self, recorded: &Recorded, orders: &Orders) -> Option<Movement> {
        let birth = recorded.entity.birth.as_i64();
        let by = |method: Method| method.to_string();
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves money outside")]
        Some(match &recorded.event {
            Event::OrderPaid(e) => {
                let reference = e.channel_reference.clone();
                ("order_payment", by(e.method), e.amount.minor(), None, Some(birth), reference)
            }
            Event::RefundCompleted(e) => {
                let refund = orders.0[&birth].refunds.iter().find(|refund| refund.id == e.refund_id).unwrap();
                let (method, actual) = (refund.method.clone().unwrap(), refund.amount - refund.fee);
                ("order_refund", method, actual, None, Some(birth), e.channel_reference.clone())
            }
            Event::BalanceRecharged(e) => {
                let (id, reference) = (e.payment_id.clone(), e.channel_reference.clone());
                ("recharge", by(e.method), e.amount.minor(), Some(id), None, reference)
            }
            Event::RechargeRefunded(e) => {
                let (id, reference) = (e.payment_id.clone(), e.channel_reference.clone());
                ("recharge_refund", by(e.method), e.amount.minor(), Some(id), None, reference)
            }
            Event::PaymentReceived(e) => {
                let (id, reference) = (e.payment_id.clone(), e.channel_reference.clone());
                ("scan_payment", by(e.method), e.amount.minor(), Some(id), None, reference)
            }
            Event::SurplusReceived(e) => {
                let (id, order) = (e.payment_id.clone(), Some(e.order.as_i64()));
                (
                    "surplus_payment",
                    by(e.method),
                    e.amount.minor(),
                    Some(id),
                    order,
                    e.channel_reference.clone(),
                )
            }
            Event::PaymentRefunded(e) => {
                let (id, method, order) = self.payments[&birth].clone();
                let kind = if order.is_some() { "surplus_refund" } else { "scan_refund" };
                (kind, by(method), e.amount.minor(), Some(id), order, e.channel_reference.clone())
            }
            Event::WithdrawalPaid(e) => {
                let asked = &self.withdrawals[&birth];
                let kind = match asked.payee.kind.to_string().as_str() {
                    "supplier" => "supplier_withdrawal",
                    "distributor" => "distributor_withdrawal",
                    _ => "member_withdrawal",
                };
                let method = match asked.method {
                    WithdrawalMethod::BankCard => "bank_transfer",
                    WithdrawalMethod::Alipay => "alipay",
                    WithdrawalMethod::Wechat => "wechat_pay",
                };
                let id = Some(asked.withdrawal_id.clone());
                (kind, method.to_owned(), asked.amount.minor(), id, None, e.reference.clone())
            }
            _ => return None,
        })
    }

    fn balance(&mut self, recorded: &Recorded, tables: &mut Tables) {
        let member = recorded.entity.birth.as_i64();
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves a balance")]
        let (kind, amount, sign, payment, order, withdrawal) = match &recorded.event {
            Event::BalanceRecharged(e) => ("recharge", e.amount, 1, Some(&e.payment_id), None, None),
            Event::RechargeRefunded(e) => ("recharge_refund", e.amount, -1, Some(&e.payment_id), None, None),
            Event::BalanceConsumed(e) => ("consume", e.amount, -1, None, Some(e.order), None),
            Event::ConsumptionRefunded(e) => ("consume_refund", e.amount, 1, None, Some(e.order), None),
            Event::BalanceWithdrawn(e) => ("withdraw", e.amount, -1, None, None, Some(e.withdrawal)),
            Event::WithdrawalReturned(e) => ("withdraw_return", e.amount, 1, None, None, Some(e.withdrawal)),
            Event::BalanceGifted(e) => ("gift", e.amount, 1, None, None, None),
            Event::BalanceDeducted(e) => ("deduct", e.amount, -1, None, None, None),
            _ => return,
        };
        let balance = self.balances.entry(member).or_default();
        *balance += sign * amount.minor();
        put(
            tables.row("balance_entries", &["position"], [recorded.position.as_i64(), 0]),
            [
                ("occurred_at", &recorded.occurred_at.micros()),
                ("member_birth", &member),
                ("kind", &kind),
                ("change", &(sign * amount.minor())),
                ("balance_after", balance),
                ("payment_id", &payment.map(Id::as_str)),
                ("order_birth", &order.map(Position::as_i64)),
                ("withdrawal_birth", &withdrawal.map(Position::as_i64)),
            ],
        );
    }

    fn withdrawal(&self, recorded: &Recorded, tables: &mut Tables) {
        let (birth, at) = (recorded.entity.birth.as_i64(), recorded.occurred_at.micros());
        let Some(asked) = self.withdrawals.get(&birth) else { return };
        let row = tables.row("withdrawals", &["birth"], [birth, 0]);
        #[expect(clippy::wildcard_enum_match_arm, reason = "other events do not happen to a withdrawal")]
        match &recorded.event {
            Event::WithdrawalRequested(_) => {
                put(
                    row,
                    [
                        ("withdrawal_id", &asked.withdrawal_id.as_str()),
                        ("requested_at", &at),
                        ("payee_kind", &asked.payee.kind.to_string().as_str()),
                        ("payee_id", &asked.payee.id.as_str()),
                        ("payee_name", &asked.payee.name.text().unwrap()),
                        ("payee_phone", &asked.payee.phone.as_ref().and_then(|phone| phone.text())),
                        ("amount", &asked.amount.minor()),
                        ("method", &asked.method.to_string().as_str()),
                        ("account", &asked.account.text().unwrap()),
                    ],
                );
                let none = None::<i64>;
                put(
                    row,
                    [("state", &"pending"), ("decided_at", &none), ("reference", &none), ("reason", &none)],
                );
            }
            Event::WithdrawalApproved(_) => put(row, [("state", &"approved")]),
            Event::WithdrawalPaid(e) => put(
                row,
                [
                    ("state", &"paid"),
                    ("decided_at", &at),
                    ("reference", &e.reference.as_deref()),
                    ("reason", &None::<i64>),
                ],
            ),
            Event::WithdrawalRejected(e) => {
                put(row, [("state", &"rejected"), ("decided_at", &at), ("reason", &e.reason.text())]);
            }
            Event::TransferFailed(e) => put(row, [("state", &"pending"), ("reason", &e.failure.text())]),
            _ => {}
        }
    }
}

fn member(recorded: &Recorded, tables: &mut Tables) {
    let Event::MemberRegistered(e) = &recorded.event else { return };
    put(
        tables.row("members", &["birth"], [recorded.position.as_i64(), 0]),
        [
            ("member_id", &e.member_id.as_str()),
            ("phone", &e.phone.text().unwrap()),
            ("gender", &e.gender.to_string().as_str()),
            ("registered_at", &recorded.occurred_at.micros()),
        ],
    );
}

fn account_settings(recorded: &Recorded, tables: &mut Tables) {
    let Event::AccountSettingsChanged(e) = &recorded.event else { return };
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\\\""));
    let accounts = e.accounts.iter().map(|(code, chart)| {
        let (number, name) = (quoted(&chart.number), quoted(&chart.name));
        format!(r#""{code}":{{"number":{number},"name":{name}}}"#)
    });
    let json = format!("{{{}}}", accounts.collect::<Vec<_>>().join(","));
    let row = tables.row("account_settings", &["position"], [recorded.position.as_i64(), 0]);
    put(row, [("accounts", &json.as_str())]);
}

fn parked(recorded: &Recorded, tables: &mut Tables) {
    let mut set = |values: &[(&str, &dyn Literal)]| {
        let row = tables.row("parked_events", &["birth"], [recorded.entity.birth.as_i64(), 0]);
        for (column, value) in values {
            put(row, [(column, *value)]);
        }
    };
    let need = |waits_for: &WaitsFor| match waits_for {
        WaitsFor::Order(id) => ("order", id.to_string()),
        WaitsFor::Member(id) => ("member", id.to_string()),
        WaitsFor::Payment(id) => ("payment", id.to_string()),
    };
    #[expect(clippy::wildcard_enum_match_arm, reason = "other events do not happen to a parked event")]
    match &recorded.event {
        Event::EventParked(e) => {
            let CommandKey::Published(published) = &recorded.key else { panic!("{recorded:?}") };
            let (kind, id) = need(&e.waits_for);
            let event: Value = serde_json::from_str(e.event.text().unwrap()).unwrap();
            let (direction, method, amount) = money(&event);
            set(&[
                ("parked_at", &recorded.recorded_at.micros()),
                ("event", &e.event.text().unwrap()),
                ("event_id", &published.id.as_str()),
                ("direction", &direction),
                ("method", &method),
                ("amount", &amount),
                ("waits_for", &kind),
                ("awaited_id", &id.as_str()),
                ("state", &"waiting"),
                ("code", &None::<i64>),
                ("released", &None::<i64>),
            ]);
        }
        Event::ParkedEventRequeued(e) => {
            let (kind, id) = need(&e.waits_for);
            set(&[("waits_for", &kind), ("awaited_id", &id.as_str())]);
        }
        Event::ParkedEventReleased(_) => {
            set(&[("state", &"released"), ("released", &recorded.position.as_i64())]);
        }
        Event::ParkedEventFailed(e) => set(&[("state", &"failed"), ("code", &e.code.as_str())]),
        Event::ParkedEventDiscarded(_) => set(&[("state", &"discarded")]),
        _ => {}
    }
}

/// What a published event says of money that moved outside: which way, how, and how much.
fn money(event: &Value) -> (Option<&str>, Option<&str>, Option<i64>) {
    let direction = match event["type"].as_str().unwrap() {
        "order.paid" | "balance.recharged" | "payment.received" => "income",
        "refund.completed" | "balance.recharge_refunded" | "payment.refunded" => "expense",
        _ => return (None, None, None),
    };
    let method = event["data"]["method"].as_str();
    let amount =
        event["data"]["amount"].as_str().map(|text| text.parse::<events_schema::Money>().unwrap().minor());
    if method == Some("balance") || amount == Some(0) {
        return (None, None, None);
    }
    (Some(direction), method, amount)
}
