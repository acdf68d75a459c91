//! The accounts of the journal (科目), in the order in which balances list them (accounting.md).

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Method, Term};

/// On which side of its entries an account grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 借方
    Debit,
    /// 贷方
    Credit,
}

/// An account of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Money at `WeChat` Pay.
    CashWechatPay,
    /// Money at Alipay.
    CashAlipay,
    /// Money at Allinpay.
    CashAllinpay,
    /// Money at `UnionPay`.
    CashUnionpay,
    /// Banknotes and coins.
    CashCash,
    /// Money in the bank.
    CashBankTransfer,
    /// Money paid at card terminals.
    CashPos,
    /// What was paid for orders that are not consumed.
    Prepayments,
    /// What members have.
    MemberBalances,
    /// What suppliers will be owed for consumed orders that are not settled.
    SupplierAccrued,
    /// What suppliers may withdraw: their funds.
    SupplierPayable,
    /// What consumed orders without a supplier cost; paid outside the platform.
    CostClearing,
    /// What distributors may withdraw: their funds.
    CommissionPayable,
    /// What sending goods costs; paid outside the platform.
    FreightPayable,
    /// What was asked for, and is neither paid nor rejected.
    WithdrawalsInTransit,
    /// What came in and is owed back.
    SurplusPayments,
    /// What is left of the payments for consumed orders.
    Revenue,
    /// What was scanned to pay.
    ScanRevenue,
    /// What was kept of refunds.
    RefundFees,
    /// What was taken off balances.
    OtherIncome,
    /// What consumed orders cost.
    PurchaseCost,
    /// What distributors earned on consumed orders.
    CommissionExpense,
    /// What sending goods cost.
    FreightExpense,
    /// What was given away as balance.
    GiftExpense,
}

/// An account as it is described: its number, its side, its number in a chart of accounts, its name in Chinese and in
/// English.
type Facts = (u8, Side, &'static str, &'static str, &'static str);

terms! {
    Side { Debit = "debit", Credit = "credit" }
    Account {
        CashWechatPay = "cash:wechat_pay", CashAlipay = "cash:alipay", CashAllinpay = "cash:allinpay",
        CashUnionpay = "cash:unionpay", CashCash = "cash:cash", CashBankTransfer = "cash:bank_transfer",
        CashPos = "cash:pos", Prepayments = "prepayments", MemberBalances = "member_balances",
        SupplierAccrued = "supplier_accrued", SupplierPayable = "supplier_payable",
        CostClearing = "cost_clearing", CommissionPayable = "commission_payable",
        FreightPayable = "freight_payable", WithdrawalsInTransit = "withdrawals_in_transit",
        SurplusPayments = "surplus_payments", Revenue = "revenue", ScanRevenue = "scan_revenue",
        RefundFees = "refund_fees", OtherIncome = "other_income", PurchaseCost = "purchase_cost",
        CommissionExpense = "commission_expense", FreightExpense = "freight_expense",
        GiftExpense = "gift_expense",
    }
}

impl Account {
    /// The account of the money that moves by `method`; nothing for the balance, which moves inside.
    pub const fn of_cash(method: Method) -> Option<Self> {
        Some(match method {
            Method::WechatPay => Self::CashWechatPay,
            Method::Alipay => Self::CashAlipay,
            Method::Allinpay => Self::CashAllinpay,
            Method::Unionpay => Self::CashUnionpay,
            Method::Cash => Self::CashCash,
            Method::BankTransfer => Self::CashBankTransfer,
            Method::Pos => Self::CashPos,
            Method::Balance => return None,
        })
    }

    /// Where an order paid by `method` takes the money from: the method's cash, or the balances of members.
    pub const fn of_payment(method: Method) -> Self {
        match Self::of_cash(method) {
            Some(cash) => cash,
            None => Self::MemberBalances,
        }
    }

    /// The method of the money on this account; nothing where it holds none.
    pub fn method(self) -> Option<Method> {
        Method::EXTERNAL.into_iter().find(|method| Self::of_cash(*method) == Some(self))
    }

    /// Its number in tables: 1 to 62. Never used again for another account.
    pub const fn number(self) -> u8 {
        self.facts().0
    }

    /// The account of this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|account| i64::from(account.number()) == number)
    }

    /// The bit of this account in a set of accounts: the bit of its number.
    pub const fn bit(self) -> i64 {
        1 << self.number()
    }

    /// On which side it grows.
    pub const fn side(self) -> Side {
        self.facts().1
    }

    /// Its number in a chart of accounts after the standards for enterprises (企业会计准则), unless the customer has
    /// another.
    pub const fn chart_number(self) -> &'static str {
        self.facts().2
    }

    /// Its name in Chinese (科目).
    pub const fn zh(self) -> &'static str {
        self.facts().3
    }

    /// Its name in English.
    pub const fn en(self) -> &'static str {
        self.facts().4
    }

    const fn facts(self) -> Facts {
        use Side::{Credit, Debit};
        match self {
            Self::CashWechatPay => (1, Debit, "1012.01", "其他货币资金-微信支付", "Cash: WeChat Pay"),
            Self::CashAlipay => (2, Debit, "1012.02", "其他货币资金-支付宝", "Cash: Alipay"),
            Self::CashAllinpay => (3, Debit, "1012.03", "其他货币资金-通联支付", "Cash: Allinpay"),
            Self::CashUnionpay => (4, Debit, "1012.04", "其他货币资金-银联", "Cash: UnionPay"),
            Self::CashCash => (5, Debit, "1001", "库存现金", "Cash on hand"),
            Self::CashBankTransfer => (6, Debit, "1002", "银行存款", "Cash at bank"),
            Self::CashPos => (7, Debit, "1012.05", "其他货币资金-POS机", "Cash: POS terminals"),
            Self::Prepayments => (8, Credit, "2203", "预收账款", "Prepayments"),
            Self::MemberBalances => (9, Credit, "2241.01", "其他应付款-会员余额", "Member balances"),
            Self::SupplierAccrued => (10, Credit, "2202.01", "应付账款-供应商-未结算", "Suppliers, accrued"),
            Self::SupplierPayable => (11, Credit, "2202.02", "应付账款-供应商-已结算", "Suppliers, payable"),
            Self::CostClearing => (12, Credit, "2202.03", "应付账款-自营成本", "Cost clearing"),
            Self::CommissionPayable => (13, Credit, "2241.02", "其他应付款-佣金", "Commissions payable"),
            Self::FreightPayable => (14, Credit, "2202.04", "应付账款-运费", "Freight payable"),
            Self::WithdrawalsInTransit => {
                (15, Credit, "2241.03", "其他应付款-提现在途", "Withdrawals in transit")
            }
            Self::SurplusPayments => (16, Credit, "2241.04", "其他应付款-多收款", "Surplus payments"),
            Self::Revenue => (17, Credit, "6001.01", "主营业务收入", "Revenue"),
            Self::ScanRevenue => (18, Credit, "6001.02", "主营业务收入-扫码收款", "Scan-to-pay revenue"),
            Self::RefundFees => (19, Credit, "6051.01", "其他业务收入-退款手续费", "Refund fees"),
            Self::OtherIncome => {
                (20, Credit, "6301.01", "营业外收入-余额扣除", "Other income: balance deductions")
            }
            Self::PurchaseCost => (21, Debit, "6401.01", "主营业务成本", "Purchase cost"),
            Self::CommissionExpense => (22, Debit, "6601.01", "销售费用-佣金", "Commission expense"),
            Self::FreightExpense => (23, Debit, "6601.02", "销售费用-运费", "Freight expense"),
            Self::GiftExpense => (24, Debit, "6601.03", "销售费用-赠送", "Gift expense"),
        }
    }
}

/// Writes its code.
impl Serialize for Account {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Reads its code.
impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_name(&code).ok_or_else(|| D::Error::unknown_variant(&code, Self::NAMES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As accounting.md lists them. The place of a line is the number of its account, for good: databases hold it.
    const FROZEN: [(&str, Side); 24] = [
        ("cash:wechat_pay", Side::Debit),
        ("cash:alipay", Side::Debit),
        ("cash:allinpay", Side::Debit),
        ("cash:unionpay", Side::Debit),
        ("cash:cash", Side::Debit),
        ("cash:bank_transfer", Side::Debit),
        ("cash:pos", Side::Debit),
        ("prepayments", Side::Credit),
        ("member_balances", Side::Credit),
        ("supplier_accrued", Side::Credit),
        ("supplier_payable", Side::Credit),
        ("cost_clearing", Side::Credit),
        ("commission_payable", Side::Credit),
        ("freight_payable", Side::Credit),
        ("withdrawals_in_transit", Side::Credit),
        ("surplus_payments", Side::Credit),
        ("revenue", Side::Credit),
        ("scan_revenue", Side::Credit),
        ("refund_fees", Side::Credit),
        ("other_income", Side::Credit),
        ("purchase_cost", Side::Debit),
        ("commission_expense", Side::Debit),
        ("freight_expense", Side::Debit),
        ("gift_expense", Side::Debit),
    ];

    #[test]
    fn codes_sides_and_numbers_stay() {
        assert_eq!(Account::ALL.len(), FROZEN.len());
        for (place, (account, (code, side))) in Account::ALL.iter().zip(FROZEN).enumerate() {
            assert_eq!((account.as_str(), account.side()), (code, side));
            assert_eq!(usize::from(account.number()), place + 1);
            assert_eq!(Account::from_name(code), Some(*account));
            assert_eq!(Account::from_number(account.number().into()), Some(*account));
        }
        assert_eq!((Account::from_number(0), Account::from_number(25)), (None, None));
    }

    #[test]
    fn every_set_of_accounts_is_a_number_over_zero() {
        let all = Account::ALL.iter().fold(0, |set: i64, account| {
            assert_eq!(set & account.bit(), 0);
            set | account.bit()
        });
        assert_eq!(all, 0b1_1111_1111_1111_1111_1111_1110);
    }

    #[test]
    fn every_method_has_its_cash_but_the_balance() {
        for method in Method::EXTERNAL {
            let cash = Account::of_cash(method).unwrap();
            assert_eq!(cash.as_str(), format!("cash:{method}"));
            assert_eq!((cash.method(), Account::of_payment(method)), (Some(method), cash));
        }
        assert_eq!(Account::of_cash(Method::Balance), None);
        assert_eq!(Account::of_payment(Method::Balance), Account::MemberBalances);
        assert_eq!(Account::MemberBalances.method(), None);
    }

    #[test]
    fn names_are_told_apart_in_both_languages() {
        for name in [Account::zh, Account::en] {
            let mut names: Vec<_> = Account::ALL.iter().map(|account| name(*account)).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), Account::ALL.len());
        }
    }

    #[test]
    fn json_has_the_code() {
        assert_eq!(serde_json::to_value(Account::CashPos).unwrap(), "cash:pos");
        assert_eq!(serde_json::from_value::<Account>("cash:pos".into()).unwrap(), Account::CashPos);
        assert!(serde_json::from_value::<Account>("cash:balance".into()).is_err());
        assert_eq!(serde_json::to_value(Side::Debit).unwrap(), Side::Debit.as_str());
    }
}
