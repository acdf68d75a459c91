//! A small ledger's read models for tests: made by the migration, filled with rows and the cells that add them up.

use std::path::PathBuf;

use events_schema::terms::{CashKind, Method, OrderStatus, Term};
use events_schema::{Calendar, Grain, Position, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::read_models::Reading;
use crate::{Projected, ProjectorState, ReadModels};

/// The tables, as the projector makes them.
const MIGRATION: &str = include_str!("../../migrations/0001_read_models.sql");

/// Names of the money columns that orders and sales cells share.
pub(crate) const MONEY: [&str; 10] = [
    "sales_amount",
    "discount_amount",
    "prepaid_amount",
    "realised_amount",
    "refunded_amount",
    "refund_fee_amount",
    "revenue",
    "purchase_cost",
    "commission_cost",
    "freight_cost",
];

/// An order's row, as far as figures are concerned.
#[derive(Clone, Debug)]
pub(crate) struct OrderRow {
    pub(crate) birth: i64,
    pub(crate) placed_at: i64,
    pub(crate) product_type: String,
    pub(crate) status: OrderStatus,
    pub(crate) payable: i64,
    pub(crate) returned: bool,
    pub(crate) money: [i64; MONEY.len()],
}

/// A cash entry's row.
#[derive(Clone, Debug)]
pub(crate) struct CashRow {
    pub(crate) position: i64,
    pub(crate) occurred_at: i64,
    pub(crate) kind: CashKind,
    pub(crate) method: Method,
    pub(crate) amount: i64,
    pub(crate) order: Option<i64>,
}

/// A file of read models, and the connection that fills it.
pub(crate) struct Ledger {
    directory: TempDir,
    writer: SqliteConnection,
    calendar: Calendar,
}

/// A value of a column.
pub(crate) enum Value {
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Ledger {
    /// Empty read models, in which nothing was projected yet.
    pub(crate) async fn new(zone: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("read.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let mut writer = options.connect().await.unwrap();
        sqlx::raw_sql(MIGRATION).execute(&mut writer).await.unwrap();
        Self { directory, writer, calendar: Calendar::new(zone).unwrap() }
    }

    /// Read models filled with these rows, at position 1,000,000.
    pub(crate) async fn with(zone: &str, orders: &[OrderRow], cash: &[CashRow]) -> Self {
        let mut ledger = Self::new(zone).await;
        ledger.checkpoint(1_000_000).await;
        ledger.execute("begin").await;
        for order in orders {
            ledger.insert_order(order).await;
        }
        for entry in cash {
            ledger.insert_cash(entry).await;
        }
        ledger.execute("commit").await;
        ledger
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("read.sqlite")
    }

    pub(crate) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub(crate) async fn read_models(&self) -> ReadModels {
        ReadModels::open(&self.path()).await.unwrap()
    }

    /// The read models behind handlers, with a projector that stands where they are.
    pub(crate) async fn reading(&self) -> Reading {
        let (_, projected) = watch::channel(projected(1_000_000));
        Reading { read_models: self.read_models().await, projected }
    }

    /// Moves the checkpoint.
    pub(crate) async fn checkpoint(&mut self, position: u64) {
        let values = [
            ("one", Value::Int(1)),
            ("position", Position::new(position).as_i64().into()),
            ("log_id", Value::Blob(b"a log".to_vec())),
            ("root", Value::Blob(b"a root".to_vec())),
            ("recorded_at", 0.into()),
            ("currency", "CNY".into()),
            ("time_zone", Value::Text(self.calendar.name().to_owned())),
        ];
        self.execute("delete from checkpoint").await;
        self.insert("checkpoint", &values).await;
    }

    pub(crate) async fn insert_order(&mut self, order: &OrderRow) {
        let paid = i64::from(order.status.is_paid());
        let values = [
            ("birth", Value::Int(order.birth)),
            ("order_id", Value::Text(order_id(order.birth))),
            ("order_no", Value::Text(format!("NO-{:05}", order.birth))),
            ("placed_at", order.placed_at.into()),
            ("product_type", order.product_type.as_str().into()),
            ("status", order.status.as_str().into()),
            ("payable", order.payable.into()),
            ("paid_orders", paid.into()),
            ("returned_orders", i64::from(order.returned).into()),
        ];
        self.insert("orders", &with_defaults(values.into_iter().chain(money(order)))).await;
        let status = order.status.as_str();
        let (orders, amount) = (format!("{status}_orders"), format!("{status}_amount"));
        let amount = if order.status == OrderStatus::Refunded { "refunded_status_amount" } else { &amount };
        let figures: Vec<(&str, i64)> = [
            ("orders", 1),
            ("paid_orders", paid),
            ("returned_orders", i64::from(order.returned)),
            (&*orders, 1),
            (amount, order.payable),
        ]
        .into_iter()
        .chain(MONEY.into_iter().zip(order.money))
        .collect();
        self.add("sales", order.placed_at, &[("product_type", &order.product_type)], &figures).await;
    }

    pub(crate) async fn insert_cash(&mut self, entry: &CashRow) {
        let mut values = vec![
            ("position", Value::Int(entry.position)),
            ("occurred_at", entry.occurred_at.into()),
            ("direction", entry.kind.direction().as_str().into()),
            ("kind", entry.kind.as_str().into()),
            ("method", entry.method.as_str().into()),
            ("amount", entry.amount.into()),
            ("source_id", Value::Text(format!("S-{}", entry.position))),
        ];
        if let Some(birth) = entry.order {
            values.push(("order_birth", birth.into()));
            values.push(("order_id", Value::Text(order_id(birth))));
        }
        self.insert("cash_entries", &values).await;
        let key = [("kind", entry.kind.as_str()), ("method", entry.method.as_str())];
        self.add("cash", entry.occurred_at, &key, &[("entries", 1), ("amount", entry.amount)]).await;
    }

    /// Adds figures to the cells of one instant.
    async fn add(&mut self, cells: &str, at: i64, key: &[(&str, &str)], figures: &[(&str, i64)]) {
        for (grain, name) in [(Grain::Hour, "hour"), (Grain::Day, "day"), (Grain::Month, "month")] {
            let table = format!("{cells}_{name}");
            let start = self.calendar.start(grain, Timestamp::from_micros(at)).micros();
            let mut conditions = vec![format!("start = {start}")];
            let mut values = vec![("start", Value::Int(start))];
            for (column, text) in key {
                conditions.push(format!("{column} = '{text}'"));
                values.push((column, (*text).into()));
            }
            let condition = conditions.join(" and ");
            let sums = figures.iter().map(|(column, more)| format!("{column} = {column} + {more}"));
            let sums = sums.collect::<Vec<_>>().join(", ");
            let sql = format!("update {table} set {sums} where {condition}");
            let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut self.writer).await.unwrap();
            if done.rows_affected() == 0 {
                let figure = |column: String| {
                    let amount =
                        figures.iter().find(|(name, _)| *name == column).map_or(0, |(_, amount)| *amount);
                    (column, Value::Int(amount))
                };
                let key = values.into_iter().map(|(column, value)| (column.to_owned(), value));
                let all: Vec<_> = key.chain(figure_columns(cells).into_iter().map(figure)).collect();
                self.insert(&table, &all).await;
            }
        }
    }

    /// Inserts one row.
    pub(crate) async fn insert<C: AsRef<str>>(&mut self, table: &str, values: &[(C, Value)]) {
        let columns: Vec<&str> = values.iter().map(|(column, _)| column.as_ref()).collect();
        let places = vec!["?"; values.len()].join(", ");
        let sql = format!("insert into {table} ({}) values ({places})", columns.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (_, value) in values {
            query = match value {
                Value::Int(number) => query.bind(*number),
                Value::Text(text) => query.bind(text.clone()),
                Value::Blob(bytes) => query.bind(bytes.clone()),
            };
        }
        query.execute(&mut self.writer).await.unwrap();
    }

    /// Runs one statement.
    pub(crate) async fn execute(&mut self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut self.writer).await.unwrap();
    }
}

/// The projector stands here and runs.
pub(crate) fn projected(position: u64) -> Projected {
    Projected { position: Position::new(position), state: ProjectorState::Running }
}

pub(crate) fn order_id(birth: i64) -> String {
    format!("O-{birth}")
}

fn money(order: &OrderRow) -> impl Iterator<Item = (&'static str, Value)> {
    MONEY.into_iter().zip(order.money).map(|(column, amount)| (column, Value::Int(amount)))
}

/// What every order needs, unless `values` say otherwise.
fn with_defaults<'a>(values: impl Iterator<Item = (&'a str, Value)>) -> Vec<(&'a str, Value)> {
    let mut values: Vec<_> = values.collect();
    let texts = ["member_id", "product_id", "product_name"].map(|column| (column, "x".into()));
    let words = [("source", "pc".into()), ("confirmation", "none".into())];
    let numbers = [
        "position",
        "packages",
        "amount",
        "purchase_cost_original",
        "freight",
        "male_travellers",
        "female_travellers",
        "unknown_travellers",
        "used_packages",
        "paid",
        "refunded_gross",
        "purchase_cost_now",
        "commission_cost_now",
    ];
    values.extend(texts);
    values.extend(words);
    values.extend(numbers.map(|column| (column, Value::Int(0))));
    values
}

/// The columns of a cell that are figures.
fn figure_columns(cells: &str) -> Vec<String> {
    if cells == "cash" {
        return vec!["entries".into(), "amount".into()];
    }
    let statuses = OrderStatus::NAMES.iter();
    let mut columns = vec!["orders".to_owned(), "paid_orders".into(), "returned_orders".into()];
    columns.extend(statuses.clone().map(|status| format!("{status}_orders")));
    columns.extend(statuses.map(|status| match *status {
        "refunded" => "refunded_status_amount".to_owned(),
        status => format!("{status}_amount"),
    }));
    columns.extend(MONEY.map(String::from));
    columns
}

/// `count` orders placed between two instants, by the same dice every time.
pub(crate) fn random_orders(seed: u64, count: i64, from: i64, to: i64) -> Vec<OrderRow> {
    let mut dice = StdRng::seed_from_u64(seed);
    let order = |birth| {
        let status = OrderStatus::ALL[dice.random_range(0..OrderStatus::ALL.len())];
        let payable = dice.random_range(0..100_000);
        let mut money = [0; MONEY.len()];
        if status.is_paid() {
            money = money.map(|_: i64| dice.random_range(0..50_000));
            // What is sold less what is taken off is what is paid.
            money[0] = payable + money[1];
        }
        OrderRow {
            birth,
            placed_at: dice.random_range(from..to),
            product_type: ["goods", "hotel", "ticket"][dice.random_range(0..3)].to_owned(),
            status,
            payable,
            returned: status.is_paid() && dice.random_bool(0.3),
            money,
        }
    };
    (1..=count).map(order).collect()
}

/// `count` cash entries between two instants, by the same dice every time.
pub(crate) fn random_cash(seed: u64, count: i64, from: i64, to: i64) -> Vec<CashRow> {
    let mut dice = StdRng::seed_from_u64(seed);
    let entry = |position| CashRow {
        position,
        occurred_at: dice.random_range(from..to),
        kind: CashKind::ALL[dice.random_range(0..CashKind::ALL.len())],
        method: Method::EXTERNAL[dice.random_range(0..Method::EXTERNAL.len())],
        amount: dice.random_range(1..100_000),
        order: None,
    };
    (1..=count).map(entry).collect()
}
