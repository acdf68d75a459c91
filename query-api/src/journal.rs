//! The double-entry journal (accounting.md): what stands on its accounts, and the entries that put it there.

/// The accounts, with debits, credits and balances.
pub mod accounts;

/// The entries of one account, with its balance after each.
pub mod account_entries;

/// An entry with its lines.
pub mod entry;

/// The entries, newest first.
pub mod list;

/// How their lines are shown.
pub mod layout;

/// What accounts are called.
pub(crate) mod chart;

/// Which entries are asked for.
mod selection;

/// Where entries stand in the log.
mod places;

/// The lines of entries, as the tables have them.
mod lines;

/// The journal against a plain recount of its entries.
#[cfg(test)]
mod tests;
