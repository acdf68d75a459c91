//! Where the events of an order stand in the log, for who reads them there: nothing here knows the log.

use std::sync::Arc;

use events_schema::Position;

use crate::database::Sql;
use crate::lists::order::unknown;
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
        let row = snapshot.fetch_optional(Sql::new(LAST).with(order_id)).await?;
        let last: i64 = row.ok_or_else(|| unknown(order_id, &snapshot))?.get(0)?;
        Ok(OrderPlace { last: Position::new(last.cast_unsigned()), position: snapshot.position })
    }
}

const LAST: &str = "select s.position from orders o cross join order_states s \
    where o.order_id = $1 and s.birth = o.birth";
