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
            /// As it stood then: after the event at this position and all that was decided with it, or as recorded by
            /// this instant (RFC 3339, with its offset). `from` and `to` are about when things happened, as always;
            /// without both, today is the day on which that was recorded. The answer's `position` says what was meant.
            #[param(value_type = Option<String>, example = "1204")]
            as_of: Option<crate::as_of::AsOf>,
            /// As JSON, or as a file.
            #[serde(default)]
            #[param(inline, value_type = Option<crate::export::Format>)]
            format: crate::export::Format,
            /// The language of headings and words in a file.
            #[serde(default)]
            #[param(inline, value_type = Option<crate::export::Lang>)]
            lang: crate::export::Lang,
            /// Wait until the figures reflect this position, at most 5 seconds.
            #[param(value_type = Option<u64>)]
            min_position: Option<events_schema::Position>,
        }

        impl $name {
            /// What this report is asked for as every report is.
            fn common(&self) -> crate::reports::query::Common {
                crate::reports::query::Common {
                    from: self.from,
                    to: self.to,
                    as_of: self.as_of,
                    format: self.format,
                    lang: self.lang,
                    min_position: self.min_position,
                }
            }
        }
    };
}
pub(crate) use report_query;

use axum::response::{IntoResponse, Response};
use events_schema::{Calendar, Position, Timestamp};
use serde::Serialize;

use crate::answer::Report;
use crate::as_of::AsOf;
use crate::export::{Document, Export, Format, Lang, Stopped, Writer};
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
    pub(crate) as_of: Option<AsOf>,
    pub(crate) format: Format,
    pub(crate) lang: Lang,
    pub(crate) min_position: Option<Position>,
}

/// The figures of a report.
pub(crate) trait Figures: Serialize + Send + Sync + 'static {
    /// The report as a file; its name is that of the report.
    const DOCUMENT: Document;

    /// Writes the figures into a file, table by table.
    fn write(&self, file: &mut Writer) -> impl Future<Output = Result<(), Stopped>> + Send;
}

impl Common {
    /// Answers with the report whose figures `read` reads over the range that is asked for.
    pub(crate) async fn answer<T: Figures, E: Into<Problem>>(
        self,
        reading: &Reading,
        read: impl AsyncFnOnce(&mut Snapshot, Range) -> Result<T, E>,
    ) -> Result<Response, Problem> {
        self.answer_over(reading, period::of_report, read).await
    }

    /// The same, where `range` says which range `from` and `to` mean.
    pub(crate) async fn answer_over<T: Figures, E: Into<Problem>>(
        self,
        reading: &Reading,
        range: impl FnOnce(Option<Moment>, Option<Moment>, Timestamp, &Calendar) -> Result<Range, Problem>,
        read: impl AsyncFnOnce(&mut Snapshot, Range) -> Result<T, E>,
    ) -> Result<Response, Problem> {
        let document = const { &T::DOCUMENT };
        let (mut snapshot, today) = reading.as_of(self.as_of, self.min_position).await?;
        let range = range(self.from, self.to, today, &snapshot.calendar)?;
        let figures = read(&mut snapshot, range).await.map_err(Into::into)?;
        let Some(format) = self.format.file() else {
            return Ok(Report::answer(document.name, range, snapshot, figures).into_response());
        };
        let export = Export::new(document, format, self.lang, range, &snapshot);
        drop(snapshot);
        let write = async move |mut file: Writer| {
            figures.write(&mut file).await?;
            Ok(file.finish().await?)
        };
        export.answer(write).await
    }
}
