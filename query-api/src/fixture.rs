//! A small ledger's read models for tests: made by the migration, filled with rows and the cells that add them up.

use std::sync::Arc;

use events_schema::terms::{Confirmation, OrderSource, OrderStatus, Term};
use events_schema::{Calendar, Grain, Position, Timestamp};
use tokio::sync::watch;

use crate::as_of::{AsOf, Moment, Resolver};
use crate::database::{Argument, Sql};
use crate::read_models::Reading;
use crate::snapshot::Snapshot;
use crate::{Location, Projected, ProjectorState, ReadModels};

/// SQLite and PostgreSQL.
mod engine;
pub(crate) use engine::{Engine, on_both_engines};
use engine::{Home, Writer};

/// Orders and cash entries.
mod rows;
use rows::MONEY;
pub(crate) use rows::{CashRow, OrderRow, order_id, random_cash, random_orders};

/// Entries of the journal.
mod journal;
pub(crate) use journal::{EntryRow, random_entries};

/// The tables of the migration.
mod tables;

/// Read models, and the connection that fills them.
pub(crate) struct Ledger {
    writer: Writer,
    home: Home,
    calendar: Calendar,
}

/// All lengths of cells.
pub(crate) const GRAINS: [Grain; 4] = [Grain::Hour, Grain::Day, Grain::Month, Grain::Year];

impl Ledger {
    /// Empty read models, in which nothing was projected yet.
    pub(crate) async fn new(engine: Engine, zone: &str) -> Self {
        let (home, writer) = Home::new(engine).await;
        Self { writer, home, calendar: Calendar::new(zone).unwrap() }
    }

    /// Read models filled with these rows, at position 1,000,000.
    pub(crate) async fn with(engine: Engine, zone: &str, orders: &[OrderRow], cash: &[CashRow]) -> Self {
        let mut ledger = Self::new(engine, zone).await;
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

    pub(crate) fn location(&self) -> Location {
        self.home.location()
    }

    pub(crate) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub(crate) async fn read_models(&self) -> ReadModels {
        ReadModels::open(&self.location()).await.unwrap()
    }

    /// The read models behind handlers, with a projector that stands where they are.
    pub(crate) async fn reading(&self) -> Reading {
        let (_, projected) = watch::channel(projected(1_000_000));
        Reading::new(self.read_models().await, projected, resolver())
    }

    /// How SQLite would run a select, a step a line.
    pub(crate) async fn plan(&self, sql: Sql) -> Vec<String> {
        self.plan_in(&mut self.read_models().await.begin().await.unwrap(), sql).await
    }

    /// How the engine would run a select in this snapshot, a step a line.
    pub(crate) async fn plan_in(&self, snapshot: &mut Snapshot, sql: Sql) -> Vec<String> {
        let (explain, column) = match self.home {
            Home::Sqlite(_) => (sql.explained(), 3),
            Home::Postgres { .. } => {
                // The plan for whatever is bound, as for what is asked.
                let [prepare, explain] = sql.prepared();
                snapshot.fetch_all(prepare).await.unwrap();
                (explain, 0)
            }
        };
        let steps = snapshot.fetch_all(explain).await.unwrap();
        if column == 0 {
            snapshot.fetch_all(Sql::new("deallocate planned")).await.unwrap();
        }
        steps.iter().map(|step| step.get(column).unwrap()).collect()
    }

    /// A snapshot as of a position.
    pub(crate) async fn as_of(&self, position: u64) -> Snapshot {
        let as_of = AsOf::Position(Position::new(position));
        self.reading().await.as_of(Some(as_of), None).await.unwrap().0
    }

    /// Moves the checkpoint.
    pub(crate) async fn checkpoint(&mut self, position: u64) {
        let zone = self.calendar.name().to_owned();
        let values = [
            ("one", Argument::Int(1)),
            ("position", Position::new(position).as_i64().into()),
            ("log_id", Argument::Bytes(b"a log".to_vec())),
            ("currency", "CNY".into()),
            ("time_zone", zone.into()),
        ];
        self.execute("delete from checkpoint").await;
        self.insert("checkpoint", &values).await;
    }

    /// Inserts an order with its state, and adds it to the cells of sales and of their trend.
    pub(crate) async fn insert_order(&mut self, order: &OrderRow) {
        let (paid, returned) = (i64::from(order.status.is_paid()), i64::from(order.returned));
        let birth = [("birth", Argument::Int(order.birth)), ("placed_at", order.placed_at.into())];
        let product_type = ("product_type", Argument::from(order.product_type.as_str()));
        let facts = [
            ("order_id", order_id(order.birth).into()),
            ("order_no", format!("NO-{:05}", order.birth).into()),
            ("product_name", "x".into()),
            ("source", Argument::term(OrderSource::Pc)),
            ("confirmation", Argument::term(Confirmation::None)),
            ("payable", order.payable.into()),
            product_type.clone(),
        ];
        self.insert("orders", &[&birth[..], &facts].concat()).await;
        let status = order.status.as_str();
        let counts = [("paid_orders", paid), ("returned_orders", returned)];
        let figures = counts.into_iter().chain(MONEY.into_iter().zip(order.money));
        let state: Vec<_> = [product_type, ("status", Argument::term(order.status))]
            .into_iter()
            .chain(figures.map(|(column, number)| (column, Argument::Int(number))))
            .collect();
        self.insert("order_states", &[&birth[..], &state].concat()).await;
        let (orders, amount) = (format!("{status}_orders"), format!("{status}_amount"));
        let amount = if order.status == OrderStatus::Refunded { "refunded_status_amount" } else { &amount };
        let in_status = [("orders", 1), (&*orders, 1), (amount, order.payable)];
        let mut figures = [&in_status[..], &counts].concat();
        for figure in order.all() {
            figures.push(figure);
        }
        let key = [("product_type", order.product_type.as_str())];
        self.add("sales_cells", &GRAINS, order.placed_at, &key, &figures).await;
        let amount = if order.status.is_paid() { "paid_amount" } else { "unpaid_amount" };
        let figures = [("orders", 1), ("paid_orders", paid), (amount, order.payable)];
        self.add("trend_cells", &GRAINS, order.placed_at, &[("", ""); 0], &figures).await;
    }

    /// Inserts a cash entry, and adds it to the cells of cash.
    pub(crate) async fn insert_cash(&mut self, entry: &CashRow) {
        let source = match entry.order {
            Some(birth) => ("order_birth", Argument::Int(birth)),
            None => ("source_id", format!("S-{}", entry.position).into()),
        };
        let values = [
            ("position", Argument::Int(entry.position)),
            ("occurred_at", entry.occurred_at.into()),
            ("kind", Argument::term(entry.kind)),
            ("method", Argument::term(entry.method)),
            ("amount", entry.amount.into()),
            source,
        ];
        self.insert("cash_entries", &values).await;
        let key = [("kind", Argument::term(entry.kind)), ("method", Argument::term(entry.method))];
        let figures = [("entries", 1), ("amount", entry.amount)];
        self.add("cash_cells", &GRAINS, entry.occurred_at, &key, &figures).await;
    }

    /// Adds figures to the cells of these lengths in which an instant lies.
    pub(crate) async fn add(
        &mut self,
        cells: &'static str,
        grains: &[Grain],
        at: i64,
        key: &[(&str, impl Clone + Into<Argument>)],
        figures: &[(&str, i64)],
    ) {
        for &grain in grains {
            let start = self.calendar.start(grain, Timestamp::from_micros(at)).micros();
            let place = [("grain", Argument::term(grain)), ("start", start.into())];
            let key = key.iter().map(|(column, value)| (*column, value.clone().into()));
            let place: Vec<_> = place.into_iter().chain(key).collect();
            let columns: Vec<_> = place.iter().map(|(column, _)| *column).collect();
            let sums =
                figures.iter().map(|(column, _)| format!("{column} = {cells}.{column} + excluded.{column}"));
            let sums = sums.collect::<Vec<_>>().join(", ");
            let figures = figures.iter().map(|&(column, more)| (column, Argument::Int(more)));
            let mut sql = insert(cells, &place.iter().cloned().chain(figures).collect::<Vec<_>>());
            sql.push(&format!(" on conflict ({}) do update set {sums}", columns.join(", ")));
            self.writer.execute(sql).await;
        }
    }

    /// Ends an epoch after the event at `last`: all cells are kept as they stand.
    pub(crate) async fn close_epoch(&mut self, number: i64, last: i64) {
        for table in tables::COLUMNS.keys().filter_map(|table| table.strip_suffix("_cells")) {
            let keep = format!("insert into {table}_past select c.*, {number} from {table}_cells as c");
            self.execute(&keep).await;
        }
        let (debit, credit) =
            ("case when amount > 0 then amount else 0 end", "case when amount < 0 then -amount else 0 end");
        let totals = format!(
            "insert into account_totals select account, {number}, cast(sum({debit}) as bigint), \
             cast(sum({credit}) as bigint) from journal_lines where position <= {last} group by account \
             having max(position) > (select coalesce(max(last), 0) from epochs)"
        );
        self.execute(&totals).await;
        // All accounts together.
        let together = format!(
            "insert into account_totals select 0, {number}, cast(sum({debit}) as bigint), \
             cast(sum({credit}) as bigint) from journal_lines where position <= {last} having count(*) > 0"
        );
        self.execute(&together).await;
        let paid = "select max(paid_at) from order_states";
        let dated = format!(
            "from journal_entries where position <= {last} and position > (select coalesce(max(last), 0) from epochs)"
        );
        let [first, until] = ["min", "max"].map(|end| format!("select {end}(date) {dated}"));
        self.execute(&format!("insert into epochs select {number}, {last}, ({paid}), ({first}), ({until})"))
            .await;
    }

    /// Inserts one row. A column that must not be null is 0 or empty unless it is given.
    pub(crate) async fn insert(&mut self, table: &'static str, values: &[(&str, Argument)]) {
        self.writer.execute(insert(table, values)).await;
    }

    /// Runs one statement.
    pub(crate) async fn execute(&mut self, text: &str) {
        let mut sql = Sql::new("");
        sql.push(text);
        self.writer.execute(sql).await;
    }
}

fn insert(table: &'static str, values: &[(&str, Argument)]) -> Sql {
    let columns = &tables::COLUMNS[table];
    let is_given = |name| values.iter().any(|(given, _)| *given == name);
    let rest = columns.iter().filter(|column| !is_given(column.name));
    let all = values.iter().cloned().chain(rest.map(|column| (column.name, column.empty.clone())));
    let (names, values): (Vec<_>, Vec<_>) = all.unzip();
    let mut sql = Sql::new("insert into ");
    sql.push(table).push(" (").push(&names.join(", ")).push(") values (");
    for (index, value) in values.into_iter().enumerate() {
        sql.push(if index == 0 { "" } else { ", " }).bind(value);
    }
    sql.push(")");
    sql
}

/// Finds places in a log in which every position up to a million is one, recorded a second after the one before.
pub(crate) fn resolver() -> Resolver {
    Arc::new(|as_of| {
        let position = match as_of {
            AsOf::Position(position) => position.get(),
            AsOf::Instant(instant) => u64::try_from(instant.micros() / Timestamp::MICROS_PER_SECOND).unwrap(),
        };
        let moment = Moment {
            position: Position::new(position),
            recorded_at: Some(Timestamp::from_micros(0).plus_seconds(position.cast_signed())),
        };
        Box::pin(async move { Ok((position <= 1_000_000).then_some(moment)) })
    })
}

/// The projector stands here and runs.
pub(crate) fn projected(position: u64) -> Projected {
    Projected { position: Position::new(position), state: ProjectorState::Running }
}
