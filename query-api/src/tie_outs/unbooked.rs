//! Money that is not booked (未入账资金): what parked events say of money that moved outside (accounting.md).

use events_schema::terms::{Direction, Method};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{DatabaseError, Sql};
use crate::figure::{Amount, MethodWord};
use crate::reports::cash::CashSum;
use crate::row::{word, word_or_null};
use crate::snapshot::Snapshot;

/// What was parked by `$1` and not released by then: what waits still, and what was released later.
pub(super) const UNBOOKED: &str = "\
    select direction, method, count(*) as events, cast(coalesce(sum(amount), 0) as bigint) as amount from ( \
        select direction, method, amount from parked_events \
        where direction is not null and released is null and birth <= $1 \
        union all \
        select direction, method, amount from parked_events \
        where direction is not null and released is not null and released > $1 and birth <= $1 \
    ) as unbooked group by direction, method";

/// What parked events that are waiting, failed or discarded say of money that moved outside: of payments of orders,
/// recharges, and refunds of all kinds. What is paid by balance moves nothing outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoneyNotBooked {
    /// Each of the seven methods; and, with `null`, refunds that do not say how.
    pub by_method: Vec<UnbookedOfMethod>,
    /// All of them.
    pub total: Unbooked,
}

/// What is not booked by one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnbookedOfMethod {
    /// The method; null where the event does not say it.
    #[schema(value_type = Option<MethodWord>)]
    pub method: Option<Method>,
    /// What is not booked.
    #[serde(flatten)]
    pub unbooked: Unbooked,
}

/// A number of parked events, and what they say of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unbooked {
    /// How many events.
    pub count: i64,
    /// By how much there would be more money were they booked: income less expense.
    pub amount: Amount,
    /// What came in.
    pub income: CashSum,
    /// What went out. An event that completes the refund of an order says no amount: it counts with 0.00.
    pub expense: CashSum,
}

impl Unbooked {
    fn add(&mut self, direction: Direction, count: i64, amount: Amount) {
        let (sum, signed) = match direction {
            Direction::Income => (&mut self.income, amount.0),
            Direction::Expense => (&mut self.expense, -amount.0),
        };
        sum.count += count;
        sum.amount.0 += amount.0;
        self.count += count;
        self.amount.0 += signed;
    }
}

impl MoneyNotBooked {
    /// What is not booked where `snapshot` stands.
    pub(super) async fn read(snapshot: &mut Snapshot) -> Result<Self, DatabaseError> {
        let methods = Method::EXTERNAL.into_iter().map(Some).chain([None]);
        let mut by_method: Vec<_> =
            methods.map(|method| UnbookedOfMethod { method, unbooked: Unbooked::default() }).collect();
        let mut total = Unbooked::default();
        for row in snapshot.fetch_all(Sql::new(UNBOOKED).with(snapshot.position.as_i64())).await? {
            let method: Option<Method> = word_or_null(&row, "method")?;
            let (direction, count) = (word(&row, "direction")?, row.get("events")?);
            let amount = Amount::minor(row.get("amount")?);
            total.add(direction, count, amount);
            if let Some(of_method) = by_method.iter_mut().find(|of| of.method == method) {
                of_method.unbooked.add(direction, count, amount);
            }
        }
        Ok(Self { by_method, total })
    }
}
