//! Events of the ledger itself: its creation and its settings.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terms::WithdrawalMethod;
use crate::{Id, Money, Text};

/// The ledger was created: the first event of every log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerCreated {
    /// The identity of this log.
    pub log_id: [u8; 16],
    /// The one currency (ISO 4217).
    pub currency: Text,
    /// The time zone of its business days (IANA).
    pub time_zone: Text,
}

/// The largest N of T+N.
pub const SETTLEMENT_DAYS_MAX: u32 = 36_500;

/// When suppliers are settled (结算规则): a completed order is due N days after it was completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementSettings {
    /// N of suppliers that have none of their own, in days (0 to 36,500).
    pub default_days: u32,
    /// N of a supplier of its own, by supplier id, in days.
    pub suppliers: BTreeMap<Id, u32>,
}

impl Default for SettlementSettings {
    fn default() -> Self {
        Self { default_days: 1, suppliers: BTreeMap::new() }
    }
}

/// How distributors and members may withdraw (提现配置).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalSettings {
    /// The methods that are allowed.
    pub methods: Vec<WithdrawalMethod>,
    /// The smallest amount of one withdrawal; null: none.
    pub minimum_amount: Option<Money>,
    /// How many requests a payee may have in a calendar month that were not rejected; null: any number.
    pub monthly_limit: Option<u32>,
    /// Whether an approval hands the withdrawal to the payout gateway.
    pub automatic_transfer: bool,
}

impl Default for WithdrawalSettings {
    fn default() -> Self {
        use WithdrawalMethod::{Alipay, BankCard, Wechat};
        Self {
            methods: vec![BankCard, Alipay, Wechat],
            minimum_amount: None,
            monthly_limit: None,
            automatic_transfer: false,
        }
    }
}
