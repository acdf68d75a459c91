//! Entries of the journal. An entry is made of transfers, each with one amount for both of its sides, so none can be
//! out of balance.

use events_schema::terms::{Account, JournalKind, Term};
use events_schema::{Money, Timestamp};

/// An amount that is a debit of one account and a credit of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    debit: Account,
    credit: Account,
    amount: Money,
}

impl Transfer {
    /// `amount` to the debit of one account and to the credit of another; below zero it goes the other way.
    pub const fn new(debit: Account, credit: Account, amount: Money) -> Self {
        Self { debit, credit, amount }
    }
}

/// What one event posts: at least two lines, at most one for each account, whose debits are their credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    kind: JournalKind,
    date: Timestamp,
    /// What moves on each account, in their order: a debit is over zero, a credit below.
    amounts: [Money; Account::ALL.len()],
}

/// What an entry moves on one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account.
    pub account: Account,
    /// How much, never zero: a debit is over zero, a credit below.
    pub amount: Money,
}

impl Line {
    /// What it adds to the debits of its account.
    pub fn debit(self) -> Money {
        self.amount.max(Money::ZERO)
    }

    /// What it adds to the credits of its account.
    pub fn credit(self) -> Money {
        -self.amount.min(Money::ZERO)
    }
}

impl Entry {
    /// The entry that these transfers come to; none where they move nothing.
    pub fn new(kind: JournalKind, date: Timestamp, transfers: &[Transfer]) -> Option<Self> {
        let mut amounts = [Money::ZERO; Account::ALL.len()];
        for transfer in transfers {
            amounts[transfer.debit.ordinal()] += transfer.amount;
            amounts[transfer.credit.ordinal()] -= transfer.amount;
        }
        amounts.iter().any(|amount| !amount.is_zero()).then_some(Self { kind, date, amounts })
    }

    /// What happened.
    pub const fn kind(&self) -> JournalKind {
        self.kind
    }

    /// Its date: when that happened in business.
    pub const fn date(&self) -> Timestamp {
        self.date
    }

    /// Its lines, in the order of the accounts.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        let lines = Account::ALL.iter().zip(&self.amounts).filter(|(_, amount)| !amount.is_zero());
        lines.map(|(account, amount)| Line { account: *account, amount: *amount })
    }

    /// The set of its accounts: their bits.
    pub fn accounts(&self) -> i64 {
        self.lines().fold(0, |set, line| set | line.account.bit())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn entry(transfers: &[Transfer]) -> Option<Entry> {
        Entry::new(JournalKind::OrderPaid, Timestamp::from_micros(1), transfers)
    }

    fn fen(minor: i64) -> Money {
        Money::from_minor(minor)
    }

    #[test]
    fn transfers_of_one_account_are_one_line() {
        let transfers = [
            Transfer::new(Account::Revenue, Account::CashPos, fen(90)),
            Transfer::new(Account::Revenue, Account::RefundFees, fen(10)),
        ];
        let entry = entry(&transfers).unwrap();
        let lines: Vec<_> = entry.lines().map(|line| (line.account, line.debit(), line.credit())).collect();
        let nothing = Money::ZERO;
        assert_eq!(
            lines,
            [
                (Account::CashPos, nothing, fen(90)),
                (Account::Revenue, fen(100), nothing),
                (Account::RefundFees, nothing, fen(10)),
            ]
        );
        assert_eq!(entry.accounts(), 1 << 7 | 1 << 17 | 1 << 19);
        assert_eq!((entry.kind(), entry.date().micros()), (JournalKind::OrderPaid, 1));
    }

    #[test]
    fn what_moves_nothing_is_no_entry() {
        assert_eq!(entry(&[]), None);
        assert_eq!(entry(&[Transfer::new(Account::CashPos, Account::Revenue, Money::ZERO)]), None);
        let there = Transfer::new(Account::CashPos, Account::Revenue, fen(5));
        let back = Transfer::new(Account::Revenue, Account::CashPos, fen(5));
        assert_eq!(entry(&[there, back]), None);
    }

    fn transfers() -> impl Strategy<Value = Vec<Transfer>> {
        let account = || prop::sample::select(Account::ALL.to_vec());
        let transfer = (account(), account(), -9_i64..10);
        vec(transfer.prop_map(|(debit, credit, amount)| Transfer::new(debit, credit, fen(amount))), 0..9)
    }

    proptest! {
        #[test]
        fn debits_are_credits_whatever_is_transferred(transfers in transfers()) {
            let Some(entry) = entry(&transfers) else { return Ok(()) };
            let debits: Money = entry.lines().map(Line::debit).sum();
            let credits: Money = entry.lines().map(Line::credit).sum();
            prop_assert_eq!(debits, credits);
            prop_assert!(debits > Money::ZERO && entry.lines().count() >= 2);
            prop_assert!(entry.lines().is_sorted_by_key(|line| line.account));
        }
    }
}
