//! The tables of the read models, compared with the naive fold of the log up to their checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use events_schema::Recorded;
use rusqlite::Connection;

use super::naive::{self, Tables};
use crate::naive::dump::texts;

/// The columns that are compared, in the order in which the naive fold writes them. Behind `@` stands the closed set of
/// those that hold the numbers of words.
const ORDERS: &str = "birth position order_id status@order_status used_packages payable paid_at payment_id payment_method@method paid \
    refunded_gross completed_at settlement_due_at settled_at purchase_cost_now commission_cost_now paid_orders \
    returned_orders consumed_orders sales_amount discount_amount prepaid_amount realised_amount refunded_amount \
    refund_fee_amount consumed_purchase_cost consumed_commission_cost freight_expense";
const REFUNDS: &str =
    "order_birth ordinal refund_id requested_at decided_at amount fee state@refund_state method@method";
const ENTRIES: &str = "position occurred_at direction@direction kind@cash_kind method@method amount source";
const SALES: &str = "start product_type orders paid_orders returned_orders awaiting_confirmation_orders \
    awaiting_payment_orders closed_orders paid_awaiting_confirmation_orders awaiting_use_orders shipped_orders \
    completed_orders refund_review_orders refunded_orders awaiting_confirmation_amount awaiting_payment_amount \
    closed_amount paid_awaiting_confirmation_amount awaiting_use_amount shipped_amount completed_amount \
    refund_review_amount refunded_status_amount sales_amount discount_amount prepaid_amount realised_amount \
    refunded_amount refund_fee_amount revenue purchase_cost commission_cost freight_cost consumed_purchase_cost \
    accrued_purchase_cost own_purchase_cost consumed_commission_cost consumed_freight freight_expense";
const CASH: &str = "start kind@cash_kind method@method entries amount";

/// What the naive fold calls tables, where they are, and the columns that are compared.
const TABLES: [(&str, &str, &str); 9] = [
    ("orders", "orders join order_states using (birth)", ORDERS),
    ("refunds", "refunds", REFUNDS),
    ("cash_entries", CASH_ENTRIES, ENTRIES),
    ("sales_hour", "sales_cells where grain = 0", SALES),
    ("sales_day", "sales_cells where grain = 1", SALES),
    ("sales_month", "sales_cells where grain = 2", SALES),
    ("cash_hour", "cash_cells where grain = 0", CASH),
    ("cash_day", "cash_cells where grain = 1", CASH),
    ("cash_month", "cash_cells where grain = 2", CASH),
];

/// Entries with what their kind and their order say.
const CASH_ENTRIES: &str = "(select e.*, coalesce(e.source_id, o.order_id) as source, case when kind < 4 then 0 \
    else 1 end as direction \
    from cash_entries e left join orders o on o.birth = e.order_birth)";

/// Checks that the read models of a data directory, if there are any, are those of the log up to their checkpoint.
pub(crate) fn check(data_dir: &Path, events: &[Recorded]) {
    let Some(path) = current(data_dir).filter(|path| path.exists()) else { return };
    let database = Connection::open(path).unwrap();
    let Some(position) = position(&database) else { return };
    let seen = events.get(..position).expect("read models know nothing that is not in the log");
    let expected = naive::tables(seen);
    let actual = read(&database);
    for (table, rows) in &expected {
        assert_eq!(&actual[table], rows, "{table} at position {position}");
    }
}

/// The file of the current read models; nothing when there are none.
pub(crate) fn current(data_dir: &Path) -> Option<PathBuf> {
    let dir = data_dir.join("read-models");
    let number = fs::read_to_string(dir.join("current")).ok()?;
    Some(dir.join(format!("{}.sqlite", number.trim())))
}

/// The checkpoint; nothing when there are no tables yet, or no event in them.
fn position(database: &Connection) -> Option<usize> {
    let position = database.query_row("select position from checkpoint", (), |row| row.get::<_, i64>(0));
    position.ok().map(|position| usize::try_from(position).unwrap())
}

fn read(database: &Connection) -> Tables {
    let mut tables = Tables::new();
    for (table, from, columns) in TABLES {
        let said = |column: &str| {
            let value = column.split_once('@').map_or_else(
                || column.to_owned(),
                |(column, set)| {
                    format!("(select word from words where set_of = '{set}' and number = {column})")
                },
            );
            format!("coalesce({value}, '-')")
        };
        let columns: Vec<_> = columns.split_whitespace().map(said).collect();
        let query = format!("select {} from {from}", columns.join(" || '|' || "));
        let mut rows = texts(database, &query);
        rows.sort();
        tables.insert(table, rows);
    }
    tables
}
