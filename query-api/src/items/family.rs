//! The rows that figures are made of, family by family.

use crate::pieces::{Figure, Source};
use crate::reports::{
    balances, cash, commissions, refunds, sales_figures, screen, suppliers, verifications, withdrawals,
};

/// Rows of one kind, and how they are shown as items.
#[derive(Debug)]
pub(crate) struct Family {
    /// What a row is: `order`.
    pub(crate) name: &'static str,
    /// Where rows and cells are.
    pub(crate) source: &'static Source,
    /// The same of one supplier or distributor, where figures can be asked of one.
    pub(crate) of_one: Option<&'static Family>,
    /// The figures to which rows add. To each of them, the rows of one cell add with one sign: a cell that holds nothing
    /// has no row that adds something.
    pub(crate) figures: fn() -> Vec<Figure>,
    /// One or two columns of the rows that, after their time, no two of them share.
    pub(crate) key: &'static [&'static str],
    /// The rows `f (at, k1, k2)` joined to what is shown of them, and `$P` for the position.
    pub(crate) joined: &'static str,
    /// `id`, `order_id`, `order_no`, `product_type`, `name`, and the `position` of the event that made it so.
    pub(crate) columns: &'static str,
}

impl Family {
    /// Its key as two columns.
    pub(crate) fn key_columns(&self) -> [&'static str; 2] {
        [0, 1].map(|number| self.key.get(number).copied().unwrap_or("cast(0 as bigint)"))
    }
}

/// How an order is shown, and the event after which it stands so.
const ORDER_COLUMNS: &str = "o.order_id as id, o.order_id, o.order_no, o.product_type, o.product_name as name, \
    (select max(v.position) from order_versions v where v.birth = f.k1 and v.position <= $P) as position";
const ORDER_JOINED: &str = "join orders o on o.birth = f.k1";

/// Orders by the time they were placed.
pub(crate) static ORDERS: Family = Family {
    name: "order",
    source: &sales_figures::SALES,
    of_one: None,
    figures: sales_figures::figures,
    key: &["birth"],
    joined: ORDER_JOINED,
    columns: ORDER_COLUMNS,
};

/// Orders as they were placed: where they came from, and who travels.
pub(crate) static TRAVELLERS: Family = Family {
    name: "order",
    source: &screen::sources::SOURCE,
    of_one: None,
    figures: screen::sources::figures,
    key: &["birth"],
    joined: ORDER_JOINED,
    columns: "o.order_id as id, o.order_id, o.order_no, o.product_type, o.product_name as name, f.k1 as position",
};

/// Members by the time they registered.
pub(crate) static MEMBERS: Family = Family {
    name: "member",
    source: &screen::members::SOURCE,
    of_one: None,
    figures: screen::members::figures,
    key: &["birth"],
    joined: "join members m on m.birth = f.k1",
    columns: "m.member_id as id, null as order_id, null as order_no, null as product_type, null as name, \
        f.k1 as position",
};

/// Completed orders by the time they were completed.
pub(crate) static VERIFICATIONS: Family = Family {
    name: "order",
    source: &verifications::SOURCE,
    of_one: None,
    figures: verifications::figures,
    key: &["position"],
    joined: "join verifications c on c.position = f.k1 join orders o on o.birth = c.order_birth",
    columns: "o.order_id as id, o.order_id, o.order_no, o.product_type, o.product_name as name, f.k1 as position",
};

/// Refunds by the time they were requested.
pub(crate) static REFUNDS: Family = Family {
    name: "refund",
    source: &refunds::SOURCE,
    of_one: None,
    figures: refunds::figures,
    key: &["order_birth", "ordinal"],
    joined: "join refunds r on r.order_birth = f.k1 and r.ordinal = f.k2 join orders o on o.birth = f.k1",
    columns: "r.refund_id as id, o.order_id, o.order_no, o.product_type, o.product_name as name, \
        (select max(v.position) from refund_versions v \
            where v.order_birth = f.k1 and v.ordinal = f.k2 and v.position <= $P) as position",
};

/// Orders with a settlement, by the time they were paid.
pub(crate) static SETTLEMENTS: Family = Family {
    name: "settlement",
    source: &suppliers::ALL,
    of_one: Some(&SETTLEMENTS_OF_ONE),
    figures: suppliers::figures,
    key: &["birth"],
    joined: ORDER_JOINED,
    columns: ORDER_COLUMNS,
};

/// The same of one supplier.
pub(crate) static SETTLEMENTS_OF_ONE: Family = Family {
    name: "settlement",
    source: &suppliers::ONE,
    of_one: None,
    figures: suppliers::figures,
    key: &["birth"],
    joined: ORDER_JOINED,
    columns: ORDER_COLUMNS,
};

/// Orders with commissions, by the time they were placed.
pub(crate) static COMMISSION_ORDERS: Family = Family {
    name: "order",
    source: &commissions::ALL,
    of_one: Some(&COMMISSION_LINES),
    figures: commissions::figures_of_orders,
    key: &["birth"],
    joined: ORDER_JOINED,
    columns: ORDER_COLUMNS,
};

/// What one distributor earns, line by line.
pub(crate) static COMMISSION_LINES: Family = Family {
    name: "commission",
    source: &commissions::ONE,
    of_one: None,
    figures: commissions::figures_of_lines,
    key: &["order_birth", "line"],
    joined: "join commissions c on c.order_birth = f.k1 and c.line = f.k2 join orders o on o.birth = f.k1",
    columns: "c.distributor_id as id, o.order_id, o.order_no, o.product_type, c.distributor_name as name, \
        (select max(v.position) from commission_versions v \
            where v.order_birth = f.k1 and v.line = f.k2 and v.position <= $P) as position",
};

/// Money that moved outside.
pub(crate) static CASH_ENTRIES: Family = Family {
    name: "cash_entry",
    source: &cash::CASH,
    of_one: None,
    figures: cash::figures,
    key: &["position"],
    joined: "join cash_entries e on e.position = f.k1 left join orders o on o.birth = e.order_birth",
    columns: "coalesce(e.source_id, o.order_id) as id, o.order_id, o.order_no, o.product_type, \
        (select word from words where set_of = 'cash_kind' and number = e.kind) as name, f.k1 as position",
};

/// Withdrawals by the time they were requested.
pub(crate) static WITHDRAWALS: Family = Family {
    name: "withdrawal",
    source: &withdrawals::SOURCE,
    of_one: None,
    figures: withdrawals::figures,
    key: &["birth"],
    joined: "join withdrawals w on w.birth = f.k1",
    columns: "w.withdrawal_id as id, null as order_id, null as order_no, null as product_type, \
        w.payee_name as name, \
        (select max(v.position) from withdrawal_versions v where v.birth = f.k1 and v.position <= $P) as position",
};

/// What moved the members' balances.
pub(crate) static BALANCE_ENTRIES: Family = Family {
    name: "balance_entry",
    source: &balances::SOURCE,
    of_one: None,
    figures: balances::figures,
    key: &["position"],
    joined: "join balance_entries b on b.position = f.k1 join members m on m.birth = b.member_birth \
        left join orders o on o.birth = b.order_birth",
    columns: "m.member_id as id, o.order_id, o.order_no, o.product_type, \
        (select word from words where set_of = 'balance_kind' and number = b.kind) as name, f.k1 as position",
};
