//! What changed, as a file: figures of each kind in a table of their own, and the events of the figure that is named.

use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;

use crate::database::Sql;
use crate::diff::answer::{Diff, FigureChange, FigureEvent, Number};
use crate::export::{Column, Document, Export, FileFormat, Kind, Label, Lang, Stopped, Table, Writer};
use crate::figure::{Amount, Ratio};
use crate::items::figured::{Sum, Unit};
use crate::items::{Item, Share};
use crate::problem::Problem;
use crate::range::Range;
use crate::snapshot::Snapshot;

const DOCUMENT: Document = Document { name: "changes", title: Label::new("变化对比", "What changed") };
const FIGURE: Column = Column::text("figure", "指标", "Figure");
const MOMENTS: &[Column] = &[
    Column::text("report", "报表", "Report"),
    Column::count("as_of", "前一时点日志位置", "Earlier position"),
    Column::count("to_as_of", "后一时点日志位置", "Later position"),
];

/// The columns of figures of one kind.
macro_rules! columns {
    ($kind:ident) => {
        &[
            FIGURE,
            Column::$kind("before", "变化前", "Before"),
            Column::$kind("after", "变化后", "After"),
            Column::$kind("change", "变化", "Change"),
        ]
    };
}

/// The columns of events that changed a figure of one kind.
macro_rules! event_columns {
    ($kind:ident) => {
        &[
            Column::count("position", "日志位置", "Position"),
            Column::text("entity", "对象", "Entity"),
            Column::text("id", "编号", "Id"),
            Column::text("order_id", "订单标识", "Order id"),
            Column::text("order_no", "订单编号", "Order no."),
            Column::text("product_type", "产品类型", "Product type"),
            Column::text("name", "名称", "Name"),
            Column::time("at", "时间", "At"),
            Column::$kind("change", "变化", "Change"),
        ]
    };
}

const FIGURES: [Table; 3] = [
    Table::section("数量", "Counts", columns!(count)),
    Table::section("金额", "Amounts", columns!(amount)),
    Table::section("比率", "Ratios", columns!(ratio)),
];
const COUNTED: Table = Table::section("事件", "Events", event_columns!(count));
const PAID: Table = Table::section("事件", "Events", event_columns!(amount));

/// The file of `diff` over `range`, with the `events` of a sum where there are any: they are read from `snapshot`.
pub(super) async fn answer(
    diff: Diff,
    events: Option<(Sql, Sum)>,
    (format, lang): (FileFormat, Lang),
    range: Range,
    mut snapshot: Snapshot,
    turn: Option<OwnedSemaphorePermit>,
) -> Result<Response, Problem> {
    let export = Export {
        position: diff.to_as_of,
        ..Export::new(const { &DOCUMENT }, format, lang, range, &snapshot)
    };
    export
        .answer(async move |mut file: Writer| {
            let _turn = turn;
            write_figures(&diff, &mut file).await?;
            if let Some((sql, sum)) = events {
                write_events(&sum, sql, &mut snapshot, &mut file).await?;
            }
            Ok(file.finish().await?)
        })
        .await
}

async fn write_figures(diff: &Diff, file: &mut Writer) -> Result<(), Stopped> {
    let mut rows = file.table(&Table::section("对比", "Moments", MOMENTS)).await?;
    rows.row().await?.text(diff.report).count(diff.as_of.as_i64()).count(diff.to_as_of.as_i64());
    for table in FIGURES {
        let kind = table.columns[1].kind;
        let mut rows = file.table(&table).await?;
        for change in diff.figures.iter().filter(|change| kind_of(change) == Some(kind)) {
            let cells = rows.row().await?.text(change.figure.as_str());
            for number in [change.before, change.after, change.change] {
                match kind {
                    Kind::Count => cells.count(number.map(Number::minor)),
                    Kind::Amount => cells.amount(number.map(Number::minor).map(Amount::minor)),
                    Kind::Ratio | Kind::Text | Kind::Time => cells.ratio(number.and_then(ratio)),
                };
            }
        }
    }
    Ok(())
}

/// Of what kind a figure is; nothing where it never had a value.
fn kind_of(change: &FigureChange) -> Option<Kind> {
    change.after.or(change.before).map(|number| match number {
        Number::Count(_) => Kind::Count,
        Number::Amount(_) => Kind::Amount,
        Number::Ratio(_) => Kind::Ratio,
    })
}

const fn ratio(number: Number) -> Option<Ratio> {
    match number {
        Number::Ratio(ratio) => Some(ratio),
        Number::Count(_) | Number::Amount(_) => None,
    }
}

async fn write_events(
    sum: &Sum,
    sql: Sql,
    snapshot: &mut Snapshot,
    file: &mut Writer,
) -> Result<(), Problem> {
    let calendar = snapshot.calendar.clone();
    let mut rows = file.table(if sum.unit == Unit::Count { &COUNTED } else { &PAID }).await?;
    let mut found = snapshot.stream(sql).await?;
    while let Some(row) = found.next().await? {
        let event = FigureEvent::from(Item::read(&row, sum, &calendar)?);
        let cells =
            rows.row().await?.count(event.position.as_i64()).text(event.entity).text(event.id.as_str());
        cells.text(event.order_id.as_deref()).text(event.order_no.as_deref());
        cells.text(event.product_type.as_deref()).text(event.name.as_deref()).time(event.at.instant());
        match event.change {
            Share::Count(count) => cells.count(count),
            Share::Amount(amount) => cells.amount(amount),
        };
    }
    Ok(())
}
