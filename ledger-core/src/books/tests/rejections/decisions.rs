//! Ladders of finance's decisions.

use super::super::ask::*;
use super::*;

pub(super) fn settling() -> Ladder {
    let offline = |order: &str, payment: &str| paid(order, payment, "100.00").with("method", "pos");
    let online = [supplied("O1", "S1", "8.00"), paid("O1", "P1", "100.00"), completed("O1")];
    let alone = [placed("O2"), offline("O2", "P2"), completed("O2")];
    let unused = [supplied("O3", "S1", "8.00"), offline("O3", "P3")];
    let settled = [supplied("O4", "S1", "8.00"), offline("O4", "P4"), completed("O4"), settle("O4")];
    let mended = [supplied("O5", "S1", "8.00"), offline("O5", "P5"), completed("O5")];
    Ladder {
        history: online.into_iter().chain(alone).chain(unused).chain(settled).chain(mended).collect(),
        rungs: vec![
            (no(R::UnknownOrder), settle("O6")),
            (no(R::NotSettleable), settle("O1")),
            (no(R::NotSettleable), settle("O2")),
            (no(R::NotSettleable), settle("O3")),
            (no(R::NotSettleable), settle("O4")),
            (Recorded, settle("O5")),
        ],
    }
}

/// W1 is paid, W2 was turned down, W3 is pending.
fn requested() -> Vec<Ask> {
    vec![
        registered("M1"),
        gifted("M1", "9.00"),
        withdrawal("W1", "member", "M1", "3.00"),
        withdrawal("W2", "member", "M1", "3.00"),
        withdrawal("W3", "member", "M1", "3.00"),
        approve("W1"),
        turn_down("W2"),
    ]
}

pub(super) fn approving() -> Ladder {
    Ladder {
        history: requested(),
        rungs: vec![
            (no(R::UnknownWithdrawal), approve_paid_at("W4", "2026-11-01T09:29:59+08:00")),
            (no(R::AlreadyDecided), approve_paid_at("W1", "2026-11-01T09:29:59+08:00")),
            (no(R::AlreadyDecided), approve_paid_at("W2", "2026-11-01T09:29:59+08:00")),
            (no(R::InvalidTime), approve_paid_at("W3", "2026-11-01T09:29:59+08:00")),
            (no(R::InvalidTime), approve_paid_at("W3", "2026-11-01T10:00:01+08:00")),
            (Recorded, approve_paid_at("W3", TIME)),
        ],
    }
}

pub(super) fn turning_down() -> Ladder {
    Ladder {
        history: requested(),
        rungs: vec![
            (no(R::UnknownWithdrawal), turn_down("W4")),
            (no(R::AlreadyDecided), turn_down("W1")),
            (no(R::AlreadyDecided), turn_down("W2")),
            (Recorded, turn_down("W3")),
        ],
    }
}

pub(super) fn transferring() -> Ladder {
    Ladder {
        history: requested(),
        rungs: vec![
            (no(R::UnknownWithdrawal), transferred("W4")),
            (no(R::UnknownWithdrawal), not_transferred("W4")),
            (no(R::AlreadyDecided), transferred("W3")),
            (no(R::AlreadyDecided), not_transferred("W3")),
            (Recorded, automatic_transfer()),
            (Recorded, approve("W3")),
            (no(R::AlreadyDecided), approve("W3")),
            (no(R::AlreadyDecided), turn_down("W3")),
            (Recorded, not_transferred("W3")),
            (no(R::AlreadyDecided), not_transferred("W3")),
        ],
    }
}

pub(super) fn discarding() -> Ladder {
    Ladder {
        history: vec![shipped("O1"), shipped("O2"), discard(0)],
        rungs: vec![
            (no(R::UnknownParkedEvent), discard(2)),
            (no(R::AlreadyDecided), discard(0)),
            (Recorded, discard(1)),
        ],
    }
}
