//! The reports: one file each, with its answer, its SQL and its handler.

/// What every report can be asked for.
pub(crate) mod query;

/// Figures all together and by product type.
pub mod split;

/// Figures step by step.
pub mod steps;

/// Orders and their amount in each of a few states.
pub mod states;

/// Overview: the other reports in short.
pub mod overview;

/// Sales: what the orders placed in a range have become.
pub mod sales;

/// What orders add up to, as the reports of orders read it.
pub(crate) mod sales_figures;

/// Sales, step by step.
pub mod trend;

/// Verifications: the orders completed in a range.
pub mod verifications;

/// Refunds: those requested in a range.
pub mod refunds;

/// Cash: money that came in and went out.
pub mod cash;

/// Suppliers: settlements of the orders paid in a range.
pub mod suppliers;

/// Withdrawals: those requested in a range.
pub mod withdrawals;

/// Commissions: those of the orders placed in a range.
pub mod commissions;

/// Balances: what moved the members' balances.
pub mod balances;

/// The big screen.
pub mod screen;

/// Every report against a plain recount of its rows.
#[cfg(test)]
mod tests;

/// How SQLite finds what reports add up.
#[cfg(test)]
mod plans;
