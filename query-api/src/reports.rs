//! The reports: one file each, with its answer, its SQL and its handler.

/// Sales: what the orders placed in a range have become.
pub mod sales;

/// What orders add up to, as sales and trend read it.
mod sales_figures;

/// Sales, step by step.
pub mod trend;

/// Cash: money that came in and went out.
pub mod cash;

/// Every report against a plain recount of its rows.
#[cfg(test)]
mod tests;

/// How SQLite finds what reports add up.
#[cfg(test)]
mod plans;
