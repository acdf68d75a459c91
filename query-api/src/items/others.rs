//! What the figures of the other reports are made of.

use events_schema::terms::{
    BalanceKind, CashKind, CommissionState, Direction, Method, Mode, PayeeKind, SettlementState, Term,
    WithdrawalMethod, WithdrawalState,
};

use crate::items::family::{
    BALANCE_ENTRIES, CASH_ENTRIES, COMMISSION_ORDERS, Family, REFUNDS, SETTLEMENTS, VERIFICATIONS,
    WITHDRAWALS,
};
use crate::items::figured::{Figured, RowFigures, Span, Sum, Unit};
use crate::items::path::of_type;
use crate::items::sales;

/// The figure at `path` of the overview.
pub(super) fn overview(path: &str) -> Option<Figured> {
    let (section, figure) = path.split_once('.')?;
    let of_payees =
        |kind: PayeeKind| withdrawal_states(figure).map(|made| made.map(|sum| sum.of("payee_kind", [kind])));
    match section {
        "sales" => sales::row(figure),
        "cash" => cash(figure).filter(|_| !figure.starts_with("by_")),
        "suppliers" => settlement_states(figure),
        "supplier_withdrawals" => of_payees(PayeeKind::Supplier),
        "commissions" => commission_states(figure),
        "distributor_withdrawals" => of_payees(PayeeKind::Distributor),
        _ => None,
    }
}

/// The figure at `path` of the report of verifications.
pub(super) fn verifications(path: &str) -> Option<Figured> {
    const ROW: RowFigures = RowFigures {
        counts: &[("orders", "orders"), ("packages", "packages")],
        amounts: &[("amount", "amount"), ("cost", "cost"), ("profit", "amount - cost")],
        ratios: &[],
    };
    of_type(path, |figure| ROW.find(&VERIFICATIONS, figure))
}

/// The figure at `path` of the report of refunds.
pub(super) fn refunds(path: &str) -> Option<Figured> {
    const ROW: RowFigures = RowFigures {
        counts: &[
            ("requests", "requests"),
            ("in_review", "in_review"),
            ("rejected", "rejected"),
            ("completed", "completed"),
        ],
        amounts: &[
            ("requested_amount", "requested_amount"),
            ("refund_fee_amount", "refund_fee_amount"),
            ("refunded_amount", "refunded_amount"),
        ],
        ratios: &[],
    };
    of_type(path, |figure| ROW.find(&REFUNDS, figure))
}

/// The figure at `path` of the report of suppliers.
pub(super) fn suppliers(path: &str) -> Option<Figured> {
    of_type(path, settlement_states)
}

fn settlement_states(path: &str) -> Option<Figured> {
    in_state::<SettlementState>(&SETTLEMENTS, path)
}

/// The figure at `path` of the report of commissions.
pub(super) fn commissions(path: &str) -> Option<Figured> {
    of_type(path, commission_states)
}

fn commission_states(path: &str) -> Option<Figured> {
    in_state::<CommissionState>(&COMMISSION_ORDERS, path)
}

/// `settled.orders` or `settled.amount`.
fn in_state<S: Term>(family: &'static Family, path: &str) -> Option<Figured> {
    let (state, figure) = path.split_once('.')?;
    let state = S::from_name(state)?.as_str();
    match figure {
        "orders" => Some(Figured::count(family, &format!("{state}_orders"))),
        "amount" => Some(Figured::amount(family, &format!("{state}_amount"))),
        _ => None,
    }
}

/// The figure at `path` of the report of withdrawals.
pub(super) fn withdrawals(path: &str) -> Option<Figured> {
    if let Some(figure) = path.strip_prefix("total.") {
        return withdrawal_states(figure);
    }
    let (method, figure) = path.strip_prefix("by_method.")?.split_once('.')?;
    let method = WithdrawalMethod::from_name(method)?;
    withdrawal_states(figure).map(|made| made.map(|sum| sum.of("method", [method])))
}

/// `paid.count` or `paid.amount`.
fn withdrawal_states(path: &str) -> Option<Figured> {
    let (state, figure) = path.split_once('.')?;
    let state = WithdrawalState::from_name(state)?;
    let made = count_or_amount(&WITHDRAWALS, "withdrawals", figure)?;
    Some(Figured::Sum(made.of("state", [state])))
}

fn count_or_amount(family: &'static Family, counted: &str, figure: &str) -> Option<Sum> {
    match figure {
        "count" => Some(Sum::new(family, Unit::Count, counted)),
        "amount" => Some(Sum::new(family, Unit::Amount, "amount")),
        _ => None,
    }
}

/// The figure at `path` of the cash report.
pub(super) fn cash(path: &str) -> Option<Figured> {
    let balance = |span| Some(Figured::Sum(Sum::new(&CASH_ENTRIES, Unit::Amount, "net").over(span)));
    match path {
        "opening_balance" => return balance(Span::Before),
        "net" => return balance(Span::Within),
        "closing_balance" => return balance(Span::UntilEnd),
        _ => {}
    }
    let (section, rest) = path.split_once('.')?;
    match section {
        "by_kind" => {
            let (kind, figure) = rest.split_once('.')?;
            let kind = CashKind::from_name(kind)?;
            let sum = count_or_amount(&CASH_ENTRIES, "entries", figure)?;
            Some(Figured::Sum(sum.of("kind", [kind])))
        }
        "by_method" => {
            let (method, rest) = rest.split_once('.')?;
            let method = Method::from_name(method).filter(|method| Method::EXTERNAL.contains(method))?;
            moved(rest).map(|sum| Figured::Sum(sum.of("method", [method])))
        }
        "by_mode" => {
            let (mode, rest) = rest.split_once('.')?;
            let mode = Mode::from_name(mode).filter(|mode| *mode != Mode::Internal)?;
            let methods = Method::EXTERNAL.into_iter().filter(|method| method.mode() == mode);
            moved(rest).map(|sum| Figured::Sum(sum.of("method", methods)))
        }
        _ => moved(path).map(Figured::Sum),
    }
}

/// `income.count`, `expense.amount`, …
fn moved(path: &str) -> Option<Sum> {
    let (direction, figure) = path.split_once('.')?;
    let direction = Direction::from_name(direction)?;
    let kinds = CashKind::ALL.iter().filter(|kind| kind.direction() == direction);
    Some(count_or_amount(&CASH_ENTRIES, "entries", figure)?.of("kind", kinds.copied()))
}

/// The figure at `path` of the report of balances.
pub(super) fn balances(path: &str) -> Option<Figured> {
    let balance = |span| Some(Figured::Sum(Sum::new(&BALANCE_ENTRIES, Unit::Amount, "change").over(span)));
    match path {
        "opening_balance" => balance(Span::Before),
        "net" => balance(Span::Within),
        "closing_balance" => balance(Span::UntilEnd),
        _ => {
            let (kind, figure) = path.strip_prefix("by_kind.")?.split_once('.')?;
            let kind = BalanceKind::from_name(kind)?;
            let sum = count_or_amount(&BALANCE_ENTRIES, "entries", figure)?;
            Some(Figured::Sum(sum.of("kind", [kind])))
        }
    }
}
