//! The double-entry journal (accounting.md): what stands on its accounts, and the entries that put it there.

/// The accounts, with debits, credits and balances.
pub mod accounts;

/// The lines of entries, as the tables have them.
mod lines;

/// The journal against a plain recount of its entries.
#[cfg(test)]
mod tests;
