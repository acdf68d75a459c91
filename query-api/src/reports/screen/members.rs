//! New members (会员趋势), step by step.

use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

use crate::database::DatabaseError;
use crate::export::{Column, Stopped, Table, Writer};
use crate::figure::LocalTime;
use crate::pieces::{Figure, Past, PastRows, Source};
use crate::problem::Problem;
use crate::range::{Grains, Range};
use crate::reports::split::Totals;
use crate::reports::steps::{Step, StepSelect, Steps};
use crate::snapshot::Snapshot;

/// The new members of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembersPoint {
    /// When the step begins, in local time.
    pub at: LocalTime,
    /// 会员新增: members that registered in it.
    pub registered: i64,
}

/// The steps over `range`, from the first member on.
pub(super) async fn steps(snapshot: &mut Snapshot, range: Range, step: Step) -> Result<Steps, Problem> {
    Steps::over(snapshot, range, step, &SELECT).await
}

/// The new members of these steps.
pub(super) async fn points(
    snapshot: &mut Snapshot,
    steps: &Steps,
) -> Result<Vec<MembersPoint>, DatabaseError> {
    let points = steps.read(snapshot, &SELECT, None).await?;
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
