//! The rules, as the contract has them: given a history, when something is asked, then this happens.

/// What is asked in these tests, in a few words.
mod ask;

/// given … when … then.
mod scene;

/// What holds of every log, whatever was asked.
mod structure;

/// Every refusal, in the order of the checks.
mod rejections;

/// Every status of an order and every event.
mod transitions;

/// Payments, surplus payments, refunds and what they shrink.
mod orders;

/// Events that came before what they need.
mod parking;

/// Members' balances and payments without an order.
mod balances;

/// Settlements of suppliers and commissions of distributors.
mod settlements;

/// Withdrawals and their settings.
mod withdrawals;

/// What all of it posts to the journal.
mod journal;

/// Requests that come again.
mod identities;

/// A second reading of the contract, slow and plain.
mod model;

/// Random histories.
mod histories;

/// What holds of every history.
mod properties;

/// Books that forget, and are brought what they need.
mod forgetting;

/// The books against the second reading.
mod oracle;
