//! The accounts of vouchers (记账凭证), which have numbers and names in the customer's own chart of accounts.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Account, Term};

/// An account on which a voucher can have a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VoucherAccount {
    /// An account of the journal.
    Journal(Account),
    /// What suppliers owe: funds of theirs that are below zero (其他应收款).
    SupplierReceivable,
    /// What distributors owe: funds of theirs that are below zero (其他应收款).
    DistributorReceivable,
}

/// Where funds below zero are shown, with their codes.
const RECEIVABLES: [(VoucherAccount, &str); 2] = [
    (VoucherAccount::SupplierReceivable, "supplier_receivable"),
    (VoucherAccount::DistributorReceivable, "distributor_receivable"),
];
const COUNT: usize = Account::ALL.len() + RECEIVABLES.len();

const fn all() -> [(VoucherAccount, &'static str); COUNT] {
    let mut all = [RECEIVABLES[0]; COUNT];
    let mut place = 0;
    while place < Account::ALL.len() {
        all[place] = (VoucherAccount::Journal(Account::ALL[place]), Account::NAMES[place]);
        place += 1;
    }
    while place < COUNT {
        all[place] = RECEIVABLES[place - Account::ALL.len()];
        place += 1;
    }
    all
}

impl Term for VoucherAccount {
    const ALL: &'static [Self] = &{
        let mut members = [Self::SupplierReceivable; COUNT];
        let mut place = 0;
        while place < COUNT {
            members[place] = all()[place].0;
            place += 1;
        }
        members
    };
    const NAMES: &'static [&'static str] = &{
        let mut names = [""; COUNT];
        let mut place = 0;
        while place < COUNT {
            names[place] = all()[place].1;
            place += 1;
        }
        names
    };

    fn ordinal(self) -> usize {
        match self {
            Self::Journal(account) => account.ordinal(),
            Self::SupplierReceivable => Account::ALL.len(),
            Self::DistributorReceivable => Account::ALL.len() + 1,
        }
    }
}

impl From<Account> for VoucherAccount {
    fn from(account: Account) -> Self {
        Self::Journal(account)
    }
}

impl VoucherAccount {
    /// Where vouchers show what of `account` is below zero; nothing for accounts that hold no funds (domain.md §7, §8).
    pub const fn below_zero(account: Account) -> Option<Self> {
        match account {
            Account::SupplierPayable => Some(Self::SupplierReceivable),
            Account::CommissionPayable => Some(Self::DistributorReceivable),
            Account::CashWechatPay
            | Account::CashAlipay
            | Account::CashAllinpay
            | Account::CashUnionpay
            | Account::CashCash
            | Account::CashBankTransfer
            | Account::CashPos
            | Account::Prepayments
            | Account::MemberBalances
            | Account::SupplierAccrued
            | Account::CostClearing
            | Account::FreightPayable
            | Account::WithdrawalsInTransit
            | Account::SurplusPayments
            | Account::Revenue
            | Account::ScanRevenue
            | Account::RefundFees
            | Account::OtherIncome
            | Account::PurchaseCost
            | Account::CommissionExpense
            | Account::FreightExpense
            | Account::GiftExpense => None,
        }
    }

    /// Its number in a chart of accounts after the standards for enterprises (企业会计准则), unless the customer has
    /// another.
    pub const fn chart_number(self) -> &'static str {
        match self {
            Self::Journal(account) => account.chart_number(),
            Self::SupplierReceivable => "1221.01",
            Self::DistributorReceivable => "1221.02",
        }
    }

    /// Its name in Chinese (科目), unless the customer has another.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Journal(account) => account.zh(),
            Self::SupplierReceivable => "其他应收款-供应商",
            Self::DistributorReceivable => "其他应收款-分销员",
        }
    }

    /// Its name in English, unless the customer has another.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Journal(account) => account.en(),
            Self::SupplierReceivable => "Other receivables: suppliers",
            Self::DistributorReceivable => "Other receivables: distributors",
        }
    }
}

impl fmt::Display for VoucherAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Writes its code.
impl Serialize for VoucherAccount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Reads its code.
impl<'de> Deserialize<'de> for VoucherAccount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_name(&code).ok_or_else(|| D::Error::unknown_variant(&code, Self::NAMES))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_accounts_of_the_journal_come_first_with_their_codes() {
        for (place, member) in VoucherAccount::ALL.iter().enumerate() {
            assert_eq!(member.ordinal(), place);
            assert_eq!(VoucherAccount::from_name(member.as_str()), Some(*member));
            let code = serde_json::to_value(member).unwrap();
            assert_eq!(code, member.as_str());
            assert_eq!(serde_json::from_value::<VoucherAccount>(code).unwrap(), *member);
        }
        let of_the_journal = Account::ALL.iter().map(|account| VoucherAccount::Journal(*account));
        assert!(of_the_journal.eq(VoucherAccount::ALL[..Account::ALL.len()].iter().copied()));
        assert!(VoucherAccount::ALL.is_sorted());
        assert!(serde_json::from_str::<VoucherAccount>("\"receivable\"").is_err());
    }

    /// Programs of bookkeeping take lines on accounts only that have none below them.
    #[test]
    fn numbers_and_names_are_told_apart_and_no_number_has_others_below_it() {
        let numbers: BTreeSet<_> = VoucherAccount::ALL.iter().map(|account| account.chart_number()).collect();
        for name in [VoucherAccount::zh, VoucherAccount::en] {
            let names: BTreeSet<_> = VoucherAccount::ALL.iter().map(|account| name(*account)).collect();
            assert_eq!((numbers.len(), names.len()), (COUNT, COUNT));
        }
        for number in &numbers {
            assert!(!numbers.iter().any(|other| other.starts_with(&format!("{number}."))), "{number}");
        }
    }

    #[test]
    fn funds_are_what_can_be_below_zero() {
        let shown = Account::ALL.iter().filter_map(|account| VoucherAccount::below_zero(*account));
        assert!(shown.eq(RECEIVABLES.map(|(account, _)| account)));
    }
}
