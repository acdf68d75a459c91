//! The lists, and the single things that they list.

/// What all lists have in common: pages, limits, prefixes.
mod page;
pub use page::{LIMIT_MAX, Page};

/// Orders.
pub mod orders;

/// One order, with all that belongs to it.
pub mod order;

/// Income and expense, entry by entry.
pub mod cash_entries;

/// Pages, filters and single orders.
#[cfg(test)]
mod tests;
