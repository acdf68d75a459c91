//! What upstream systems publish: CloudEvents 1.0 in JSON, read strictly.
//!
//! The reading is done twice at most: once, fast, for events as they should be; and once more, slowly, for a refused
//! one, to name the field that is wrong.

/// The attributes around the data.
mod envelope;

/// The data of each type of event.
pub mod data;

/// From data to an action.
mod action;

/// The reader.
mod read;
pub use read::{EVENT_BYTES_MAX, Refusal, RefusalCode, read};

/// JSON Schema of all of it.
pub mod schema;

/// The types of published events, in the order of the contract.
pub const TYPES: [&str; 18] = [
    "order.placed",
    "order.confirmed",
    "order.closed",
    "order.paid",
    "order.shipped",
    "order.verified",
    "order.completed",
    "refund.requested",
    "refund.rejected",
    "refund.completed",
    "member.registered",
    "balance.recharged",
    "balance.recharge_refunded",
    "balance.gifted",
    "balance.deducted",
    "payment.received",
    "payment.refunded",
    "withdrawal.requested",
];

#[cfg(test)]
mod tests;
