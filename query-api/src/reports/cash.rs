//! Cash (收支统计): money that came in and went out in a range, and what there was before.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{CashKind, Direction, Method, Mode, Term};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::database::{DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, Stopped, Table, Writer, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, CashKindWord, DirectionWord, MethodWord, ModeWord};
use crate::pieces::{Figure, Past, PastRows, Source, Sums};
use crate::problem::{Problem, ProblemDocument};
use crate::range::{Grains, Range};
use crate::read_models::Reading;
use crate::reports::query::{Figures, report_query};
use crate::reports::split::Totals;
use crate::row::word;
use crate::snapshot::Snapshot;

report_query! {
    /// What the cash report is asked for.
    CashQuery {}
}

/// The figures of the cash report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashReport {
    /// What there was before the range: all income less all expense until then.
    pub opening_balance: Amount,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
    /// Income less expense.
    pub net: Amount,
    /// 平台结存: opening balance and net.
    pub closing_balance: Amount,
    /// Online and offline.
    pub by_mode: Vec<CashOfMode>,
    /// The seven methods by which money moves outside.
    pub by_method: Vec<CashOfMethod>,
    /// The eleven kinds of entries.
    pub by_kind: Vec<CashOfKind>,
}

/// The cash report in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashSummary {
    /// What there was before the range.
    pub opening_balance: Amount,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
    /// Income less expense.
    pub net: Amount,
    /// 平台结存: opening balance and net.
    pub closing_balance: Amount,
}

impl CashSummary {
    fn new(opening: i64, income: CashSum, expense: CashSum) -> Self {
        let net = income.amount.0 - expense.amount.0;
        Self {
            opening_balance: Amount::minor(opening),
            income,
            expense,
            net: Amount(net),
            closing_balance: Amount::minor(opening + net.minor()),
        }
    }
}

impl From<&CashReport> for CashSummary {
    fn from(report: &CashReport) -> Self {
        let CashReport { opening_balance, income, expense, net, closing_balance, .. } = *report;
        Self { opening_balance, income, expense, net, closing_balance }
    }
}

/// A number of cash entries, and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashSum {
    /// How many entries.
    pub count: i64,
    /// Their amount.
    pub amount: Amount,
}

/// What moved by methods of one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashOfMode {
    /// Online or offline.
    #[schema(value_type = ModeWord)]
    pub mode: Mode,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
}

/// What moved by one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashOfMethod {
    /// The method.
    #[schema(value_type = MethodWord)]
    pub method: Method,
    /// Its mode.
    #[schema(value_type = ModeWord)]
    pub mode: Mode,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
}

/// The entries of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashOfKind {
    /// What the entries were for.
    #[schema(value_type = CashKindWord)]
    pub kind: CashKind,
    /// Whether they brought money in or took it out.
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    /// How many entries.
    pub count: i64,
    /// Their amount.
    pub amount: Amount,
}

/// What the entries of one kind and method add up to.
#[derive(Clone, Copy, Debug)]
struct Sum {
    kind: CashKind,
    method: Method,
    entries: i64,
    amount: i64,
}

impl CashReport {
    fn new(opening: i64, sums: &[Sum]) -> Self {
        let [income, expense] = both(sums, |_| true);
        let CashSummary { opening_balance, net, closing_balance, .. } =
            CashSummary::new(opening, income, expense);
        let by_mode = [Mode::Online, Mode::Offline].map(|mode| {
            let [income, expense] = both(sums, |sum| sum.method.mode() == mode);
            CashOfMode { mode, income, expense }
        });
        let by_method = Method::EXTERNAL.map(|method| {
            let [income, expense] = both(sums, |sum| sum.method == method);
            CashOfMethod { method, mode: method.mode(), income, expense }
        });
        let by_kind = CashKind::ALL.iter().map(|&kind| {
            let CashSum { count, amount } = add(sums.iter().filter(|sum| sum.kind == kind));
            CashOfKind { kind, direction: kind.direction(), count, amount }
        });
        Self {
            opening_balance,
            income,
            expense,
            net,
            closing_balance,
            by_mode: by_mode.to_vec(),
            by_method: by_method.to_vec(),
            by_kind: by_kind.collect(),
        }
    }
}

/// Income and expense of those sums that `wanted` takes.
fn both(sums: &[Sum], wanted: impl Fn(&Sum) -> bool) -> [CashSum; 2] {
    [Direction::Income, Direction::Expense]
        .map(|direction| add(sums.iter().filter(|sum| sum.kind.direction() == direction && wanted(sum))))
}

fn add<'a>(sums: impl Iterator<Item = &'a Sum>) -> CashSum {
    let (count, amount) =
        sums.fold((0, 0), |(count, amount), sum| (count + sum.entries, amount + sum.amount));
    CashSum { count, amount: Amount::minor(amount) }
}

impl Figures for CashReport {
    const DOCUMENT: Document = Document { name: "cash", title: Label::new("收支统计", "Cash") };

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        let summary = CashSummary::from(self);
        summary.write("合计", "Total", file).await?;
        let mut rows = file.table(&Table::section("按支付渠道", "By mode", BY_MODE)).await?;
        for CashOfMode { mode, income, expense } in &self.by_mode {
            both_cells(rows.row().await?.word(words::MODES, mode.as_str()), income, expense);
        }
        let mut rows = file.table(&Table::section("按支付方式", "By method", BY_METHOD)).await?;
        for CashOfMethod { method, income, expense, .. } in &self.by_method {
            both_cells(rows.row().await?.word(words::METHODS, method.as_str()), income, expense);
        }
        let mut rows = file.table(&Table::section("按类型", "By kind", BY_KIND)).await?;
        for CashOfKind { kind, direction, count, amount } in &self.by_kind {
            let cells = rows.row().await?.word(words::CASH_KINDS, kind.as_str());
            cells.word(words::DIRECTIONS, direction.as_str()).count(*count).amount(*amount);
        }
        Ok(())
    }
}

const INCOME_COUNT: Column = Column::count("income_count", "收入笔数", "Income entries");
const INCOME: Column = Column::amount("income_amount", "收入金额", "Income");
const EXPENSE_COUNT: Column = Column::count("expense_count", "支出笔数", "Expense entries");
const EXPENSE: Column = Column::amount("expense_amount", "支出金额", "Expense");
const BY_MODE: &[Column] =
    &[Column::text("mode", "支付渠道", "Mode"), INCOME_COUNT, INCOME, EXPENSE_COUNT, EXPENSE];
const BY_METHOD: &[Column] =
    &[Column::text("method", "支付方式", "Method"), INCOME_COUNT, INCOME, EXPENSE_COUNT, EXPENSE];
const BY_KIND: &[Column] = &[
    Column::text("kind", "类型", "Kind"),
    Column::text("direction", "收支方向", "Direction"),
    Column::count("count", "笔数", "Entries"),
    Column::amount("amount", "金额", "Amount"),
];

fn both_cells(cells: &mut Cells, income: &CashSum, expense: &CashSum) {
    cells.count(income.count).amount(income.amount).count(expense.count).amount(expense.amount);
}

impl CashSummary {
    /// Writes a table of one row.
    pub(super) async fn write(
        &self,
        zh: &'static str,
        en: &'static str,
        file: &mut Writer,
    ) -> Result<(), Stopped> {
        const COLUMNS: &[Column] = &[
            Column::amount("opening_balance", "期初结存", "Opening balance"),
            INCOME_COUNT,
            INCOME,
            EXPENSE_COUNT,
            EXPENSE,
            Column::amount("net", "净收入", "Net"),
            Column::amount("closing_balance", "平台结存", "Closing balance"),
        ];
        let mut rows = file.table(&Table::section(zh, en, COLUMNS)).await?;
        let cells = rows.row().await?.amount(self.opening_balance);
        both_cells(cells, &self.income, &self.expense);
        cells.amount(self.net).amount(self.closing_balance);
        Ok(())
    }
}

/// Cash (收支统计)
///
/// Money that came in and went out in the range, and what there was before it.
#[utoipa::path(
    get, path = "/v1/reports/cash", tag = "reports", params(CashQuery),
    responses(
        (status = 200, description = "The report", body = Report<CashReport>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn cash(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<CashQuery>,
) -> Result<Response, Problem> {
    query.common().answer(&reading, read).await
}

/// The cash over `range`.
pub(crate) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<CashReport, DatabaseError> {
    let opening = read_opening(snapshot, range).await?;
    let sums = read_sums(snapshot, range).await?;
    Ok(CashReport::new(opening, &sums))
}

/// The same in short. Nothing is grouped for it: the database adds up as it reads.
pub(super) async fn read_summary(
    snapshot: &mut Snapshot,
    range: Range,
) -> Result<CashSummary, DatabaseError> {
    let opening = read_opening(snapshot, range).await?;
    let row = snapshot.fetch_one(ALL_AND_INCOME.over(range, snapshot)).await?;
    let Totals([count, amount, income_count, income]) = Totals::read(&row, 0)?;
    let sum = |count, amount| CashSum { count, amount: Amount::minor(amount) };
    let (income, expense) = (sum(income_count, income), sum(count - income_count, amount - income));
    Ok(CashSummary::new(opening, income, expense))
}

/// All income less all expense before `range`.
async fn read_opening(snapshot: &mut Snapshot, range: Range) -> Result<i64, DatabaseError> {
    let net: Option<i64> = snapshot.fetch_one(NET.over(range.before(), snapshot)).await?.get(0)?;
    Ok(net.unwrap_or_default())
}

async fn read_sums(snapshot: &mut Snapshot, range: Range) -> Result<Vec<Sum>, DatabaseError> {
    snapshot.fetch_all(BY_KIND_AND_METHOD.over(range, snapshot)).await?.iter().map(Sum::read).collect()
}

impl Sum {
    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self {
            kind: word(row, "kind")?,
            method: word(row, "method")?,
            entries: row.get("entries")?,
            amount: row.get("amount")?,
        })
    }
}

/// Where cash figures are kept. The index of the entries begins with the kind, so all of them are named.
pub(crate) static CASH: Source = Source {
    cells: "cash_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: "cash_entries",
    rows_where: "kind in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)",
    rows_at: "occurred_at",
    past: Past {
        cells: "cash_past",
        grains: Grains::DayToYear,
        key: &["grain", "start", "kind", "method"],
        rows: PastRows::Fixed { position: "position" },
    },
};

/// What the entries of each kind and method add up to.
pub(crate) static BY_KIND_AND_METHOD: LazyLock<Sums> =
    LazyLock::new(|| CASH.sums(&["kind", "method"], &figures()[..2], "true"));

/// All income less all expense.
pub(super) static NET: LazyLock<Sums> = LazyLock::new(|| CASH.sums(&[], &figures()[2..], "true"));

/// Entries, their amount, and income less expense.
pub(crate) fn figures() -> Vec<Figure> {
    let signed = if_income("amount", "-amount");
    let net = Figure { name: "net".to_owned(), of_cell: signed.clone(), of_row: signed };
    vec![Figure::new("entries", "1"), Figure::same("amount"), net]
}

/// All entries and their amount, and those of income.
static ALL_AND_INCOME: LazyLock<Sums> = LazyLock::new(|| {
    let of_income = |name: &str, of_cell, of_row| Figure {
        name: name.to_owned(),
        of_cell: if_income(of_cell, "0"),
        of_row: if_income(of_row, "0"),
    };
    let figures = [
        Figure::new("entries", "1"),
        Figure::same("amount"),
        of_income("income_entries", "entries", "1"),
        of_income("income", "amount", "amount"),
    ];
    CASH.sums(&[], &figures, "true")
});

/// What an entry or a cell of income adds, and what one of expense does.
fn if_income(income: &str, expense: &str) -> String {
    let kinds = CashKind::ALL.iter().filter(|kind| kind.direction() == Direction::Income);
    let kinds: Vec<_> = kinds.map(|kind| kind.ordinal().to_string()).collect();
    format!("case when kind in ({}) then {income} else {expense} end", kinds.join(", "))
}
