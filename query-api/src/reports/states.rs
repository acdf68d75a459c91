//! Orders and their amount in each of a few states, as reports of settlements and commissions show them.

use events_schema::terms::Term;
use serde::Serialize;
use utoipa::ToSchema;

use crate::figure::Amount;
use crate::pieces::Figure;
use crate::reports::split::Totals;

/// A number of orders, and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrdersSum {
    /// How many orders.
    pub orders: i64,
    /// Their amount.
    pub amount: Amount,
}

impl OrdersSum {
    /// Orders and amount of three states.
    pub(super) fn of(Totals(sums): Totals<6>) -> [Self; 3] {
        let (pairs, _) = sums.as_chunks::<2>();
        std::array::from_fn(|state| Self::new(pairs[state][0], pairs[state][1]))
    }

    /// So many `orders` of `amount` minor units.
    pub(super) const fn new(orders: i64, amount: i64) -> Self {
        Self { orders, amount: Amount::minor(amount) }
    }
}

/// `{state}_orders` and `{state}_amount` of each state. Of a row whose `column` is a state, they are `orders` and
/// `amount`.
pub(super) fn in_states<S: Term>(column: &str, orders: &str, amount: &str) -> Vec<Figure> {
    let both = |state: &S| {
        let (name, number) = (state.as_str(), state.ordinal());
        let of_row = |figure: &str| format!("case when {column} = {number} then {figure} else 0 end");
        [
            Figure::new(format!("{name}_orders"), of_row(orders)),
            Figure::new(format!("{name}_amount"), of_row(amount)),
        ]
    };
    S::ALL.iter().flat_map(both).collect()
}

/// The number of orders in any of the states.
pub(super) fn orders_in_any<S: Term>() -> String {
    S::NAMES.iter().map(|state| format!("{state}_orders")).collect::<Vec<_>>().join(" + ")
}
