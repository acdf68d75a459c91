//! Examples of events of orders.

use std::sync::Arc;

use super::{Example, of, plain, sealed, text, yuan};
use crate::recorded::order::{
    CommissionLine, Completion, Discount, OrderClosed, OrderCompleted, OrderPaid, OrderPlaced, OrderSettled,
    OrderShipped, OrderVerified, Product, RefundCompleted, RefundRejected, RefundRequested, Supplier,
    Travellers,
};
use crate::recorded::{EntityKind, Event};
use crate::terms::{Confirmation, DiscountKind, Method, OrderSource};
use crate::{Money, Timestamp};

pub(super) fn all() -> Vec<Example> {
    let mut all = vec![least(), everything(), hidden()];
    all.extend(money());
    all.extend(goods());
    all.extend(refunds());
    all
}

fn order(form: &'static str, event: Event) -> Example {
    of(EntityKind::Order, form, event)
}

fn placed() -> OrderPlaced {
    OrderPlaced {
        order_id: text("O1"),
        order_no: text("NO1"),
        member_id: text("M1"),
        source: OrderSource::Pc,
        product: Product { id: text("P1"), name: text("故宫门票"), product_type: text("ticket") },
        packages: 1,
        amount: yuan("128"),
        discounts: Vec::new(),
        supplier: None,
        quoted_cost: Money::ZERO,
        freight: Money::ZERO,
        commissions: Vec::new(),
        confirmation: Confirmation::None,
        travellers: Travellers::default(),
    }
}

fn least() -> Example {
    let mut example = order("least", Event::OrderPlaced(Arc::new(placed())));
    (example.recorded.entity.birth, example.recorded.previous) = (example.recorded.position, None);
    example
}

fn everything() -> Example {
    let discount = |kind, fen| Discount { kind, amount: Money::from_minor(fen) };
    let line = |id, phone: Option<&str>, amount| CommissionLine {
        distributor_id: text(id),
        distributor_name: plain("分销员"),
        distributor_phone: phone.map(plain),
        amount: yuan(amount),
    };
    let facts = OrderPlaced {
        source: OrderSource::Other,
        packages: 4_000_000_000,
        amount: yuan("999999999999.99"),
        discounts: vec![
            discount(DiscountKind::Points, 1),
            discount(DiscountKind::RedPacket, 64),
            discount(DiscountKind::Discount, 8_192),
            discount(DiscountKind::Coupon, 0),
            discount(DiscountKind::Other, 5),
        ],
        supplier: Some(Supplier { id: text("S1"), name: text("供应商"), cost: yuan("80.00") }),
        quoted_cost: yuan("0.07"),
        freight: yuan("12.50"),
        commissions: vec![line("D1", Some("13800000000"), "3.00"), line("D1", None, "0.00")],
        confirmation: Confirmation::AfterPayment,
        travellers: Travellers { male: 1, female: 200, unknown: 3 },
        ..placed()
    };
    order("everything", Event::OrderPlaced(Arc::new(facts)))
}

fn hidden() -> Example {
    let line = CommissionLine {
        distributor_id: text("D1"),
        distributor_name: sealed(),
        distributor_phone: Some(sealed()),
        amount: yuan("3.00"),
    };
    let confirmation = Confirmation::BeforePayment;
    let facts = OrderPlaced { commissions: vec![line], confirmation, ..placed() };
    order("sealed", Event::OrderPlaced(Arc::new(facts)))
}

fn money() -> Vec<Example> {
    let closed = |reason| Event::OrderClosed(OrderClosed { reason });
    let paid = |method, reference: Option<&str>| {
        Event::OrderPaid(OrderPaid {
            payment_id: text("P-1"),
            method,
            amount: yuan("128.00"),
            channel_reference: reference.map(text),
        })
    };
    vec![
        order("least", closed(None)),
        order("everything", closed(Some(plain("超时")))),
        order("sealed", closed(Some(sealed()))),
        order("least", paid(Method::Balance, None)),
        order("everything", paid(Method::WechatPay, Some("4200001"))),
        order("settled", Event::OrderSettled(OrderSettled {})),
    ]
}

fn goods() -> Vec<Example> {
    let due: Timestamp = "2026-11-02T00:00:00+08:00".parse().unwrap();
    let (without, with) = (Completion { settlement_due: None }, Completion { settlement_due: Some(due) });
    let verified = |packages, completion| Event::OrderVerified(OrderVerified { packages, completion });
    let sent = OrderShipped { carrier: Some(text("顺丰")), tracking_no: Some(plain("SF1")) };
    let hidden = OrderShipped { carrier: None, tracking_no: Some(sealed()) };
    vec![
        order("least", Event::OrderShipped(OrderShipped::default())),
        order("everything", Event::OrderShipped(sent)),
        order("sealed", Event::OrderShipped(hidden)),
        order("some packages", verified(2, None)),
        order("the last packages", verified(300, Some(without))),
        order("the last packages of a supplier's order", verified(1, Some(with))),
        order("without a supplier", Event::OrderCompleted(OrderCompleted { completion: without })),
        order("with a supplier", Event::OrderCompleted(OrderCompleted { completion: with })),
    ]
}

fn refunds() -> Vec<Example> {
    let requested = |amount, fee, reason| {
        let (amount, fee) = (yuan(amount), yuan(fee));
        Event::RefundRequested(RefundRequested { refund_id: text("R1"), amount, fee, reason })
    };
    let rejected = |reason| Event::RefundRejected(RefundRejected { refund_id: text("R1"), reason });
    let completed = |method, reference: Option<&str>| {
        let channel_reference = reference.map(text);
        Event::RefundCompleted(RefundCompleted { refund_id: text("R1"), method, channel_reference })
    };
    vec![
        order("least", requested("0", "0", None)),
        order("everything", requested("64.00", "3.20", Some(plain("改期")))),
        order("sealed", requested("64.00", "0", Some(sealed()))),
        order("least", rejected(None)),
        order("everything", rejected(Some(plain("已使用")))),
        order("sealed", rejected(Some(sealed()))),
        order("least", completed(None, None)),
        order("everything", completed(Some(Method::Cash), Some("5000001"))),
    ]
}
