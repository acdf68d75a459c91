//! New members (会员趋势), step by step.

use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

use crate::export::{Column, Stopped, Table, Writer};
use crate::figure::LocalTime;
use crate::pieces::{Figure, Past, PastRows, Source};
use crate::problem::Problem;
use crate::range::{Grains, Range};
use crate::reports::split::Totals;
use crate::reports::steps::{Step, StepSelect, Steps, with_beginning};
use crate::snapshot::Snapshot;

/// The new members of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembersPoint {
    /// When the step begins, in local time.
    pub at: LocalTime,
    /// 会员新增: members that registered in it.
    pub registered: i64,
}

/// The new members over `range`.
pub(super) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    step: Step,
) -> Result<Vec<MembersPoint>, Problem> {
    let Some(range) = with_beginning(snapshot, range, step, &SELECT).await? else { return Ok(Vec::new()) };
    let points = Steps::of(range, step, &snapshot.calendar)?.read(snapshot, &SELECT, None).await?;
    let point = |(at, Totals([registered]))| MembersPoint { at, registered };
    Ok(points.into_iter().map(point).collect())
}

/// Writes a table of them.
pub(super) async fn write(points: &[MembersPoint], file: &mut Writer) -> Result<(), Stopped> {
    const COLUMNS: &[Column] =
        &[Column::time("at", "时间", "At"), Column::count("registered", "会员新增", "New members")];
    let mut rows = file.table(&Table::section("会员趋势", "Member trend", COLUMNS)).await?;
    for MembersPoint { at, registered } in points {
        rows.row().await?.time(at.instant()).count(*registered);
    }
    Ok(())
}

/// Where members are kept.
pub(crate) static SOURCE: Source = Source {
    cells: "member_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: "members",
    rows_where: "true",
    rows_at: "registered_at",
    past: Past {
        cells: "member_past",
        grains: Grains::HourToYear,
        key: &["grain", "start"],
        rows: PastRows::Fixed { position: "birth" },
    },
};

static SELECT: LazyLock<StepSelect> =
    LazyLock::new(|| StepSelect::new(&SOURCE, &figures(), |_| "true".to_owned()));

/// What cells have, and what a member adds to it.
pub(crate) fn figures() -> Vec<Figure> {
    vec![Figure::new("members", "1")]
}
