//! Withdrawals (提现审核), newest first (reports.md §11).

use axum::extract::State;
use events_schema::terms::{PayeeKind, Term, WithdrawalMethod, WithdrawalState};
use events_schema::{Calendar, Id};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::database::Row;
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime, PayeeKindWord, WithdrawalMethodWord, WithdrawalStateWord};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{Prefix, Searched};
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
    fn read(row: &Row, calendar: &Calendar) -> Result<Self, sqlx::Error> {
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
) -> Result<Answer<Page<WithdrawalItem>>, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for WithdrawalsQuery {
    type Item = WithdrawalItem;

    fn selection(&self) -> Selection {
        Selection::new(&WITHDRAWALS)
            .id("w.withdrawal_id", self.withdrawal_id.as_deref())
            .word("w.payee_id", self.payee_id.as_deref())
            .word("w.state", self.state.map(Term::as_str))
            .word("w.payee_kind", self.payee_kind.map(Term::as_str))
            .word("w.method", self.method.map(Term::as_str))
            .search(self.q.as_ref())
    }
}

/// The list of withdrawals.
pub(crate) static WITHDRAWALS: List = List {
    name: "withdrawals",
    columns: "w.withdrawal_id, w.requested_at, w.payee_kind, w.payee_id, w.payee_name, w.payee_phone, w.amount, \
        w.method, w.account, w.state, w.decided_at, w.reference, w.reason",
    tables: &[Tables {
        first: "w",
        from: "withdrawals w",
        always: "true",
        key: &["w.requested_at", "w.birth"],
    }],
    identity: "w.birth",
    searched: &[
        Searched {
            column: "w.payee_name",
            found: "select birth from withdrawals where",
            indexed: "payee_name",
        },
        Searched {
            column: "w.payee_phone",
            found: "select birth from withdrawals where",
            indexed: "payee_phone",
        },
        Searched {
            column: "w.withdrawal_id",
            found: "select birth from withdrawals where",
            indexed: "withdrawal_id",
        },
    ],
    amount: Some("w.amount"),
};
