//! How fast lists become files.

use std::time::{Duration, Instant};

use super::limits::rate;
use super::server::Server;
use super::table::Table;

/// How often memory is looked at while a file comes.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Bytes of a megabyte.
const MEGABYTE: f64 = 1_000_000.0;

/// Exports the list of orders, of which there are `orders`, in each format.
pub(super) async fn measure(table: &mut Table, server: &Server, orders: u64) -> anyhow::Result<()> {
    for format in ["csv", "xlsx"] {
        let mut connection = server.client.connect().await?;
        let before = server.memory().map(|memory| memory.anonymous_bytes);
        let began = Instant::now();
        let path = format!("/v1/orders?format={format}&lang=en");
        let export = connection.drain(&path);
        tokio::pin!(export);
        let mut highest = before;
        let bytes = loop {
            tokio::select! {
                bytes = &mut export => break bytes?,
                () = tokio::time::sleep(LOOK_EVERY) => {
                    highest = highest.max(server.memory().map(|memory| memory.anonymous_bytes));
                }
            }
        };
        table.add(
            format!("export-{format}"),
            format!("export of the list of orders, {format}"),
            rate(orders, began),
            "rows/s",
        );
        let grown = highest.zip(before).map_or(0, |(highest, before)| highest.saturating_sub(before));
        table.add(
            format!("export-{format}-memory"),
            "  memory of the service, more than before",
            super::limits::float(grown) / MEGABYTE,
            "MB",
        );
        table.add(
            format!("export-{format}-bytes"),
            "  bytes of the file",
            super::limits::float(bytes) / MEGABYTE,
            "MB",
        );
    }
    Ok(())
}
