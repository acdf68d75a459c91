//! How the big screen looks (数据大屏).

use axum::extract::State;
use axum::response::Response;
use events_schema::command::Action;
use events_schema::recorded::ledger::{SCREEN_DAYS_MAX, SCREEN_REFRESH_SECONDS_MAX, ScreenSettings};
use events_schema::{Id, Text};
use ledger_core::writer::WriterHandle;
use query_api::auth::Caller;
use query_api::extract::{JsonBodyProblems, ValidJson};
use query_api::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer;
use crate::http::document::IdempotencyHeader;
use crate::http::idempotency::Idempotency;
use crate::http::{decide, unavailable};

/// Where the console shows the big screen.
const PREVIEW_URL: &str = "/screen";

/// How the big screen looks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScreenLook {
    /// What stands above it.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    title: Text,
    /// What its figures cover.
    range: ScreenRange,
    /// The name of its design. The console knows which there are, and shows `default` for others.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9._:-]{1,64}$")]
    template: Id,
    /// After how many seconds it asks again, 1 to 86,400.
    #[schema(minimum = 1, maximum = 86_400)]
    refresh_seconds: u32,
}

/// The range of the big screen.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScreenRange {
    /// The last days, today included, 1 to 366.
    #[schema(minimum = 1, maximum = 366)]
    days: u32,
}

/// How the big screen looks, and where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScreenLook {
    /// What stands above it.
    #[schema(value_type = String)]
    title: Text,
    /// What its figures cover.
    range: ScreenRange,
    /// The name of its design.
    #[schema(value_type = String)]
    template: Id,
    /// After how many seconds it asks again.
    refresh_seconds: u32,
    /// Where the console shows it.
    #[schema(example = "/screen")]
    preview_url: &'static str,
}

/// The settings of the big screen as they stand.
#[utoipa::path(
    get,
    path = "/v1/settings/screen",
    tag = "settings",
    responses(
        (status = 200, description = "The settings", body = ScreenLook),
    )
)]
pub(crate) async fn get_screen(State(writer): State<WriterHandle>) -> Result<Response, Problem> {
    let (settings, position) = writer.settings().await.map_err(|why| unavailable(&why))?;
    Ok(answer(position, ScreenLook::from(settings.screen)))
}

/// Replaces the settings of the big screen.
#[utoipa::path(
    put,
    path = "/v1/settings/screen",
    tag = "settings",
    params(IdempotencyHeader),
    request_body(content = NewScreenLook, example = json!({"title": "数据大屏", "range": {"days": 30}, "template": "default", "refresh_seconds": 10})),
    responses(
        (status = 200, description = "The settings as they stand now", body = ScreenLook),
        (status = 409, description = "`id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn put_screen(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidJson(new): ValidJson<NewScreenLook>,
) -> Result<Response, Problem> {
    let NewScreenLook { title, range: ScreenRange { days: range_days }, template, refresh_seconds } = new;
    for (field, value, max) in [
        ("range.days", range_days, SCREEN_DAYS_MAX),
        ("refresh_seconds", refresh_seconds, SCREEN_REFRESH_SECONDS_MAX),
    ] {
        if !(1..=max).contains(&value) {
            return Err(Problem::invalid_body(field, format!("{field}: expected 1 to {max}")));
        }
    }
    let new = ScreenSettings { title, range_days, template, refresh_seconds };
    let done = decide(&writer, caller, idempotency, Action::ChangeScreenSettings(new.clone())).await?;
    Ok(answer(done.position, ScreenLook::from(new)))
}

impl From<ScreenSettings> for ScreenLook {
    fn from(settings: ScreenSettings) -> Self {
        let ScreenSettings { title, range_days, template, refresh_seconds } = settings;
        let range = ScreenRange { days: range_days };
        Self { title, range, template, refresh_seconds, preview_url: PREVIEW_URL }
    }
}
