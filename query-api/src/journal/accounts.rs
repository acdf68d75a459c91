//! The trial balance (科目余额表): debits, credits and balance of every account.

use crate::database::DatabaseError;
use axum::extract::State;
use axum::response::Response;
use events_schema::Position;
use events_schema::terms::{Account, Side, Term};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Report;
use crate::as_of::AsOf;
use crate::export::{Column, Document, Format, Label, Lang, Stopped, Table, Writer, words};
use crate::extract::ValidQuery;
use crate::figure::{AccountWord, Amount, SideWord};
use crate::journal::chart::{CODE, Chart, NAME, NUMBER};
use crate::journal::lines::BY_ACCOUNT;
use crate::period::{self, Moment};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::reports::query::{Common, Figures};
use crate::row;
use crate::snapshot::Snapshot;

/// What the trial balance is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccountsQuery {
    /// Entries from this instant on, by their dates, or from the local midnight of this date. Absent: from the first.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    from: Option<Moment>,
    /// Entries before this instant, or before the local midnight of this date. Absent: to the last.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    to: Option<Moment>,
    /// As it stood then: after the event at this position and all that was decided with it, or as recorded by this
    /// instant (RFC 3339, with its offset).
    #[param(value_type = Option<String>, example = "1204")]
    as_of: Option<AsOf>,
    /// As JSON, or as a file.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    format: Format,
    /// The language of headings and words in a file.
    #[serde(default)]
    #[param(inline, value_type = Option<Lang>)]
    lang: Lang,
    /// Wait until the figures reflect this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
}

/// Debits, credits and balances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrialBalance {
    /// Every account, in the order of accounting.md.
    pub accounts: Vec<AccountBalance>,
    /// What all accounts add up to: the same on both sides.
    pub total: BothSides,
    #[serde(skip)]
    chart: Chart,
}

/// What the lines of one account add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountBalance {
    /// Its code.
    #[schema(value_type = AccountWord)]
    pub code: Account,
    /// Its number in the chart of accounts (科目编号), as it was set.
    #[schema(example = "2203")]
    pub number: String,
    /// Its name in the chart of accounts (科目名称), as it was set.
    #[schema(example = "预收账款")]
    pub name: String,
    /// On which side it grows.
    #[schema(value_type = SideWord)]
    pub side: Side,
    /// 借方: the sum of its debits.
    pub debit: Amount,
    /// 贷方: the sum of its credits.
    pub credit: Amount,
    /// 余额: on its own side; below zero when it stands on the other.
    pub balance: Amount,
}

/// Debits and credits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct BothSides {
    /// The sum of all debits.
    pub debit: Amount,
    /// The sum of all credits.
    pub credit: Amount,
}

impl AccountBalance {
    /// An account with these sums, in minor units.
    fn new(code: Account, [debit, credit]: [i64; 2], chart: &Chart) -> Self {
        let balance = Amount::minor(on_its_side(code, debit - credit));
        let [number, name] = [chart.number(code), chart.name(code, Lang::Zh)].map(str::to_owned);
        let [debit, credit] = [debit, credit].map(Amount::minor);
        Self { code, number, name, side: code.side(), debit, credit, balance }
    }
}

/// Debits less credits of an account, seen from the side on which it grows.
pub(crate) const fn on_its_side(account: Account, amount: i64) -> i64 {
    match account.side() {
        Side::Debit => amount,
        Side::Credit => -amount,
    }
}

impl Figures for TrialBalance {
    const DOCUMENT: Document =
        Document { name: "accounts", title: Label::new("科目余额表", "Trial balance") };

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        let lang = file.lang();
        let mut rows = file.table(&Table::section("科目", "Accounts", COLUMNS)).await?;
        for AccountBalance { code, side, debit, credit, balance, .. } in &self.accounts {
            let cells = self.chart.coded_cells(*code, lang, rows.row().await?);
            cells.word(words::SIDES, side.as_str()).amount(*debit).amount(*credit).amount(*balance);
        }
        let mut rows = file.table(&Table::section("合计", "Total", &[DEBIT, CREDIT])).await?;
        rows.row().await?.amount(self.total.debit).amount(self.total.credit);
        Ok(())
    }
}

pub(super) const DEBIT: Column = Column::amount("debit", "借方金额", "Debit");
pub(super) const CREDIT: Column = Column::amount("credit", "贷方金额", "Credit");
const COLUMNS: &[Column] = &[
    CODE,
    NUMBER,
    NAME,
    Column::text("side", "余额方向", "Side"),
    DEBIT,
    CREDIT,
    Column::amount("balance", "余额", "Balance"),
];

/// Accounts (科目余额表)
///
/// Debits, credits and balance of every account of the journal, by the dates of its entries. Without a range: of all of
/// them.
#[utoipa::path(
    get, path = "/v1/accounts", tag = "journal", params(AccountsQuery),
    responses(
        (status = 200, description = "The trial balance", body = Report<TrialBalance>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn accounts(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<AccountsQuery>,
) -> Result<Response, Problem> {
    let AccountsQuery { from, to, as_of, format, lang, min_position } = query;
    let common = Common { from, to, as_of, format, lang, min_position };
    common.answer_over(&reading, |from, to, _, calendar| period::of_list(from, to, calendar), read).await
}

/// What stands on the accounts by the entries of `range`.
pub(crate) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<TrialBalance, DatabaseError> {
    let chart = Chart::read(snapshot).await?;
    let mut sums = [[0, 0]; Account::ALL.len()];
    let mut total = [0, 0];
    for found in snapshot.fetch_all(BY_ACCOUNT.over(range, snapshot)).await? {
        let both = [found.get("debit")?, found.get("credit")?];
        sums[row::account(&found, "account")?.ordinal()] = both;
        total = [total[0] + both[0], total[1] + both[1]];
    }
    let of = |account: &Account| AccountBalance::new(*account, sums[account.ordinal()], &chart);
    let accounts = Account::ALL.iter().map(of).collect();
    let [debit, credit] = total.map(Amount::minor);
    Ok(TrialBalance { accounts, total: BothSides { debit, credit }, chart })
}
