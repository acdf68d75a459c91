//! Withdrawals (reports.md §7): requested in the range, as decided now.

use events_schema::terms::Term;
use serde_json::{Value, json};

use super::selection::Selection;
use super::states::by_state;
use crate::naive::rows::Rows;
use crate::naive::withdrawals::Withdrawal;

const STATES: [&str; 4] = ["pending", "approved", "paid", "rejected"];
const METHODS: [&str; 3] = ["bank_card", "alipay", "wechat"];

pub(crate) fn withdrawals(rows: &Rows, selection: &Selection) -> Value {
    let wanted = |withdrawal: &&Withdrawal| {
        selection.has(withdrawal.requested_at)
            && selection.allows("payee_kind", withdrawal.asked.payee.kind.as_str())
    };
    let withdrawals: Vec<_> = rows.withdrawals.iter().filter(wanted).collect();
    let figure = |withdrawals: &[&Withdrawal]| {
        let row = |withdrawal: &&Withdrawal| (withdrawal.state, withdrawal.asked.amount.minor());
        by_state(&STATES, "count", &withdrawals.iter().map(row).collect::<Vec<_>>())
    };
    let by_method = METHODS.map(|method| {
        let of_method = |withdrawal: &&Withdrawal| withdrawal.asked.method.as_str() == method;
        let mut of_method = figure(&withdrawals.iter().copied().filter(of_method).collect::<Vec<_>>());
        of_method["method"] = json!(method);
        of_method
    });
    json!({"total": figure(&withdrawals), "by_method": by_method})
}
