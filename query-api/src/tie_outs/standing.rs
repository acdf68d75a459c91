//! What everything comes to at one position, over all time: the accounts, and what is known of the things themselves
//! without them. Money is in minor units.

use crate::database::DatabaseError;
use std::sync::LazyLock;

use events_schema::terms::{
    Account, BalanceKind, CashKind, Direction, Method, PayeeKind, Term, WithdrawalState,
};

use crate::journal::accounts;
use crate::pieces::{Figure, Sums};
use crate::range::Range;
use crate::reports::sales_figures::{self, SALES};
use crate::reports::split::Totals;
use crate::reports::{balances, cash, commissions, refunds, suppliers, withdrawals};
use crate::row::word;
use crate::snapshot::Snapshot;
use crate::tie_outs::entries;

/// How many accounts there are.
const ACCOUNTS: usize = Account::ALL.len();

/// What everything comes to.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// Of each account, the sum of its debits and that of its credits.
    accounts: [[i64; 2]; ACCOUNTS],
    /// Of each account, its debits less its credits, line by line.
    lines: [i64; ACCOUNTS],
    /// Of orders.
    pub(super) orders: Orders,
    cash: Vec<(CashKind, Method, i64)>,
    /// By how much each kind of entry moved the balances of members.
    balances: [i64; BalanceKind::ALL.len()],
    /// What suppliers were settled, as it is now.
    settled: i64,
    /// What distributors earned by completed orders, as it is now.
    earned: i64,
    /// Fees of completed refunds.
    pub(super) refund_fees: i64,
    withdrawals: Vec<(PayeeKind, WithdrawalState, i64)>,
}

/// What orders add up to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orders {
    /// What is left of paid orders that are not consumed.
    pub(super) prepaid: i64,
    /// What is left of consumed orders.
    pub(super) realised: i64,
    /// Of orders that are `completed`: what is left of them, their purchase cost, their commissions, their freight.
    pub(super) completed: [i64; 4],
    /// Purchase cost of consumed orders,
    pub(super) consumed_purchase_cost: i64,
    /// of those with a supplier that are not settled,
    pub(super) accrued_purchase_cost: i64,
    /// and of those without a supplier.
    pub(super) own_purchase_cost: i64,
    /// Commissions of consumed orders.
    pub(super) consumed_commission_cost: i64,
    /// Freight of consumed orders,
    pub(super) consumed_freight: i64,
    /// and of all that were shipped or consumed.
    pub(super) freight_expense: i64,
}

/// Figures of the report of sales that are read, in the order in which it has them.
const OF_REPORT: [&str; 6] =
    ["prepaid_amount", "realised_amount", "revenue", "purchase_cost", "commission_cost", "freight_cost"];

static ORDERS: LazyLock<Sums> = LazyLock::new(|| {
    let of_report = only(sales_figures::figures(), &OF_REPORT);
    SALES.sums(
        &[],
        &[of_report, sales_figures::consumption()].into_iter().flatten().collect::<Vec<_>>(),
        "true",
    )
});
static SETTLED: LazyLock<Sums> =
    LazyLock::new(|| suppliers::ALL.sums(&[], &only(suppliers::figures(), &["settled_amount"]), "true"));
static EARNED: LazyLock<Sums> = LazyLock::new(|| {
    commissions::ALL.sums(&[], &only(commissions::figures_of_orders(), &["settled_amount"]), "true")
});
static FEES: LazyLock<Sums> =
    LazyLock::new(|| refunds::SOURCE.sums(&[], &only(refunds::figures(), &["refund_fee_amount"]), "true"));
static WITHDRAWALS: LazyLock<Sums> =
    LazyLock::new(|| withdrawals::SOURCE.sums(&["payee_kind", "state"], &[Figure::same("amount")], "true"));

/// Those of `figures` that have one of these names.
fn only(figures: Vec<Figure>, names: &[&str]) -> Vec<Figure> {
    figures.into_iter().filter(|figure| names.contains(&&*figure.name)).collect()
}

impl Standing {
    /// What it is where `snapshot` stands.
    pub(super) async fn read(snapshot: &mut Snapshot) -> Result<Self, DatabaseError> {
        Ok(Self {
            accounts: read_accounts(snapshot).await?,
            lines: entries::by_account(snapshot).await?,
            orders: Orders::read(snapshot).await?,
            cash: read_cash(snapshot).await?,
            balances: read_balances(snapshot).await?,
            settled: read_one(snapshot, &SETTLED).await?,
            earned: read_one(snapshot, &EARNED).await?,
            refund_fees: read_one(snapshot, &FEES).await?,
            withdrawals: read_withdrawals(snapshot).await?,
        })
    }

    /// The balance of an account, on its own side.
    pub(super) fn balance(&self, account: Account) -> i64 {
        let [debit, credit] = self.accounts[account.ordinal()];
        accounts::on_its_side(account, debit - credit)
    }

    /// The same, as the last entry of the account says it.
    pub(super) fn balance_of_entries(&self, account: Account) -> i64 {
        accounts::on_its_side(account, self.lines[account.ordinal()])
    }

    /// The debits of all accounts, and their credits.
    pub(super) fn both_sides(&self) -> [i64; 2] {
        [0, 1].map(|side| self.accounts.iter().map(|sums| sums[side]).sum())
    }

    /// Income less expense of those cash entries that `wanted` takes.
    pub(super) fn cash(&self, wanted: impl Fn(CashKind, Method) -> bool) -> i64 {
        let entries = self.cash.iter().filter(|(kind, method, _)| wanted(*kind, *method));
        let signed = |(kind, _, amount): &(CashKind, Method, i64)| match kind.direction() {
            Direction::Income => *amount,
            Direction::Expense => -*amount,
        };
        entries.map(signed).sum()
    }

    /// What all members have.
    fn balances(&self) -> i64 {
        self.balances.iter().sum()
    }

    /// By how much the entries of one kind moved the balances of members.
    pub(super) fn moved(&self, kind: BalanceKind) -> i64 {
        self.balances[kind.ordinal()]
    }

    /// What all payees of a kind may withdraw: what they got, less what they asked for and was not rejected; of members,
    /// their balances.
    pub(super) fn funds(&self, kind: PayeeKind) -> i64 {
        let got = match kind {
            PayeeKind::Supplier => self.settled,
            PayeeKind::Distributor => self.earned,
            PayeeKind::Member => return self.balances(),
        };
        got - self.withdrawn(|payee, state| payee == kind && state != WithdrawalState::Rejected)
    }

    /// What was asked for, and is neither paid nor rejected.
    pub(super) fn in_transit(&self) -> i64 {
        self.withdrawn(|_, state| matches!(state, WithdrawalState::Pending | WithdrawalState::Approved))
    }

    fn withdrawn(&self, wanted: impl Fn(PayeeKind, WithdrawalState) -> bool) -> i64 {
        let found = self.withdrawals.iter().filter(|(kind, state, _)| wanted(*kind, *state));
        found.map(|(_, _, amount)| amount).sum()
    }
}

impl Orders {
    async fn read(snapshot: &mut Snapshot) -> Result<Self, DatabaseError> {
        let row = snapshot.fetch_one(ORDERS.over(Range::ALL, snapshot)).await?;
        let Totals(
            [
                prepaid,
                realised,
                revenue,
                purchase_cost,
                commission_cost,
                freight_cost,
                consumed_purchase_cost,
                accrued_purchase_cost,
                own_purchase_cost,
                consumed_commission_cost,
                consumed_freight,
                freight_expense,
            ],
        ) = Totals::read(&row, 0)?;
        Ok(Self {
            prepaid,
            realised,
            completed: [revenue, purchase_cost, commission_cost, freight_cost],
            consumed_purchase_cost,
            accrued_purchase_cost,
            own_purchase_cost,
            consumed_commission_cost,
            consumed_freight,
            freight_expense,
        })
    }
}

async fn read_accounts(snapshot: &mut Snapshot) -> Result<[[i64; 2]; ACCOUNTS], DatabaseError> {
    let mut sums = [[0; 2]; ACCOUNTS];
    for account in accounts::read(snapshot, Range::ALL).await?.accounts {
        sums[account.code.ordinal()] = [account.debit, account.credit].map(|amount| amount.0.minor());
    }
    Ok(sums)
}

async fn read_cash(snapshot: &mut Snapshot) -> Result<Vec<(CashKind, Method, i64)>, DatabaseError> {
    let rows = snapshot.fetch_all(cash::BY_KIND_AND_METHOD.over(Range::ALL, snapshot)).await?;
    rows.iter().map(|row| Ok((word(row, "kind")?, word(row, "method")?, row.get("amount")?))).collect()
}

async fn read_balances(snapshot: &mut Snapshot) -> Result<[i64; BalanceKind::ALL.len()], DatabaseError> {
    let mut balances = [0; BalanceKind::ALL.len()];
    for row in snapshot.fetch_all(balances::BY_KIND.over(Range::ALL, snapshot)).await? {
        balances[word::<BalanceKind>(&row, "kind")?.ordinal()] = row.get("change")?;
    }
    Ok(balances)
}

async fn read_withdrawals(
    snapshot: &mut Snapshot,
) -> Result<Vec<(PayeeKind, WithdrawalState, i64)>, DatabaseError> {
    let rows = snapshot.fetch_all(WITHDRAWALS.over(Range::ALL, snapshot)).await?;
    rows.iter().map(|row| Ok((word(row, "payee_kind")?, word(row, "state")?, row.get("amount")?))).collect()
}

/// The one sum of a select.
async fn read_one(snapshot: &mut Snapshot, sums: &'static Sums) -> Result<i64, DatabaseError> {
    let row = snapshot.fetch_one(sums.over(Range::ALL, snapshot)).await?;
    // A sum of nothing is null.
    Ok(row.get::<Option<i64>>(0)?.unwrap_or_default())
}
