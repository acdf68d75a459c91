//! Double-entry bookkeeping: what an event posts to the accounts (accounting.md). Pure, and derived: nothing of it
//! stands in the log.
//!
//! Where one decision moves two things, one of its events posts for both: the one that knows all amounts. It is always
//! the event that was decided, which stands first.
//!
//! | decision | posts | does not |
//! |---|---|---|
//! | an order is paid from a balance | `OrderPaid` | `BalanceConsumed` |
//! | a refund is paid out, to a balance or out of funds | `RefundCompleted` | `ConsumptionRefunded`, `FundsDebited` |
//! | an order is completed, commissions are earned | `OrderVerified` (the last), `OrderCompleted` | `FundsCredited` |
//! | a supplier is settled | `OrderSettled` | `FundsCredited` |
//! | a withdrawal is asked for, or rejected | `WithdrawalRequested`, `WithdrawalRejected` | `BalanceWithdrawn`, `WithdrawalReturned`, `FundsDebited`, `FundsCredited` |
//!
//! So the journal agrees with balances and funds at the end of every decision, not between its events.
//!
//! Funds below zero stay on their account of the journal; vouchers show them as receivables. By how much an entry takes
//! them there, or brings them back, the events of funds know, which follow it ([`below_zero`]).

/// Entries: what cannot be out of balance.
mod entry;
pub use entry::{Entry, Line, Transfer};

/// What events of orders post.
mod orders;

use events_schema::terms::{Account, JournalKind, PayeeKind};
use events_schema::{EntityKind, Event, Money, Position, Recorded};

use crate::entities::{Payment, Step, Withdrawal};

/// What `recorded`, which did `step`, posts; nothing where it moves no account.
///
/// The date is that of the event: of a withdrawal that was paid, when it was paid; of a rejection and of a settlement
/// by hand, the decision; of an automatic settlement, when it took effect (domain §7).
pub fn post(step: &Step<'_>, recorded: &Recorded) -> Option<Entry> {
    let (date, event) = (recorded.occurred_at, &recorded.event);
    match step {
        Step::Order { before, after } => orders::post(before.as_ref()?, after, event, date),
        Step::Member { .. } => {
            let (kind, transfer) = of_member(event)?;
            Entry::new(kind, date, &[transfer])
        }
        Step::Payment { after } => {
            let (kind, transfer) = of_payment(after, event)?;
            Entry::new(kind, date, &[transfer])
        }
        Step::Withdrawal { after, .. } => {
            let (kind, transfer) = of_withdrawal(after, event)?;
            Entry::new(kind, date, &[transfer])
        }
        Step::Ledger | Step::Funds { .. } | Step::ParkedEvent { .. } => None,
    }
}

/// What of a line vouchers show as a receivable: what an entry moves below zero in the funds of one supplier or
/// distributor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BelowZero {
    /// Where the entry stands: the event that posts for the funds.
    pub entry: Position,
    /// The account of the funds.
    pub account: Account,
    /// How much, never zero: over zero where the funds fall further, below where they rise. A debit is over zero, as in the
    /// line.
    pub amount: Money,
}

/// What `recorded`, which did `step`, moves below zero; nothing where the funds stay at zero or over it. Together for all
/// funds that an entry moves, it is never more than the line of the entry on their account, and on the same side.
///
/// Nothing, too, where it is not known what moved the funds: whoever asks has folded that as well.
pub fn below_zero(step: &Step<'_>, recorded: &Recorded) -> Option<BelowZero> {
    let Step::Funds { before, after, moved_by } = step else { return None };
    let below = |available: Money| -available.min(Money::ZERO);
    let amount = below(after.available) - below(before.unwrap_or(Money::ZERO));
    let is_supplier = recorded.entity.kind == EntityKind::SupplierFunds;
    let account = if is_supplier { Account::SupplierPayable } else { Account::CommissionPayable };
    let entry = (*moved_by).filter(|_| !amount.is_zero())?;
    Some(BelowZero { entry, account, amount })
}

/// What an event of a member posts: recharges, gifts, deductions. What orders and withdrawals do to a balance, their
/// own events post.
fn of_member(event: &Event) -> Option<(JournalKind, Transfer)> {
    use Account::{GiftExpense, MemberBalances, OtherIncome};
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event of a member posts")]
    Some(match event {
        Event::BalanceRecharged(e) => {
            (JournalKind::Recharge, Transfer::new(Account::of_payment(e.method), MemberBalances, e.amount))
        }
        Event::RechargeRefunded(e) => (
            JournalKind::RechargeRefund,
            Transfer::new(MemberBalances, Account::of_payment(e.method), e.amount),
        ),
        Event::BalanceGifted(e) => (JournalKind::Gift, Transfer::new(GiftExpense, MemberBalances, e.amount)),
        Event::BalanceDeducted(e) => {
            (JournalKind::Deduct, Transfer::new(MemberBalances, OtherIncome, e.amount))
        }
        _ => return None,
    })
}

/// What an event of a scanned or surplus payment posts.
fn of_payment(payment: &Payment, event: &Event) -> Option<(JournalKind, Transfer)> {
    use Account::{ScanRevenue, SurplusPayments};
    let money = Account::of_payment(payment.method);
    let is_surplus = payment.surplus_of.is_some();
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else happens to a payment")]
    Some(match event {
        Event::PaymentReceived(e) => (JournalKind::ScanPayment, Transfer::new(money, ScanRevenue, e.amount)),
        Event::SurplusReceived(e) => {
            (JournalKind::SurplusPayment, Transfer::new(money, SurplusPayments, e.amount))
        }
        Event::PaymentRefunded(e) if is_surplus => {
            (JournalKind::SurplusRefund, Transfer::new(SurplusPayments, money, e.amount))
        }
        Event::PaymentRefunded(e) => (JournalKind::ScanRefund, Transfer::new(ScanRevenue, money, e.amount)),
        _ => return None,
    })
}

/// What an event of a withdrawal posts. While the payout gateway is at work, and when it could not transfer, the money
/// stays in transit.
fn of_withdrawal(withdrawal: &Withdrawal, event: &Event) -> Option<(JournalKind, Transfer)> {
    use Account::WithdrawalsInTransit;
    let facts = &withdrawal.facts;
    let owed = match facts.payee.kind {
        PayeeKind::Supplier => Account::SupplierPayable,
        PayeeKind::Distributor => Account::CommissionPayable,
        PayeeKind::Member => Account::MemberBalances,
    };
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event of a withdrawal posts")]
    Some(match event {
        Event::WithdrawalRequested(_) => {
            (JournalKind::WithdrawalRequested, Transfer::new(owed, WithdrawalsInTransit, facts.amount))
        }
        Event::WithdrawalRejected(_) => {
            (JournalKind::WithdrawalRejected, Transfer::new(WithdrawalsInTransit, owed, facts.amount))
        }
        Event::WithdrawalPaid(_) => {
            let money = Account::of_payment(facts.method.cash_method());
            (JournalKind::WithdrawalPaid, Transfer::new(WithdrawalsInTransit, money, facts.amount))
        }
        _ => return None,
    })
}
