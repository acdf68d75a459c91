//! Balance entries (余额明细), newest first (reports.md §11).

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{BalanceKind, Term};
use events_schema::{Calendar, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::database::{DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, BalanceKindWord, LocalTime};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW_LOOKED_UP, Prefix, Searched, stretches};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which balance entries are asked for.
    pub(crate) struct BalanceEntriesQuery {
        /// Entries of this kind.
        #[param(value_type = Option<BalanceKindWord>)]
        kind: Option<BalanceKind>,
        /// Entries that an event of this type made.
        #[param(inline)]
        source: Option<BalanceSource>,
        /// Entries of this member.
        #[param(value_type = Option<String>)]
        member_id: Option<Id>,
        /// Entries of this order, payment or withdrawal.
        #[param(value_type = Option<String>)]
        source_id: Option<Id>,
        /// Entries of this order.
        #[param(value_type = Option<String>)]
        order_id: Option<Id>,
        /// What the member's phone or the order number begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// The type of the event that moved a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum BalanceSource {
    /// Money came in for the balance.
    #[serde(rename = "balance.recharged")]
    Recharged,
    /// Money of the balance was paid back.
    #[serde(rename = "balance.recharge_refunded")]
    RechargeRefunded,
    /// An order was paid from the balance.
    #[serde(rename = "order.paid")]
    OrderPaid,
    /// A refund of such an order came back.
    #[serde(rename = "refund.completed")]
    RefundCompleted,
    /// Balance was set aside for a withdrawal.
    #[serde(rename = "withdrawal.requested")]
    WithdrawalRequested,
    /// Finance rejected a withdrawal.
    #[serde(rename = "withdrawal.rejected")]
    WithdrawalRejected,
    /// The platform gave balance away.
    #[serde(rename = "balance.gifted")]
    Gifted,
    /// The platform took balance away.
    #[serde(rename = "balance.deducted")]
    Deducted,
}

impl BalanceSource {
    /// The name of the type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recharged => "balance.recharged",
            Self::RechargeRefunded => "balance.recharge_refunded",
            Self::OrderPaid => "order.paid",
            Self::RefundCompleted => "refund.completed",
            Self::WithdrawalRequested => "withdrawal.requested",
            Self::WithdrawalRejected => "withdrawal.rejected",
            Self::Gifted => "balance.gifted",
            Self::Deducted => "balance.deducted",
        }
    }
}

impl From<BalanceKind> for BalanceSource {
    /// Events of one type make entries of one kind.
    fn from(kind: BalanceKind) -> Self {
        match kind {
            BalanceKind::Recharge => Self::Recharged,
            BalanceKind::RechargeRefund => Self::RechargeRefunded,
            BalanceKind::Consume => Self::OrderPaid,
            BalanceKind::ConsumeRefund => Self::RefundCompleted,
            BalanceKind::Withdraw => Self::WithdrawalRequested,
            BalanceKind::WithdrawReturn => Self::WithdrawalRejected,
            BalanceKind::Gift => Self::Gifted,
            BalanceKind::Deduct => Self::Deducted,
        }
    }
}

/// What moved a balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BalanceEntry {
    /// 变动时间.
    pub occurred_at: LocalTime,
    /// The member's id.
    pub member_id: String,
    /// 会员手机号.
    pub member_phone: String,
    /// 变动类型.
    #[schema(value_type = BalanceKindWord)]
    pub kind: BalanceKind,
    /// 变化金额, with its sign.
    pub change: Amount,
    /// 变化后金额.
    pub balance_after: Amount,
    /// The type of the event that moved it.
    pub source: BalanceSource,
    /// The id of the order, payment or withdrawal that it came from.
    pub source_id: Option<String>,
    /// The order that it came from.
    pub order_id: Option<String>,
    /// The number of that order.
    pub order_no: Option<String>,
    /// The position of the event that made it.
    #[schema(example = 1204)]
    pub position: i64,
}

impl ListItem for BalanceEntry {
    const DOCUMENT: Document =
        Document { name: "balance-entries", title: Label::new("余额明细", "Balance entries") };
    const COLUMNS: &'static [Column] = &[
        Column::time("occurred_at", "变动时间", "Occurred at"),
        Column::text("member_id", "会员ID", "Member ID"),
        Column::text("member_phone", "会员手机号", "Member phone"),
        Column::text("kind", "变动类型", "Kind"),
        Column::amount("change", "变化金额", "Change"),
        Column::amount("balance_after", "变化后金额", "Balance after"),
        Column::text("source", "变动来源", "Source"),
        Column::text("source_id", "来源ID", "Source ID"),
        Column::text("order_id", "订单ID", "Order ID"),
        Column::text("order_no", "来源订单号", "Order no."),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        let kind: BalanceKind = row::word(row, "kind")?;
        Ok(Self {
            occurred_at: row::time(row, "occurred_at", calendar)?,
            member_id: row.get("member_id")?,
            member_phone: row.get("phone")?,
            kind,
            change: row::amount(row, "change")?,
            balance_after: row::amount(row, "balance_after")?,
            source: kind.into(),
            source_id: row.get("source_id")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            position: row.get("position")?,
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        let kind: BalanceKind = row::word(row, "kind")?;
        cells
            .time(row::instant(row, "occurred_at")?)
            .text(row.get::<&str>("member_id")?)
            .text(row.get::<&str>("phone")?);
        cells
            .word(words::BALANCE_KINDS, row::name::<BalanceKind>(row, "kind")?)
            .amount(row::amount(row, "change")?)
            .amount(row::amount(row, "balance_after")?);
        cells
            .word(words::EVENT_TYPES, BalanceSource::from(kind).as_str())
            .text(row.get::<Option<&str>>("source_id")?)
            .text(row.get::<Option<&str>>("order_id")?);
        cells.text(row.get::<Option<&str>>("order_no")?);
        Ok(())
    }
}

/// Balance entries (余额明细)
///
/// Newest first by the time the balance moved. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/balance-entries", tag = "lists", params(BalanceEntriesQuery),
    responses(
        (status = 200, description = "A page of balance entries", body = Page<BalanceEntry>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn balance_entries(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<BalanceEntriesQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for BalanceEntriesQuery {
    type Item = BalanceEntry;

    fn selection(&self) -> Selection {
        let kinds = BalanceKind::ALL.iter().copied().filter(|kind| {
            self.kind.is_none_or(|wanted| wanted == *kind)
                && self.source.is_none_or(|wanted| wanted == BalanceSource::from(*kind))
        });
        Selection::new(&BALANCE_ENTRIES)
            .id_where(OF_ORDER, self.order_id.as_deref())
            .id_where(OF_SOURCE, self.source_id.as_deref())
            .id_where(OF_MEMBER, self.member_id.as_deref())
            .split("e.kind", kinds.collect())
            .search(self.q.as_ref())
    }
}

/// The list of balance entries. Its index has the kind before the time.
pub(crate) static BALANCE_ENTRIES: List = List {
    name: "balance-entries",
    columns: "e.occurred_at, m.member_id, m.phone, e.kind, e.change, e.balance_after, \
        coalesce(e.payment_id, o.order_id, w.withdrawal_id) as source_id, o.order_id, o.order_no, e.position",
    tables: &[Tables {
        table: "balance_entries",
        first: "e",
        always: "true",
        walked: "true",
        joined: "cross join members m left join orders o on o.birth = e.order_birth \
                left join withdrawals w on w.birth = e.withdrawal_birth",
        on: "m.birth = e.member_birth",
        key: &["e.occurred_at", "e.position"],
    }],
    searched: &[
        Searched {
            column: "m.phone",
            found: OF_MEMBERS,
            indexed: "x.phone",
            counted: MEMBERS,
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "o.order_no",
            found: OF_ORDERS,
            indexed: "x.order_no",
            counted: "orders x where",
            few_max: FEW_LOOKED_UP,
        },
    ],
    amount: Some("e.change"),
};

/// The entries of one order.
const OF_ORDER: &str = "e.order_birth in (select birth from orders where order_id = {})";
/// The entries of one member.
const OF_MEMBER: &str = "e.member_birth in (select birth from members where member_id = {})";
/// The entries whose source has this id: a payment, an order or a withdrawal.
const OF_SOURCE: &str = "e.position in (select position from balance_entries where payment_id = {} union all \
    select b.position from orders x cross join balance_entries b where x.order_id = {} and b.order_birth = x.birth \
    union all select b.position from withdrawals x cross join balance_entries b \
    where x.withdrawal_id = {} and b.withdrawal_birth = x.birth)";
/// The entries of some members.
const OF_MEMBERS: &str = concat!(
    "select b.occurred_at, b.position from ",
    stretches!("members", "birth"),
    " x cross join balance_entries b where x.birth >> 19 = stretch.number and b.member_birth = x.birth and"
);
/// Some members.
const MEMBERS: &str = concat!(stretches!("members", "birth"), " x where x.birth >> 19 = stretch.number and");
/// The entries of some orders.
const OF_ORDERS: &str = "select b.occurred_at, b.position from orders x cross join balance_entries b where b.order_birth = x.birth and";
