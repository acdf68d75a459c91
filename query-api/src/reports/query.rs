//! What every report can be asked for.

/// Makes the struct of a report's parameters: its own, and those that all reports have.
macro_rules! report_query {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct $name {
            /// What happened from this instant on, or from the local midnight of this date. Absent: from the beginning;
            /// absent together with `to`: today.
            #[param(value_type = Option<String>, example = "2026-11-01")]
            from: Option<crate::period::Moment>,
            /// What happened before this instant, or before the local midnight of this date. Absent: until the end of
            /// today.
            #[param(value_type = Option<String>, example = "2026-12-01")]
            to: Option<crate::period::Moment>,
            $($(#[$field_meta])* $field: $type,)*
            /// Wait until the figures reflect this position, at most 5 seconds.
            #[param(value_type = Option<u64>)]
            min_position: Option<events_schema::Position>,
        }

        impl $name {
            /// What this report is asked for as every report is.
            fn common(&self) -> crate::reports::query::Common {
                crate::reports::query::Common { from: self.from, to: self.to, min_position: self.min_position }
            }
        }
    };
}
pub(crate) use report_query;

use events_schema::{Position, Timestamp};
use serde::Serialize;

use crate::answer::{Answer, Report};
use crate::period::{self, Moment};
use crate::problem::Problem;
use crate::range::Range;
use crate::read_models::Reading;
use crate::snapshot::Snapshot;

/// What every report is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Common {
    pub(crate) from: Option<Moment>,
    pub(crate) to: Option<Moment>,
    pub(crate) min_position: Option<Position>,
}

impl Common {
    /// Answers with the report called `name`, whose figures `read` reads over the range that is asked for.
    pub(crate) async fn answer<T: Serialize, E: Into<Problem>>(
        self,
        reading: &Reading,
        name: &'static str,
        read: impl AsyncFnOnce(&mut Snapshot, Range) -> Result<T, E>,
    ) -> Result<Answer<Report<T>>, Problem> {
        let mut snapshot = reading.at_least(self.min_position).await?;
        let range = period::of_report(self.from, self.to, Timestamp::now(), &snapshot.calendar)?;
        let figures = read(&mut snapshot, range).await.map_err(Into::into)?;
        Ok(Report::answer(name, range, snapshot, figures))
    }
}
