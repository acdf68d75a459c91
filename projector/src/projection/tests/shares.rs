//! Tests of what one order adds to the figures of the sales report.

use std::collections::BTreeSet;

use events_schema::terms::{OrderStatus, Term};

use crate::history::random;
use crate::projection::share::{FIGURES, Share, cell};

#[test]
fn an_order_is_in_exactly_one_status_and_its_payment_adds_up() {
    let (entities, orders) = random(7, 1_500).entities();
    assert!(orders.len() > 50);
    let mut statuses = BTreeSet::new();
    for order in orders.into_iter().map(|birth| entities.order(birth).unwrap().unwrap()) {
        statuses.insert(order.figures.status.to_string());
        let share = Share::of(&order.facts, &order.figures);
        let parts =
            share.prepaid_amount + share.realised_amount + share.refunded_amount + share.refund_fee_amount;
        assert_eq!(share.sales_amount - share.discount_amount, parts, "{order:?}");
        let cell = cell(&order.facts, &order.figures);
        assert_eq!((cell[0], cell[3..12].iter().sum::<i64>()), (1, 1));
        assert_eq!(cell[12..21].iter().sum::<i64>(), order.facts.payable().minor());
    }
    assert_eq!(statuses.len(), 9, "the history shows every status: {statuses:?}");
}

#[test]
fn figures_are_named_as_the_statuses_stand() {
    for status in OrderStatus::ALL {
        let (count, amount) = (FIGURES[3 + status.ordinal()], FIGURES[12 + status.ordinal()]);
        assert_eq!(count, format!("{status}_orders"));
        let taken = if *status == OrderStatus::Refunded {
            "refunded_status_amount".into()
        } else {
            format!("{status}_amount")
        };
        assert_eq!(amount, taken);
    }
}
