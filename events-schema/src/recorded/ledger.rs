//! Events of the ledger itself: its creation and its settings.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Personal;
use crate::terms::{VoucherAccount, WithdrawalMethod};
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

/// The longest range of the big screen, in days.
pub const SCREEN_DAYS_MAX: u32 = 366;
/// The longest time after which the big screen asks again, in seconds.
pub const SCREEN_REFRESH_SECONDS_MAX: u32 = 86_400;

/// How the big screen looks (数据大屏).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenSettings {
    /// What stands above it.
    pub title: Text,
    /// Over how many days its figures go, today included (1 to [`SCREEN_DAYS_MAX`]).
    pub range_days: u32,
    /// The name of its design; the console knows which there are.
    pub template: Id,
    /// After how many seconds it asks again (1 to [`SCREEN_REFRESH_SECONDS_MAX`]).
    pub refresh_seconds: u32,
}

impl Default for ScreenSettings {
    fn default() -> Self {
        Self {
            title: "数据大屏".parse().expect("it is a short text"),
            range_days: 30,
            template: "default".parse().expect("it is a short id"),
            refresh_seconds: 10,
        }
    }
}

/// The number and name that accounts have in the customer's own chart of accounts (科目设置).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    /// Those that the customer has set; every other account has the number and name that are built in.
    pub accounts: BTreeMap<VoucherAccount, ChartAccount>,
}

/// An account of the customer's own chart of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartAccount {
    /// Its number (科目编号).
    pub number: Text,
    /// Its name (科目名称).
    pub name: Text,
}

/// Recipients that one notification may have, at most.
pub const RECIPIENTS_MAX: usize = 20;

/// Who is told what, and how (消息通知, domain.md §10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSettings {
    /// A withdrawal was requested: told to administrators.
    pub withdrawal_requested: AdministratorChannels,
    /// A withdrawal was rejected: told to its payee.
    pub withdrawal_rejected: PayeeChannels,
    /// A withdrawal was paid: told to its payee.
    pub withdrawal_paid: PayeeChannels,
}

/// The channels by which administrators are told something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministratorChannels {
    /// 短信
    pub sms: Notification,
    /// 邮件
    pub email: Notification,
    /// 企业微信
    pub wecom: Notification,
}

/// The channels by which a payee is told something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeChannels {
    /// 短信
    pub sms: Notification,
    /// 邮件
    pub email: Notification,
}

/// One event, told by one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Whether it is sent.
    pub on: bool,
    /// Phones, e-mail addresses or WeCom users, at most [`RECIPIENTS_MAX`]. What goes to a payee goes to them besides.
    pub recipients: Vec<Personal>,
    /// The text, with names in braces where facts of the event go.
    pub template: Text,
}

impl Notification {
    /// Not sent; `template` says what would be.
    fn off(template: &str) -> Self {
        let template = template.parse().expect("it is a short text");
        Self { on: false, recipients: Vec::new(), template }
    }
}

impl Default for NotificationSettings {
    fn default() -> Self {
        let requested =
            || Notification::off("{payee} 申请提现 {amount}（{method}），单号 {withdrawal_id}，请审核。");
        let rejected = || Notification::off("您的提现 {withdrawal_id}（{amount}）未通过：{reason}。");
        let paid = || Notification::off("您的提现 {withdrawal_id}（{amount}）已转账。");
        Self {
            withdrawal_requested: AdministratorChannels {
                sms: requested(),
                email: requested(),
                wecom: requested(),
            },
            withdrawal_rejected: PayeeChannels { sms: rejected(), email: rejected() },
            withdrawal_paid: PayeeChannels { sms: paid(), email: paid() },
        }
    }
}

impl NotificationSettings {
    /// Each event and channel by name, in a fixed order.
    pub fn each(&self) -> [(&'static str, &Notification); 7] {
        let Self { withdrawal_requested: requested, withdrawal_rejected: rejected, withdrawal_paid: paid } =
            self;
        [
            ("withdrawal_requested.sms", &requested.sms),
            ("withdrawal_requested.email", &requested.email),
            ("withdrawal_requested.wecom", &requested.wecom),
            ("withdrawal_rejected.sms", &rejected.sms),
            ("withdrawal_rejected.email", &rejected.email),
            ("withdrawal_paid.sms", &paid.sms),
            ("withdrawal_paid.email", &paid.email),
        ]
    }
}
