//! Ladders of withdrawals: what is checked before a request for money is taken.

use super::super::ask::*;
use super::*;

/// Members and distributors may withdraw by one method, from 5.00, once a month; each has had one withdrawal.
fn withdrawal_history() -> Vec<Ask> {
    let order = placed("O1").with("commissions", serde_json::json!([commission("D1", "20.00")]));
    vec![
        registered("M1"),
        gifted("M1", "20.00"),
        order,
        paid("O1", "P1", "100.00"),
        completed("O1"),
        withdrawal("W1", "member", "M1", "1.00"),
        withdrawal("W2", "distributor", "D1", "1.00"),
        withdrawal_rule(&["wechat"], Some(500), Some(1)),
    ]
}

fn withdrawing(kind: &str, payee: &str) -> Vec<(Told, Ask)> {
    let worst = withdrawal("W1", kind, payee, "0");
    let some = worst.clone().about("W3");
    let little = some.clone().with("amount", "4.99");
    let allowed = little.clone().with("method", "wechat");
    let much = allowed.clone().with("amount", "19.01");
    let next_month = much.clone().at("2026-10-31T23:59:59.999999+08:00");
    vec![
        (no(R::WithdrawalExists), worst),
        (no(R::AmountIsZero), some),
        (no(R::MethodDisabled), little),
        (no(R::BelowMinimum), allowed),
        (no(R::MonthlyLimit), much),
        (no(R::InsufficientFunds), next_month.clone()),
        (Recorded, next_month.with("amount", "19.00")),
    ]
}

pub(super) fn withdrawing_as_a_member() -> Ladder {
    let mut rungs = withdrawing("member", "M1");
    rungs.insert(2, (Parked, withdrawal("W4", "member", "M2", "4.99")));
    rungs.insert(2, (no(R::AmountIsZero), withdrawal("W4", "member", "M2", "0")));
    Ladder { history: withdrawal_history(), rungs }
}

pub(super) fn withdrawing_as_a_distributor() -> Ladder {
    Ladder { history: withdrawal_history(), rungs: withdrawing("distributor", "D1") }
}

/// The settings are not for suppliers.
pub(super) fn withdrawing_as_a_supplier() -> Ladder {
    let rule = settlement_rule(0, &[]);
    let order = [supplied("O2", "S1", "8.00"), paid("O2", "P2", "100.00"), completed("O2")];
    Ladder {
        history: withdrawal_history().into_iter().chain([rule]).chain(order).collect(),
        rungs: vec![
            (no(R::WithdrawalExists), withdrawal("W1", "supplier", "S1", "0")),
            (no(R::AmountIsZero), withdrawal("W3", "supplier", "S1", "0")),
            (no(R::InsufficientFunds), withdrawal("W3", "supplier", "S1", "8.01")),
            (no(R::InsufficientFunds), withdrawal("W3", "supplier", "S2", "0.01")),
            (Recorded, withdrawal("W3", "supplier", "S1", "0.01")),
            (Recorded, withdrawal("W4", "supplier", "S1", "7.99")),
        ],
    }
}
