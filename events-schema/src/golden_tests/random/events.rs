//! Random payloads of every type of event.

use std::sync::Arc;

use super::*;
use crate::recorded::funds::{FundsCredited, FundsDebited, FundsOpened, FundsSource};
use crate::recorded::ledger::{
    AccountSettings, AdministratorChannels, ChartAccount, LedgerCreated, Notification, NotificationSettings,
    PayeeChannels, ScreenSettings, SettlementSettings, WithdrawalSettings,
};
use crate::recorded::member::{
    BalanceConsumed, BalanceDeducted, BalanceGifted, BalanceRecharged, BalanceWithdrawn, ConsumptionRefunded,
    MemberRegistered, RechargeRefunded, WithdrawalReturned,
};
use crate::recorded::order::{
    CommissionLine, Completion, Discount, OrderClosed, OrderCompleted, OrderConfirmed, OrderPaid,
    OrderPlaced, OrderSettled, OrderShipped, OrderVerified, Product, RefundCompleted, RefundRejected,
    RefundRequested, Supplier, Travellers,
};
use crate::recorded::parked::{
    EventParked, ParkedEventDiscarded, ParkedEventFailed, ParkedEventReleased, ParkedEventRequeued, WaitsFor,
};
use crate::recorded::payment::{PaymentReceived, PaymentRefunded, SurplusReceived};
use crate::recorded::withdrawal::{
    Payee, TransferFailed, WithdrawalApproved, WithdrawalPaid, WithdrawalRejected, WithdrawalRequested,
};

pub(super) fn any_event() -> BoxedStrategy<Event> {
    prop_oneof![
        6 => ledger(),
        3 => placed(),
        7 => order(),
        4 => refunds(),
        9 => members(),
        3 => payments(),
        3 => funds(),
        5 => withdrawals(),
        5 => parked(),
    ]
    .boxed()
}

fn ledger() -> BoxedStrategy<Event> {
    let created = (any::<[u8; 16]>(), text(), text()).prop_map(|(log_id, currency, time_zone)| {
        Event::LedgerCreated(LedgerCreated { log_id, currency, time_zone })
    });
    let settlement =
        (any::<u32>(), btree_map(id(), any::<u32>(), 0..4)).prop_map(|(default_days, suppliers)| {
            Event::SettlementSettingsChanged(SettlementSettings { default_days, suppliers })
        });
    let withdrawals = (vec(word(), 0..4), option::of(money()), any::<Option<u32>>(), any::<bool>()).prop_map(
        |(methods, minimum_amount, monthly_limit, automatic_transfer)| {
            let new = WithdrawalSettings { methods, minimum_amount, monthly_limit, automatic_transfer };
            Event::WithdrawalSettingsChanged(new)
        },
    );
    let screen = (text(), any::<u32>(), id(), any::<u32>()).prop_map(
        |(title, range_days, template, refresh_seconds)| {
            let new = ScreenSettings { title, range_days, template, refresh_seconds };
            Event::ScreenSettingsChanged(new)
        },
    );
    let account = (text(), text()).prop_map(|(number, name)| ChartAccount { number, name });
    let accounts = btree_map(word(), account, 0..4)
        .prop_map(|accounts| Event::AccountSettingsChanged(AccountSettings { accounts }));
    prop_oneof![created, settlement, withdrawals, screen, notifications(), accounts].boxed()
}

fn notifications() -> BoxedStrategy<Event> {
    let one =
        || {
            (any::<bool>(), vec(personal(), 0..3), text())
                .prop_map(|(on, recipients, template)| Notification { on, recipients, template })
        };
    let to_payees = move || (one(), one()).prop_map(|(sms, email)| PayeeChannels { sms, email });
    let to_administrators =
        (one(), one(), one()).prop_map(|(sms, email, wecom)| AdministratorChannels { sms, email, wecom });
    (to_administrators, to_payees(), to_payees())
        .prop_map(|(withdrawal_requested, withdrawal_rejected, withdrawal_paid)| {
            let new = NotificationSettings { withdrawal_requested, withdrawal_rejected, withdrawal_paid };
            Event::NotificationSettingsChanged(Box::new(new))
        })
        .boxed()
}

fn placed() -> BoxedStrategy<Event> {
    let discount = (word(), money()).prop_map(|(kind, amount)| Discount { kind, amount });
    let supplier = (id(), text(), money()).prop_map(|(id, name, cost)| Supplier { id, name, cost });
    let line = (id(), personal(), option::of(personal()), money()).prop_map(
        |(distributor_id, distributor_name, distributor_phone, amount)| CommissionLine {
            distributor_id,
            distributor_name,
            distributor_phone,
            amount,
        },
    );
    let product = (id(), text(), product_type()).prop_map(|(id, name, product_type)| Product {
        id,
        name,
        product_type,
    });
    let travellers =
        any::<[u32; 3]>().prop_map(|[male, female, unknown]| Travellers { male, female, unknown });
    let names = (id(), text(), id(), word(), product, any::<u32>());
    let sums = (money(), vec(discount, 0..4), option::of(supplier), money(), money());
    (names, sums, vec(line, 0..3), word(), travellers)
        .prop_map(|(names, sums, commissions, confirmation, travellers)| {
            let (order_id, order_no, member_id, source, product, packages) = names;
            let (amount, discounts, supplier, quoted_cost, freight) = sums;
            Event::OrderPlaced(Arc::new(OrderPlaced {
                order_id,
                order_no,
                member_id,
                source,
                product,
                packages,
                amount,
                discounts,
                supplier,
                quoted_cost,
                freight,
                commissions,
                confirmation,
                travellers,
            }))
        })
        .boxed()
}

fn order() -> BoxedStrategy<Event> {
    let completion = || option::of(timestamp()).prop_map(|settlement_due| Completion { settlement_due });
    let reason = || option::of(personal());
    prop_oneof![
        Just(Event::OrderConfirmed(OrderConfirmed {})),
        Just(Event::OrderSettled(OrderSettled {})),
        reason().prop_map(|reason| Event::OrderClosed(OrderClosed { reason })),
        (id(), method(), money(), option::of(text())).prop_map(
            |(payment_id, method, amount, channel_reference)| {
                Event::OrderPaid(OrderPaid { payment_id, method, amount, channel_reference })
            }
        ),
        (option::of(text()), reason())
            .prop_map(|(carrier, tracking_no)| Event::OrderShipped(OrderShipped { carrier, tracking_no })),
        (any::<u32>(), option::of(completion()))
            .prop_map(|(packages, completion)| Event::OrderVerified(OrderVerified { packages, completion })),
        completion().prop_map(|completion| Event::OrderCompleted(OrderCompleted { completion })),
    ]
    .boxed()
}

fn refunds() -> BoxedStrategy<Event> {
    let reason = || option::of(personal());
    prop_oneof![
        (id(), money(), money(), reason()).prop_map(|(refund_id, amount, fee, reason)| {
            Event::RefundRequested(RefundRequested { refund_id, amount, fee, reason })
        }),
        (id(), reason())
            .prop_map(|(refund_id, reason)| Event::RefundRejected(RefundRejected { refund_id, reason })),
        (id(), option::of(method()), option::of(text())).prop_map(
            |(refund_id, method, channel_reference)| {
                Event::RefundCompleted(RefundCompleted { refund_id, method, channel_reference })
            }
        ),
    ]
    .boxed()
}

fn members() -> BoxedStrategy<Event> {
    let payment = || (id(), method(), money(), option::of(text()));
    let change = || (money(), option::of(personal()));
    let moved = || (money(), position());
    prop_oneof![
        (id(), personal(), word()).prop_map(|(member_id, phone, gender)| {
            Event::MemberRegistered(MemberRegistered { member_id, phone, gender })
        }),
        payment().prop_map(|(payment_id, method, amount, channel_reference)| {
            Event::BalanceRecharged(BalanceRecharged { payment_id, method, amount, channel_reference })
        }),
        payment().prop_map(|(payment_id, method, amount, channel_reference)| {
            Event::RechargeRefunded(RechargeRefunded { payment_id, method, amount, channel_reference })
        }),
        change().prop_map(|(amount, reason)| Event::BalanceGifted(BalanceGifted { amount, reason })),
        change().prop_map(|(amount, reason)| Event::BalanceDeducted(BalanceDeducted { amount, reason })),
        moved().prop_map(|(amount, order)| Event::BalanceConsumed(BalanceConsumed { amount, order })),
        moved().prop_map(|(amount, order)| Event::ConsumptionRefunded(ConsumptionRefunded { amount, order })),
        moved().prop_map(|(amount, withdrawal)| Event::BalanceWithdrawn(BalanceWithdrawn {
            amount,
            withdrawal
        })),
        moved().prop_map(|(amount, withdrawal)| Event::WithdrawalReturned(WithdrawalReturned {
            amount,
            withdrawal
        })),
    ]
    .boxed()
}

fn payments() -> BoxedStrategy<Event> {
    let payment = || (id(), method(), money(), option::of(text()));
    prop_oneof![
        (payment(), option::of(personal())).prop_map(
            |((payment_id, method, amount, channel_reference), note)| {
                Event::PaymentReceived(PaymentReceived {
                    payment_id,
                    method,
                    amount,
                    channel_reference,
                    note,
                })
            }
        ),
        (payment(), position(), id(), text()).prop_map(
            |((payment_id, method, amount, channel_reference), order, order_id, order_no)| {
                let surplus = SurplusReceived {
                    payment_id,
                    method,
                    amount,
                    channel_reference,
                    order,
                    order_id,
                    order_no,
                };
                Event::SurplusReceived(surplus)
            }
        ),
        (id(), money(), option::of(text())).prop_map(|(refund_id, amount, channel_reference)| {
            Event::PaymentRefunded(PaymentRefunded { refund_id, amount, channel_reference })
        }),
    ]
    .boxed()
}

fn funds() -> BoxedStrategy<Event> {
    let source =
        || prop_oneof![position().prop_map(FundsSource::Order), position().prop_map(FundsSource::Withdrawal)];
    prop_oneof![
        id().prop_map(|payee_id| Event::FundsOpened(FundsOpened { payee_id })),
        (money(), source())
            .prop_map(|(amount, source)| Event::FundsCredited(FundsCredited { amount, source })),
        (money(), source()).prop_map(|(amount, source)| Event::FundsDebited(FundsDebited { amount, source })),
    ]
    .boxed()
}

fn withdrawals() -> BoxedStrategy<Event> {
    let payee = (word(), id(), personal(), option::of(personal()))
        .prop_map(|(kind, id, name, phone)| Payee { kind, id, name, phone });
    prop_oneof![
        (id(), payee, money(), word(), personal()).prop_map(
            |(withdrawal_id, payee, amount, method, account)| {
                let facts = WithdrawalRequested { withdrawal_id, payee, amount, method, account };
                Event::WithdrawalRequested(Box::new(facts))
            }
        ),
        option::of(personal()).prop_map(|note| Event::WithdrawalApproved(WithdrawalApproved { note })),
        (option::of(text()), option::of(personal()))
            .prop_map(|(reference, note)| Event::WithdrawalPaid(WithdrawalPaid { reference, note })),
        personal().prop_map(|reason| Event::WithdrawalRejected(WithdrawalRejected { reason })),
        personal().prop_map(|failure| Event::TransferFailed(TransferFailed { failure })),
    ]
    .boxed()
}

fn parked() -> BoxedStrategy<Event> {
    let waits_for = || {
        prop_oneof![
            id().prop_map(WaitsFor::Order),
            id().prop_map(WaitsFor::Member),
            id().prop_map(WaitsFor::Payment)
        ]
    };
    prop_oneof![
        (waits_for(), personal())
            .prop_map(|(waits_for, event)| Event::EventParked(Box::new(EventParked { waits_for, event }))),
        waits_for()
            .prop_map(|waits_for| Event::ParkedEventRequeued(Box::new(ParkedEventRequeued { waits_for }))),
        Just(Event::ParkedEventReleased(ParkedEventReleased {})),
        id().prop_map(|code| Event::ParkedEventFailed(ParkedEventFailed { code })),
        personal().prop_map(|reason| Event::ParkedEventDiscarded(ParkedEventDiscarded { reason })),
    ]
    .boxed()
}
