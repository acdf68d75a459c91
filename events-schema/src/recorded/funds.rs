//! Events of a supplier's or distributor's funds: what the platform owes and may be withdrawn.

use serde::{Deserialize, Serialize};

use crate::{Id, Money, Position};

/// The funds of a supplier or distributor were opened, at zero. Which of the two, its entity says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundsOpened {
    /// The id of the supplier or distributor.
    pub payee_id: Id,
}

/// What moved funds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundsSource {
    /// A settlement, a commission earned, or what a refund takes back of either: the order, by its birth.
    Order(Position),
    /// A withdrawal, or its rejection: the withdrawal, by its birth.
    Withdrawal(Position),
}

impl FundsSource {
    /// The birth of the order or the withdrawal.
    pub const fn birth(self) -> Position {
        match self {
            Self::Order(birth) | Self::Withdrawal(birth) => birth,
        }
    }
}

/// Funds grew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundsCredited {
    /// By how much.
    pub amount: Money,
    /// What for.
    pub source: FundsSource,
}

/// Funds shrank; a refund after a settlement may take them below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundsDebited {
    /// By how much.
    pub amount: Money,
    /// What for.
    pub source: FundsSource,
}
