//! Tie-outs (勾稽核对): whether the accounts agree with what is known of the things themselves (accounting.md, "What
//! must always tie out"), and two bridges beside them.
//!
//! Accounts are read from the journal; what they are held against, from orders, cash, balances, refunds, settlements,
//! commissions and withdrawals. All of it stands at one position, now or in the past, over all time.

/// What everything comes to at one position.
mod standing;

/// What each account must equal.
mod checks;

/// The entries of the journal, line by line.
mod entries;
pub use entries::{Unbalanced, unbalanced_entries};

/// The event that made a difference.
mod search;

/// Money that is not booked.
mod unbooked;
pub use unbooked::{MoneyNotBooked, Unbooked, UnbookedOfMethod};

/// From the result of the journal to the profit of the sales report.
mod profit;
pub use profit::{Difference, ProfitBridge, ProfitLine};

use crate::database::DatabaseError;
use std::borrow::Cow;

use axum::extract::State;
use events_schema::Position;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::as_of::AsOf;
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::snapshot::Snapshot;
use checks::Check;
use profit::Bridge;
use search::Search;
use standing::Standing;

/// What the tie-outs are asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TieOutsQuery {
    /// As it stood then: after the event at this position and all that was decided with it, or as recorded by this
    /// instant (RFC 3339, with its offset).
    #[param(value_type = Option<String>, example = "1204")]
    as_of: Option<AsOf>,
    /// Wait until the figures reflect this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
}

/// Whether everything ties out, and both bridges.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "position": 1204, "recorded_at": "2026-11-01T09:30:00+08:00", "currency": "CNY", "holds": false,
    "checks": [{
        "account": "prepayments", "figure": "sales.total.prepaid_amount", "balance": "128.00", "amount": "120.00",
        "difference": "8.00", "holds": false, "first_event": 1107
    }],
    "bridges": {
        "money_not_booked": {
            "by_method": [{
                "method": "alipay", "count": 1, "amount": "90.00", "income": { "count": 1, "amount": "90.00" },
                "expense": { "count": 0, "amount": "0.00" }
            }],
            "total": {
                "count": 1, "amount": "90.00", "income": { "count": 1, "amount": "90.00" },
                "expense": { "count": 0, "amount": "0.00" }
            }
        },
        "journal_to_sales_profit": {
            "journal_result": "35.00", "lines": [{ "what": "refund_fees", "amount": "-5.00" }], "sales_profit": "30.00"
        }
    }
}))]
pub struct TieOuts {
    /// The position of the log that all of it reflects.
    #[schema(value_type = u64, example = 1204)]
    pub position: Position,
    /// When that event was recorded; null before the first one.
    pub recorded_at: Option<LocalTime>,
    /// The currency of all amounts.
    #[schema(example = "CNY")]
    pub currency: String,
    /// Whether all checks hold.
    pub holds: bool,
    /// Every check.
    pub checks: Vec<TieOut>,
    /// What explains differences that are none.
    pub bridges: Bridges,
}

/// One check: an account, and what it must equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TieOut {
    /// The code of the account; `*`: all accounts, whose debits are the balance; `cash:*`: all accounts of cash;
    /// `result`: those from `revenue` to `gift_expense`, with what bridges them to the profit.
    #[schema(value_type = String, example = "prepayments")]
    pub account: &'static str,
    /// What it must equal. `sales.…`, `balances.…`, `refunds.…` and `cash.closing_balance` are figures of these reports
    /// over all time; `cash.….net` income less expense by one method, or what came in by scanning or as a surplus less
    /// what of it was given back; `orders.…` what orders add up to; `suppliers.funds`, `distributors.funds` what they were settled or earned, less
    /// withdrawals that were not rejected; `withdrawals.in_transit` those pending and approved; `journal.credits` the
    /// credits of all accounts; `entries.balance` the balance after the last entry of the account; `entries.unbalanced`
    /// by how much debits and credits differ in entries: by nothing.
    #[schema(value_type = String, example = "sales.total.prepaid_amount")]
    pub figure: Cow<'static, str>,
    /// What stands on the account, on its own side.
    pub balance: Amount,
    /// What the figure is.
    pub amount: Amount,
    /// Balance less amount.
    pub difference: Amount,
    /// Whether there is no difference.
    pub holds: bool,
    /// The position of an event before which the check held and after which, with all that was decided with it, it does
    /// not: of those there may be, the one that is found by halving epochs, and then positions. Null where it holds;
    /// where the past knows nothing of the difference, so that sums of the present are damaged and no event made it; and
    /// where so much differs that looking for all of it would take too long.
    #[schema(value_type = Option<u64>, example = 1107)]
    pub first_event: Option<Position>,
}

/// What explains differences that are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bridges {
    /// 未入账资金: money that moved, by events that are not recorded.
    pub money_not_booked: MoneyNotBooked,
    /// From the result of the journal to the profit of the sales report.
    pub journal_to_sales_profit: ProfitBridge,
}

impl From<Check> for TieOut {
    fn from(check: Check) -> Self {
        let holds = check.holds();
        let Check { account, figure, balance, amount } = check;
        let difference = Amount::minor(balance - amount);
        let (balance, amount) = (Amount::minor(balance), Amount::minor(amount));
        Self { account, figure, balance, amount, difference, holds, first_event: None }
    }
}

/// Tie-outs (勾稽核对)
///
/// Whether every account equals what is known without the journal, with the event that made each difference; and two
/// bridges: money that is not booked, and the way from the result of the journal to the profit of the sales report. All
/// of it over all time, at one position.
#[utoipa::path(
    get, path = "/v1/audit/tie-outs", tag = "journal", params(TieOutsQuery),
    responses(
        (status = 200, description = "Every check, and both bridges", body = TieOuts,
            headers(("Ledger-Position" = u64, description = "The position that the answer reflects"))),
        (status = 422, description = "`invalid_parameter`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn tie_outs(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<TieOutsQuery>,
) -> Result<Answer<TieOuts>, Problem> {
    let (mut snapshot, _) = reading.as_of(query.as_of, query.min_position).await?;
    let mut answer = read(&mut snapshot).await?;
    if !answer.holds {
        let mut search = Search::new(&reading, snapshot).await?;
        // The last one, of entries, knows its event by itself.
        let searched = answer.checks.split_last_mut().map_or(&mut [][..], |(_, searched)| searched);
        for (number, check) in searched.iter_mut().enumerate().filter(|(_, check)| !check.holds) {
            check.first_event = search.first_event(number).await?;
        }
    }
    Ok(Answer { position: answer.position, body: answer })
}

/// All checks and both bridges where `snapshot` stands; of differences, without the events that made them.
async fn read(snapshot: &mut Snapshot) -> Result<TieOuts, DatabaseError> {
    let standing = Standing::read(snapshot).await?;
    let unbalanced = entries::unbalanced(snapshot).await?;
    let mut checks: Vec<TieOut> = checks::all(&standing).into_iter().map(TieOut::from).collect();
    checks.push(of_entries(unbalanced));
    let bridges = Bridges {
        money_not_booked: MoneyNotBooked::read(snapshot).await?,
        journal_to_sales_profit: Bridge::of(&standing).into(),
    };
    Ok(TieOuts {
        position: snapshot.position,
        recorded_at: snapshot.recorded_at.map(|at| LocalTime::new(&snapshot.calendar, at)),
        currency: snapshot.currency.clone(),
        holds: checks.iter().all(|check| check.holds),
        checks,
        bridges,
    })
}

/// That each entry is in balance.
fn of_entries(Unbalanced { first, amount }: Unbalanced) -> TieOut {
    let figure = Cow::Borrowed("entries.unbalanced");
    let check = Check { account: checks::ALL, figure, balance: amount, amount: 0 };
    TieOut { first_event: first, ..check.into() }
}

/// How SQLite finds what is read.
#[cfg(test)]
mod plans;
