//! The SQL that finds single rows: in which steps of time they can be, and which events changed them.

use events_schema::Grain;
use events_schema::terms::Term;

use super::past::same;
use super::{PastRows, Source};

/// What is asked of single events: texts, mostly places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Events<'a> {
    /// After which event.
    pub(crate) after: &'a str,
    /// Up to which event.
    pub(crate) until: &'a str,
    /// From which instant on rows are in the range.
    pub(crate) from: &'a str,
    /// The first instant after it.
    pub(crate) to: &'a str,
    /// Which rows count.
    pub(crate) rows_where: &'a str,
    /// What a row adds.
    pub(crate) share: &'a str,
    /// The columns that tell the rows of one time apart.
    pub(crate) key: [&'a str; 2],
}

/// Which cells are looked at. The text binds the first instant, the one after the last, and most rows to `$1`, `$2` and
/// `$3`; and to `$4`, about the past, the epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellsWanted<'a> {
    /// How long they are.
    pub(crate) grain: Grain,
    /// Which of the cells count.
    pub(crate) cells_where: &'a str,
    /// One more condition for them.
    pub(crate) filter: &'a str,
    /// Whether they hold something.
    pub(crate) holds: &'a str,
    /// Whether they are read as they stood in the past.
    pub(crate) is_past: bool,
}

impl Source {
    /// The beginnings of the cells that hold something, the newest first.
    pub(crate) fn steps_with(&self, wanted: &CellsWanted<'_>) -> String {
        const EPOCH: usize = 4;
        let CellsWanted { grain, cells_where, filter, holds, is_past } = *wanted;
        let grain = grain.ordinal().to_string();
        let counted = if is_past {
            format!("{} and", self.past_cells_where(cells_where, &grain, [1, 2], EPOCH, filter))
        } else {
            let cells = self.cells;
            format!(
                "{cells} where grain = {grain} and {cells_where} and start >= $1 and start < $2 and {filter} and"
            )
        };
        format!("select start from {counted} ({holds}) group by start order by start desc limit $3")
    }

    /// What each event did to the selection: `event`, its position; of the row that it made or changed `at`, `k1` and
    /// `k2`; and `share`, what that row adds after it less what it added before. They are found in the order of the log,
    /// so that whoever takes a few in that order reads no more than these.
    pub(crate) fn by_event(&self, wanted: &Events<'_>) -> String {
        let Events { after, until, from, to, rows_where, share, key: [k1, k2] } = wanted;
        let within = |at: &str| format!("(case when {at} >= {from} and {at} < {to} then 1 else 0 end) <> 0");
        // Names without a table are those of the nearest select, so one text serves the version and the one before.
        let share = format!("cast(case when {rows_where} then {share} else 0 end as bigint)");
        match self.past.rows {
            PastRows::Fixed { position } => {
                let Self { rows, rows_at: at, .. } = self;
                format!(
                    "select {position} as event, {at} as at, {k1} as k1, {k2} as k2, {share} as share from {rows} \
                     where {position} > {after} and {position} <= {until} and {}",
                    within(at)
                )
            }
            PastRows::Versions { versions, key, facts, at } => {
                let joined = same(key, |column| format!("f.of_{column} = v.{column} + 0"));
                let before = same(key, |column| format!("w.{column} = v.{column}"));
                format!(
                    "select v.position as event, {at} as at, {k1} as k1, {k2} as k2, {share} - coalesce(( \
                     select {share} from {versions} as w where w.position = v.previous and {before}), 0) as share \
                     from {versions} as v cross join ({facts}) as f \
                     where v.position > {after} and v.position <= {until} and {joined} and {}",
                    within(at)
                )
            }
        }
    }
}
