//! What an order is in the tables: its rows, each as one text, and what it adds to a cell.

use events_schema::terms::Term;

use crate::naive::order::{NaiveOrder, NaiveRefund, STATUSES};

/// The row in `orders` of an order that was touched last at `position`, as far as it is compared: see
/// [`super::tables`].
pub(crate) fn row(order: &NaiveOrder, position: u64) -> String {
    let payment = order.payment.as_ref();
    let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
    let mut row = vec![
        order.birth.to_string(),
        position.to_string(),
        order.order_id().to_owned(),
        order.status.to_owned(),
        order.used.to_string(),
        order.payable().to_string(),
        number(payment.map(|(_, at)| *at)),
        payment.map_or("-".to_owned(), |(paid, _)| paid.payment_id.to_string()),
        payment.map_or("-".to_owned(), |(paid, _)| paid.method.as_str().to_owned()),
        order.paid().to_string(),
        order.gross().to_string(),
        number(order.completed_at),
        number(order.due_at),
        number(order.settled_at),
        order.cost_now().to_string(),
        order.lines_now().iter().sum::<i64>().to_string(),
    ];
    row.extend(figures(order).map(|figure| figure.to_string()));
    row.join("|")
}

/// The rows in `refunds`.
pub(crate) fn refunds(order: &NaiveOrder) -> Vec<String> {
    let row = |(ordinal, refund): (usize, &NaiveRefund)| {
        let NaiveRefund { id, requested_at, decided_at, amount, fee, state, method } = refund;
        let decided_at = decided_at.map_or("-".to_owned(), |at| at.to_string());
        let method = method.map_or("-", Term::as_str);
        format!("{}|{ordinal}|{id}|{requested_at}|{decided_at}|{amount}|{fee}|{state}|{method}", order.birth)
    };
    order.refunds.iter().enumerate().map(row).collect()
}

/// What an order adds to the figures of the sales report, but for its status.
fn figures(order: &NaiveOrder) -> [i64; 12] {
    let paid = i64::from(order.payment.is_some());
    let consumed = i64::from(order.completed_at.is_some());
    let left = order.paid() - order.gross();
    let fees: i64 = order.completed_refunds().map(|refund| refund.fee).sum();
    [
        paid,
        i64::from(order.completed_refunds().count() > 0),
        consumed,
        paid * order.placed.amount.minor(),
        paid * order.discount(),
        paid * (1 - consumed) * left,
        consumed * left,
        order.gross() - fees,
        fees,
        consumed * order.cost_now(),
        consumed * order.lines_now().iter().sum::<i64>(),
        order.freight_owed(),
    ]
}

/// What an order adds to a cell.
pub(crate) fn cell(order: &NaiveOrder) -> Vec<i64> {
    let figures = figures(order);
    let mut cell = vec![1, figures[0], figures[1]];
    cell.extend(STATUSES.map(|status| i64::from(status == order.status)));
    cell.extend(STATUSES.map(|status| if status == order.status { order.payable() } else { 0 }));
    let [_, _, consumed, sales, discount, prepaid, realised, refunded, fees, cost, commissions, freight] =
        figures;
    cell.extend([sales, discount, prepaid, realised, refunded, fees]);
    let completed = i64::from(order.status == "completed");
    cell.extend([realised, cost, commissions, freight].map(|figure| completed * figure));
    let is_own = order.placed.supplier.is_none();
    let accrued = i64::from(!is_own && order.settled_at.is_none());
    cell.extend([cost, accrued * cost, i64::from(is_own) * cost, commissions, consumed * freight, freight]);
    cell
}
