//! Where the events of an order stand in the log, for who reads them there: nothing here knows the log.

use std::sync::Arc;

use events_schema::Position;

use crate::database::Sql;
use crate::lists::order::{known, unknown};
use crate::problem::Problem;
use crate::read_models::Reading;
use crate::router::State;

/// Finds the events of orders by what the read models say.
#[derive(Clone, Debug)]
pub struct OrderPlaces(Reading);

/// Where the events of an order end, in what the read models reflect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderPlace {
    /// The last event of the order; each names the one before it.
    pub last: Position,
    /// The position that the read models reflect.
    pub position: Position,
}

impl OrderPlaces {
    /// Looks into the read models of `state`.
    pub fn new(state: &State) -> Self {
        Self(Reading::new(state.read_models.clone(), state.projected.clone(), Arc::clone(&state.resolver)))
    }

    /// The events of the order with this id, in read models that reflect `min_position`, which is waited for if need
    /// be. 404 for an unknown order, 503 where the position is not reached.
    pub async fn find(&self, order_id: &str, min_position: Option<Position>) -> Result<OrderPlace, Problem> {
        let mut snapshot = self.0.at_least(min_position).await?;
        let id = known(order_id, &snapshot)?;
        let row = snapshot.fetch_optional(Sql::new(LAST).with(id.as_str())).await?;
        let last: i64 = row.ok_or_else(|| unknown(order_id, &snapshot))?.get(0)?;
        Ok(OrderPlace { last: Position::new(last.cast_unsigned()), position: snapshot.position })
    }
}

const LAST: &str = "select s.position from orders o cross join order_states s \
    where o.order_id = $1 and s.birth = o.birth";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Engine, Ledger, on_both_engines, random_orders};

    on_both_engines!(what_was_never_placed_has_no_events);

    async fn what_was_never_placed_has_no_events(engine: Engine) {
        let ledger = Ledger::with(engine, "Asia/Shanghai", &random_orders(20, 1, 0, 10), &[]).await;
        let places = OrderPlaces(ledger.reading().await);
        let place = places.find("O-1", None).await.unwrap();
        assert_eq!(place.position, Position::new(1_000_000));
        for order_id in ["O-2", "O 1", "O-1\0", "订单", ""] {
            let problem = places.find(order_id, None).await.unwrap_err();
            assert_eq!((problem.code(), problem.status().as_u16()), ("unknown_order", 404), "{order_id:?}");
        }
    }
}
