//! What is still to come, in the order of time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::order::OrderId;

/// Something that will happen. Money in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// A step in the life of an order that was placed.
    Order(OrderId, OrderAct),
    /// Something a member does, or that is done to the member's balance.
    Member(u64, MemberAct),
    /// A payment by scanning a code, for no order.
    Scan { number: u64, method: &'static str, amount: i64, note: &'static str },
    /// Part of such a payment is given back.
    ScanRefund { number: u64, amount: i64 },
    /// Money comes to a payee, or goes: nothing is published, it is what a withdrawal can take.
    Earn(Payee, i64),
    /// A payee asks for what is there.
    Ask(Payee),
    /// Finance approves a withdrawal.
    Approve { number: u64 },
    /// Finance rejects a withdrawal.
    Reject { number: u64, payee: Payee, amount: i64 },
}

/// What happens to an order after it was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrderAct {
    Confirm,
    Close {
        reason: &'static str,
    },
    Pay {
        method: &'static str,
        amount: i64,
    },
    /// Paid a second time, by mistake.
    PayAgain {
        method: &'static str,
        amount: i64,
    },
    /// The second payment is given back.
    GiveBack {
        amount: i64,
    },
    Ship,
    Verify {
        packages: i64,
    },
    Complete,
    /// The `nth` request for a refund.
    AskRefund {
        nth: u32,
        amount: i64,
        fee: i64,
        reason: &'static str,
    },
    RejectRefund {
        nth: u32,
        reason: &'static str,
    },
    CompleteRefund {
        nth: u32,
    },
    /// Finance settles it.
    Settle,
}

/// What a member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberAct {
    Register,
    /// Orders something.
    Order,
    /// For the `first` time, or again.
    Recharge {
        first: bool,
    },
    Gift {
        amount: i64,
    },
    /// Wants a part of the balance back, on the way it came.
    RefundRecharge,
    /// A gift is taken back that was given by mistake.
    Deduct,
}

/// Whose money it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payee {
    /// Index into the suppliers.
    Supplier(usize),
    /// Index into the distributors.
    Distributor(usize),
    /// Number of a member.
    Member(u64),
}

/// Acts that wait for their time; acts of the same time in the order in which they were added.
#[derive(Debug)]
pub(super) struct Agenda {
    heap: BinaryHeap<Entry>,
    added: u64,
    end: i64,
}

impl Agenda {
    /// Nothing later than `end` is kept.
    pub(super) fn until(end: i64) -> Agenda {
        Agenda { heap: BinaryHeap::new(), added: 0, end }
    }

    pub(super) fn end(&self) -> i64 {
        self.end
    }

    pub(super) fn add(&mut self, at: i64, act: Act) {
        if at <= self.end {
            self.added += 1;
            self.heap.push(Entry { at, number: self.added, act });
        }
    }

    /// The time of the earliest act.
    pub(super) fn next_at(&self) -> Option<i64> {
        self.heap.peek().map(|entry| entry.at)
    }

    pub(super) fn take(&mut self) -> Option<(i64, Act)> {
        self.heap.pop().map(|entry| (entry.at, entry.act))
    }

    /// How many acts wait.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }
}

#[derive(Debug)]
struct Entry {
    at: i64,
    number: u64,
    act: Act,
}

// The heap gives the greatest entry first, so the earliest one is the greatest.
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
