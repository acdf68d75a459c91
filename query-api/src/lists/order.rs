//! One order, with its refunds, settlement, commissions, cash entries and postings.

use std::sync::LazyLock;

use axum::extract::State;
use events_schema::terms::{
    CommissionState, Confirmation, DiscountKind, Method, RefundState, SettlementState,
};
use events_schema::{Calendar, Id, Money, Position};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::database::{DatabaseError, Row, Sql};
use crate::extract::{ValidPath, ValidQuery};
use crate::figure::{
    Amount, CommissionStateWord, ConfirmationWord, DiscountKindWord, LocalTime, MethodWord, RefundStateWord,
    SettlementStateWord,
};
use crate::journal::entry::{self, JournalEntry};
use crate::lists::cash_entries::{CASH_ENTRY_COLUMNS, CashEntry, OF_THE_ORDER};
use crate::lists::orders::OrderItem;
use crate::lists::page::ListItem;
use crate::lists::settlements::can_settle;
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;
use crate::snapshot::Snapshot;

/// How one order is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderQuery {
    /// Wait until the answer reflects this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
}

/// One order, with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Order {
    /// The order, as lists show it.
    #[serde(flatten)]
    pub item: OrderItem,
    /// The product's id.
    pub product_id: String,
    /// How many packages were bought.
    pub packages: i64,
    /// How many of them are used.
    pub used_packages: i64,
    /// Whether and when the supplier confirms it.
    #[schema(value_type = ConfirmationWord)]
    pub confirmation: Confirmation,
    /// The amount before discounts.
    pub amount: Amount,
    /// What was taken off.
    pub discounts: Vec<Discount>,
    /// What the delivery costs.
    pub freight: Amount,
    /// Who travels.
    pub travellers: Travellers,
    /// The id of the payment.
    pub payment_id: Option<String>,
    /// What the channel calls the payment.
    pub payment_reference: Option<String>,
    /// What was paid.
    pub paid: Amount,
    /// What of it was undone by completed refunds, fees included.
    pub refunded: Amount,
    /// The supplier's cost, or the quoted cost without a supplier, at first.
    pub purchase_cost_original: Amount,
    /// The same after partial refunds.
    pub purchase_cost_now: Amount,
    /// Σ commissions after partial refunds.
    pub commission_cost_now: Amount,
    /// The refunds, in the order in which they were requested.
    pub refunds: Vec<Refund>,
    /// What the supplier gets; null without a supplier or a payment.
    pub settlement: Option<Settlement>,
    /// What distributors get.
    pub commissions: Vec<Commission>,
    /// Money that moved outside, in the order in which it was recorded.
    pub cash_entries: Vec<CashEntry>,
    /// What its events posted to the journal, in the order in which it was recorded.
    pub postings: Vec<JournalEntry>,
    /// The position of the last event that touched the order.
    #[schema(example = 1180)]
    pub last_position: i64,
    /// The position of the log that the answer reflects.
    #[schema(value_type = u64, example = 1204)]
    pub position: Position,
}

/// What was taken off an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Discount {
    /// What it came from.
    #[schema(value_type = DiscountKindWord)]
    pub kind: DiscountKind,
    /// How much.
    #[schema(value_type = Amount)]
    pub amount: Money,
}

/// How many travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Travellers {
    /// Men.
    pub male: i64,
    /// Women.
    pub female: i64,
    /// Those who did not say.
    pub unknown: i64,
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refund {
    /// Its id, unique in its order.
    pub refund_id: String,
    /// When it was requested.
    pub requested_at: LocalTime,
    /// When it was completed or rejected.
    pub decided_at: Option<LocalTime>,
    /// The part of the payment that is undone, fee included.
    pub amount: Amount,
    /// What the platform keeps of it.
    pub fee: Amount,
    /// What became of it.
    #[schema(value_type = RefundStateWord)]
    pub state: RefundState,
    /// How it was paid back; null before.
    #[schema(value_type = Option<MethodWord>)]
    pub method: Option<Method>,
}

/// What the supplier gets for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Settlement {
    /// Whether it was credited, and whether it can be.
    #[schema(value_type = SettlementStateWord)]
    pub state: SettlementState,
    /// How much: after partial refunds, or the original cost when it is not settleable.
    pub amount: Amount,
    /// From when on it is due; null until the order is completed.
    pub due_at: Option<LocalTime>,
    /// When it was credited.
    pub settled_at: Option<LocalTime>,
    /// Whether finance may settle it by hand: paid offline, completed, unsettled.
    pub can_settle: bool,
}

/// What a distributor gets for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Commission {
    /// The distributor's id.
    pub distributor_id: String,
    /// The distributor's name.
    pub distributor_name: String,
    /// How much: after partial refunds, or the original amount when it is cancelled.
    pub amount: Amount,
    /// Whether it was credited; null while the order is not paid.
    #[schema(value_type = Option<CommissionStateWord>)]
    pub state: Option<CommissionState>,
}

/// One order
///
/// With its refunds, settlement, commissions, cash entries and postings, as they stand now.
#[utoipa::path(
    get, path = "/v1/orders/{order_id}", tag = "lists",
    params(("order_id" = String, Path, description = "The id of the order"), OrderQuery),
    responses(
        (status = 200, description = "The order", body = Order,
            headers(("Ledger-Position" = u64, description = "The position that the answer reflects"))),
        (status = 404, description = "`unknown_order`", body = ProblemDocument),
        (status = 422, description = "`invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn order(
    State(reading): State<Reading>,
    ValidPath(order_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<OrderQuery>,
) -> Result<Answer<Order>, Problem> {
    let mut snapshot = reading.at_least(query.min_position).await?;
    let id = known(&order_id, &snapshot)?;
    let body = read(&mut snapshot, &id).await?.ok_or_else(|| unknown(&order_id, &snapshot))?;
    Ok(Answer { position: snapshot.position, body })
}

/// The id that `order_id` is, as it stands in a path; 404 where it is none, for then no order has it.
pub(super) fn known(order_id: &str, snapshot: &Snapshot) -> Result<Id, Problem> {
    order_id.parse().map_err(|_| unknown(order_id, snapshot))
}

/// 404: there is no such order in what `snapshot` reflects.
pub(super) fn unknown(order_id: &str, snapshot: &Snapshot) -> Problem {
    let position = snapshot.position.get();
    let detail = format!("no order {order_id:?} is recorded up to position {position}");
    Problem::unknown("unknown_order", detail).with("position", position)
}

/// The order with this id, if it is recorded.
async fn read(snapshot: &mut Snapshot, order_id: &Id) -> Result<Option<Order>, DatabaseError> {
    let Some(row) = snapshot.fetch_optional(Sql::new(ORDER).with(order_id.as_str())).await? else {
        return Ok(None);
    };
    let birth: i64 = row.get("birth")?;
    let refunds = snapshot.fetch_all(Sql::new(REFUNDS).with(birth)).await?;
    let commissions = snapshot.fetch_all(Sql::new(COMMISSIONS).with(birth)).await?;
    let cash_entries = snapshot.fetch_all(Sql::new(&CASH_ENTRIES).with(birth)).await?;
    let postings = entry::postings(snapshot, birth).await?;
    let calendar = &snapshot.calendar;
    let mut order = Order::read(&row, calendar, snapshot.position)?;
    order.refunds = refunds.iter().map(|row| Refund::read(row, calendar)).collect::<Result<_, _>>()?;
    order.commissions = commissions.iter().map(Commission::read).collect::<Result<_, _>>()?;
    order.cash_entries =
        cash_entries.iter().map(|row| CashEntry::read(row, calendar)).collect::<Result<_, _>>()?;
    order.postings = postings;
    Ok(Some(order))
}

impl Order {
    /// The order of this row, without what stands in other tables.
    fn read(row: &Row, calendar: &Calendar, position: Position) -> Result<Self, DatabaseError> {
        let item = OrderItem::read(row, calendar)?;
        Ok(Self {
            settlement: Settlement::read(row, calendar, &item)?,
            product_id: row.get("product_id")?,
            packages: row.get("packages")?,
            used_packages: row.get("used_packages")?,
            confirmation: row::word(row, "confirmation")?,
            amount: row::amount(row, "amount")?,
            discounts: row::list(row, "discounts")?,
            freight: row::amount(row, "freight")?,
            travellers: Travellers {
                male: row.get("male_travellers")?,
                female: row.get("female_travellers")?,
                unknown: row.get("unknown_travellers")?,
            },
            payment_id: row.get("payment_id")?,
            payment_reference: row.get("payment_reference")?,
            paid: row::amount(row, "paid")?,
            refunded: row::amount(row, "refunded_gross")?,
            purchase_cost_original: row::amount(row, "purchase_cost_original")?,
            purchase_cost_now: row::amount(row, "purchase_cost_now")?,
            commission_cost_now: row::amount(row, "commission_cost_now")?,
            refunds: Vec::new(),
            commissions: Vec::new(),
            cash_entries: Vec::new(),
            postings: Vec::new(),
            last_position: row.get("position")?,
            item,
            position,
        })
    }
}

impl Refund {
    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        Ok(Self {
            refund_id: row.get("refund_id")?,
            requested_at: row::time(row, "requested_at", calendar)?,
            decided_at: row::time_or_null(row, "decided_at", calendar)?,
            amount: row::amount(row, "amount")?,
            fee: row::amount(row, "fee")?,
            state: row::word(row, "state")?,
            method: row::word_or_null(row, "method")?,
        })
    }
}

impl Settlement {
    fn read(row: &Row, calendar: &Calendar, order: &OrderItem) -> Result<Option<Self>, DatabaseError> {
        let Some(state) = row::word_or_null(row, "settlement_state")? else { return Ok(None) };
        Ok(Some(Self {
            state,
            amount: row::amount(row, "settlement_amount")?,
            due_at: row::time_or_null(row, "settlement_due_at", calendar)?,
            settled_at: row::time_or_null(row, "settled_at", calendar)?,
            can_settle: can_settle(order.status, state, order.payment_method),
        }))
    }
}

impl Commission {
    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self {
            distributor_id: row.get("distributor_id")?,
            distributor_name: row.get("distributor_name")?,
            amount: row::amount(row, "amount")?,
            state: row::word_or_null(row, "state")?,
        })
    }
}

const ORDER: &str = "select o.*, s.supplier_name, s.position, s.status, s.used_packages, s.paid_at, s.payment_id, s.payment_method, \
    s.payment_reference, s.paid, s.refunded_gross, s.paid - s.refunded_gross as left_amount, s.completed_at, \
    s.settlement_due_at, s.settled_at, s.purchase_cost_now, s.commission_cost_now, s.settlement_state, \
    s.settlement_amount \
    from orders o cross join order_states s where o.order_id = $1 and s.birth = o.birth";
const REFUNDS: &str = "select refund_id, requested_at, decided_at, amount, fee, state, method from refunds \
    where order_birth = $1 order by ordinal";
const COMMISSIONS: &str = "select distributor_id, distributor_name, amount, state from commissions \
    where order_birth = $1 order by line";
static CASH_ENTRIES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {CASH_ENTRY_COLUMNS} from cash_entries e {OF_THE_ORDER} where e.order_birth = $1 order by e.position"
    )
});
