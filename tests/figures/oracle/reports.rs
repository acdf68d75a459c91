//! All reports: what each is called, what it can be narrowed to, and what it must say.

use serde_json::Value;

use super::selection::Selection;
use super::{
    balances, cash, commissions, overview, refunds, sales, screen, suppliers, verifications, withdrawals,
};
use crate::naive::rows::Rows;

/// A report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    /// Its address below `/v1/reports/`.
    pub(crate) name: &'static str,
    /// What it can be narrowed to.
    pub(crate) filters: &'static [&'static str],
    /// Whether it has a point for each step, so that it needs a range with both ends.
    pub(crate) has_steps: bool,
    /// What it must say, at least.
    pub(crate) expected: fn(&Rows, &Selection) -> Value,
}

const fn report(
    name: &'static str,
    filters: &'static [&'static str],
    expected: fn(&Rows, &Selection) -> Value,
) -> Report {
    Report { name, filters, has_steps: false, expected }
}

const fn report_with_steps(
    name: &'static str,
    filters: &'static [&'static str],
    expected: fn(&Rows, &Selection) -> Value,
) -> Report {
    Report { has_steps: true, ..report(name, filters, expected) }
}

pub(crate) const REPORTS: [Report; 11] = [
    report("overview", &[], overview::overview),
    report("sales", &["product_type"], sales::sales),
    report_with_steps("sales/trend", &["step", "product_type"], sales::trend),
    report("verifications", &["product_type"], verifications::verifications),
    report("refunds", &["product_type"], refunds::refunds),
    report("cash", &[], cash::cash),
    report("suppliers", &["product_type", "supplier_id"], suppliers::suppliers),
    report("withdrawals", &["payee_kind"], withdrawals::withdrawals),
    report("commissions", &["product_type", "distributor_id"], commissions::commissions),
    report("balances", &[], balances::balances),
    report_with_steps("screen", &[], screen::screen),
];

/// The report at `name`.
pub(crate) fn named(name: &str) -> Report {
    REPORTS.into_iter().find(|report| report.name == name).unwrap()
}
