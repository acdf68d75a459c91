//! The lists, and the single things that they list.

/// What every list may be asked for.
pub(crate) mod query;
pub use query::LIMIT_MAX;

/// Pages, and what a selection adds up to.
pub(crate) mod page;
pub use page::{Page, Total};

/// What of a list is asked for, and the SQL that reads it.
pub(crate) mod selection;

/// What begins with a text.
pub(crate) mod search;

/// Orders.
pub mod orders;

/// One order, with all that belongs to it.
pub mod order;

/// Where the events of an order stand in the log.
pub mod order_place;

/// Income and expense, entry by entry.
pub mod cash_entries;

/// Settlements of orders with suppliers.
pub mod settlements;

/// Withdrawals.
pub mod withdrawals;

/// What distributors earn by orders.
pub mod commissions;

/// What moved balances, entry by entry.
pub mod balance_entries;

/// Refunds of orders.
pub mod refunds;

/// Events that came before what they need.
pub mod parked_events;

/// How SQLite finds what lists are asked for.
#[cfg(test)]
mod plans;

/// Pages, filters and single orders.
#[cfg(test)]
mod tests;
