//! Withdrawals (提现审核), newest first (reports.md §11).

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{PayeeKind, WithdrawalMethod, WithdrawalState};
use events_schema::{Calendar, Id};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Argument, DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime, PayeeKindWord, WithdrawalMethodWord, WithdrawalStateWord};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW, Prefix, Searched};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which withdrawals are asked for.
    pub(crate) struct WithdrawalsQuery {
        /// Withdrawals of payees of this kind.
        #[param(value_type = Option<PayeeKindWord>)]
        payee_kind: Option<PayeeKind>,
        /// Withdrawals by this method.
        #[param(value_type = Option<WithdrawalMethodWord>)]
        method: Option<WithdrawalMethod>,
        /// Withdrawals that stand so now.
        #[param(value_type = Option<WithdrawalStateWord>)]
        state: Option<WithdrawalState>,
        /// Withdrawals of this payee.
        #[param(value_type = Option<String>)]
        payee_id: Option<Id>,
        /// The withdrawal with this id.
        #[param(value_type = Option<String>)]
        withdrawal_id: Option<Id>,
        /// What the payee's name or phone, or the id of the withdrawal, begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// A withdrawal, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithdrawalItem {
    /// The id of the withdrawal.
    pub withdrawal_id: String,
    /// 申请时间.
    pub requested_at: LocalTime,
    /// Supplier, distributor or member.
    #[schema(value_type = PayeeKindWord)]
    pub payee_kind: PayeeKind,
    /// The payee's id.
    pub payee_id: String,
    /// The payee's name.
    pub payee_name: String,
    /// The payee's phone.
    pub payee_phone: Option<String>,
    /// 提现金额.
    pub amount: Amount,
    /// 提现方式.
    #[schema(value_type = WithdrawalMethodWord)]
    pub method: WithdrawalMethod,
    /// Where the money goes to.
    pub account: String,
    /// 提现审核状态.
    #[schema(value_type = WithdrawalStateWord)]
    pub state: WithdrawalState,
    /// When it was paid or rejected.
    pub decided_at: Option<LocalTime>,
    /// What the bank or platform calls the transfer.
    pub reference: Option<String>,
    /// Why it was rejected, or why the money could not be transferred.
    pub reason: Option<String>,
}

impl ListItem for WithdrawalItem {
    const DOCUMENT: Document =
        Document { name: "withdrawals", title: Label::new("提现审核", "Withdrawals") };
    const COLUMNS: &'static [Column] = &[
        Column::text("withdrawal_id", "提现ID", "Withdrawal ID"),
        Column::time("requested_at", "申请时间", "Requested at"),
        Column::text("payee_kind", "收款方类型", "Payee kind"),
        Column::text("payee_id", "收款方ID", "Payee ID"),
        Column::text("payee_name", "收款方名称", "Payee"),
        Column::text("payee_phone", "手机号", "Phone"),
        Column::amount("amount", "提现金额", "Amount"),
        Column::text("method", "提现方式", "Method"),
        Column::text("account", "收款账户", "Account"),
        Column::text("state", "审核状态", "State"),
        Column::time("decided_at", "审核时间", "Decided at"),
        Column::text("reference", "转账流水号", "Reference"),
        Column::text("reason", "原因", "Reason"),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        Ok(Self {
            withdrawal_id: row.get("withdrawal_id")?,
            requested_at: row::time(row, "requested_at", calendar)?,
            payee_kind: row::word(row, "payee_kind")?,
            payee_id: row.get("payee_id")?,
            payee_name: row.get("payee_name")?,
            payee_phone: row.get("payee_phone")?,
            amount: row::amount(row, "amount")?,
            method: row::word(row, "method")?,
            account: row.get("account")?,
            state: row::word(row, "state")?,
            decided_at: row::time_or_null(row, "decided_at", calendar)?,
            reference: row.get("reference")?,
            reason: row.get("reason")?,
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        cells
            .text(row.get::<&str>("withdrawal_id")?)
            .time(row::instant(row, "requested_at")?)
            .word(words::PAYEE_KINDS, row::name::<PayeeKind>(row, "payee_kind")?);
        cells
            .text(row.get::<&str>("payee_id")?)
            .text(row.get::<&str>("payee_name")?)
            .text(row.get::<Option<&str>>("payee_phone")?);
        cells
            .amount(row::amount(row, "amount")?)
            .word(words::WITHDRAWAL_METHODS, row::name::<WithdrawalMethod>(row, "method")?)
            .text(row.get::<&str>("account")?);
        cells
            .word(words::WITHDRAWAL_STATES, row::name::<WithdrawalState>(row, "state")?)
            .time(row::instant(row, "decided_at")?)
            .text(row.get::<Option<&str>>("reference")?);
        cells.text(row.get::<Option<&str>>("reason")?);
        Ok(())
    }
}

/// Withdrawals (提现审核)
///
/// Newest first by the time they were requested. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/withdrawals", tag = "lists", params(WithdrawalsQuery),
    responses(
        (status = 200, description = "A page of withdrawals", body = Page<WithdrawalItem>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn withdrawals(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<WithdrawalsQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for WithdrawalsQuery {
    type Item = WithdrawalItem;

    fn selection(&self) -> Selection {
        Selection::new(&WITHDRAWALS)
            .id("w.withdrawal_id", self.withdrawal_id.as_deref())
            .id_by_time("w.payee_id", self.payee_id.as_deref())
            .word("w.state", self.state.map(Argument::term))
            .word("w.payee_kind", self.payee_kind.map(Argument::term))
            .word("w.method", self.method.map(Argument::term))
            .search(self.q.as_ref())
    }
}

/// The list of withdrawals.
pub(crate) static WITHDRAWALS: List = List {
    name: "withdrawals",
    columns: "w.withdrawal_id, w.requested_at, w.payee_kind, w.payee_id, w.payee_name, w.payee_phone, w.amount, \
        w.method, w.account, w.state, w.decided_at, w.reference, w.reason",
    tables: &[Tables {
        table: "withdrawals",
        first: "w",
        always: "true",
        walked: "true",
        joined: "",
        on: "true",
        key: &["w.requested_at", "w.birth"],
    }],
    searched: &[
        Searched {
            column: "w.payee_name",
            found: FOUND,
            indexed: "payee_name",
            counted: "withdrawals where",
            few_max: FEW,
        },
        Searched {
            column: "w.payee_phone",
            found: FOUND,
            indexed: "payee_phone",
            counted: "withdrawals where",
            few_max: FEW,
        },
        Searched {
            column: "w.withdrawal_id",
            found: FOUND,
            indexed: "withdrawal_id",
            counted: "withdrawals where",
            few_max: FEW,
        },
    ],
    amount: Some("w.amount"),
};

/// Withdrawals that are searched.
const FOUND: &str = "select requested_at, birth from withdrawals where";
