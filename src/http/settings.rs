//! Settings: read and replaced as a whole, recorded like everything else.

/// How the big screen looks.
mod screen;
pub(super) use screen::*;

/// What accounts are called.
mod accounts;
pub(super) use accounts::*;

/// Who is told what.
mod notifications;
pub(super) use notifications::*;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use events_schema::command::Action;
use events_schema::recorded::ledger::{SETTLEMENT_DAYS_MAX, SettlementSettings, WithdrawalSettings};
use events_schema::terms::WithdrawalMethod;
use events_schema::{Id, Money, Position};
use ledger_core::writer::WriterHandle;
use query_api::auth::Caller;
use query_api::extract::{JsonBodyProblems, ValidJson};
use query_api::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::IdempotencyHeader;
use super::idempotency::Idempotency;
use super::{decide, position_header, unavailable};

/// Suppliers that may have a rule of their own.
const SUPPLIERS_MAX: usize = 5_000;

/// When suppliers are settled (结算规则): N days after completion.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettlementRule {
    /// N of suppliers without one of their own, 0 to 36,500.
    #[schema(maximum = 36_500)]
    default_days: u32,
    /// N of suppliers of their own, by supplier id.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u32>)]
    suppliers: BTreeMap<Id, u32>,
}

/// How distributors and members may withdraw (提现配置).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawalRules {
    /// The methods that are allowed: `bank_card`, `alipay`, `wechat`.
    #[schema(value_type = Vec<String>)]
    methods: Vec<WithdrawalMethod>,
    /// The smallest amount of one withdrawal; null: none.
    #[schema(value_type = Option<String>)]
    minimum_amount: Option<Money>,
    /// Requests of one payee in a calendar month that were not rejected; null: any number.
    monthly_limit: Option<u32>,
    /// Whether an approval hands the withdrawal to the payout gateway.
    #[serde(default)]
    automatic_transfer: bool,
}

/// The settlement rule as it stands.
#[utoipa::path(
    get,
    path = "/v1/settings/settlement",
    tag = "settings",
    responses(
        (status = 200, description = "The rule", body = SettlementRule),
    )
)]
pub(crate) async fn get_settlement(State(writer): State<WriterHandle>) -> Result<Response, Problem> {
    let (settings, position) = writer.settings().await.map_err(|why| unavailable(&why))?;
    let SettlementSettings { default_days, suppliers } = settings.settlement;
    Ok(answer(position, SettlementRule { default_days, suppliers }))
}

/// Replaces the settlement rule. It counts for orders that are completed from now on.
#[utoipa::path(
    put,
    path = "/v1/settings/settlement",
    tag = "settings",
    params(IdempotencyHeader),
    request_body(content = SettlementRule, example = json!({"default_days": 1, "suppliers": {"S1": 3}})),
    responses(
        (status = 200, description = "The rule as it stands now", body = SettlementRule),
        (status = 409, description = "`id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn put_settlement(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidJson(rule): ValidJson<SettlementRule>,
) -> Result<Response, Problem> {
    let SettlementRule { default_days, suppliers } = rule;
    if default_days > SETTLEMENT_DAYS_MAX {
        return Err(Problem::invalid_body("default_days", "default_days: expected 0 to 36500 days"));
    }
    if suppliers.len() > SUPPLIERS_MAX {
        return Err(Problem::invalid_body("suppliers", "suppliers: expected at most 5000"));
    }
    if let Some((supplier, _)) = suppliers.iter().find(|(_, days)| **days > SETTLEMENT_DAYS_MAX) {
        let field = format!("suppliers.{supplier}");
        let detail = format!("{field}: expected 0 to 36500 days");
        return Err(Problem::invalid_body(&field, detail));
    }
    let new = SettlementSettings { default_days, suppliers };
    let done = decide(&writer, caller, idempotency, Action::ChangeSettlementSettings(new.clone())).await?;
    Ok(answer(done.position, SettlementRule { default_days, suppliers: new.suppliers }))
}

/// The withdrawal settings as they stand.
#[utoipa::path(
    get,
    path = "/v1/settings/withdrawals",
    tag = "settings",
    responses(
        (status = 200, description = "The settings", body = WithdrawalRules),
    )
)]
pub(crate) async fn get_withdrawals(State(writer): State<WriterHandle>) -> Result<Response, Problem> {
    let (settings, position) = writer.settings().await.map_err(|why| unavailable(&why))?;
    Ok(answer(position, WithdrawalRules::from(settings.withdrawals)))
}

/// Replaces the withdrawal settings. They count for requests from now on.
#[utoipa::path(
    put,
    path = "/v1/settings/withdrawals",
    tag = "settings",
    params(IdempotencyHeader),
    request_body(content = WithdrawalRules, example = json!({"methods": ["bank_card", "alipay", "wechat"], "minimum_amount": "10.00", "monthly_limit": 3, "automatic_transfer": false})),
    responses(
        (status = 200, description = "The settings as they stand now", body = WithdrawalRules),
        (status = 409, description = "`id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn put_withdrawals(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidJson(rules): ValidJson<WithdrawalRules>,
) -> Result<Response, Problem> {
    let mut methods = rules.methods;
    methods.sort_unstable();
    methods.dedup();
    let new = WithdrawalSettings {
        methods,
        minimum_amount: rules.minimum_amount,
        monthly_limit: rules.monthly_limit,
        automatic_transfer: rules.automatic_transfer,
    };
    let done = decide(&writer, caller, idempotency, Action::ChangeWithdrawalSettings(new.clone())).await?;
    Ok(answer(done.position, WithdrawalRules::from(new)))
}

impl From<WithdrawalSettings> for WithdrawalRules {
    fn from(settings: WithdrawalSettings) -> Self {
        let WithdrawalSettings { methods, minimum_amount, monthly_limit, automatic_transfer } = settings;
        Self { methods, minimum_amount, monthly_limit, automatic_transfer }
    }
}

fn answer(position: Position, body: impl Serialize) -> Response {
    (position_header(position), Json(body)).into_response()
}
