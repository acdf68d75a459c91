//! Who is told what, and how (消息通知, domain.md §10).

use axum::extract::State;
use axum::response::Response;
use events_schema::Text;
use events_schema::command::Action;
use events_schema::recorded::Personal;
use events_schema::recorded::ledger::{
    AdministratorChannels, Notification, NotificationSettings, PayeeChannels, RECIPIENTS_MAX,
};
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

/// Facts of every withdrawal that a template can name.
const PLACEHOLDERS: [&str; 4] = ["withdrawal_id", "payee", "amount", "method"];

/// Who is told what, and how.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "these are the names of the events")]
pub(crate) struct Notifications {
    /// A withdrawal was requested: told to administrators, who are the recipients.
    withdrawal_requested: ToAdministrators,
    /// A withdrawal was rejected: told to its payee.
    withdrawal_rejected: ToPayee,
    /// A withdrawal was paid: told to its payee.
    withdrawal_paid: ToPayee,
}

/// The channels by which administrators are told something.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToAdministrators {
    /// 短信
    sms: Told,
    /// 邮件
    email: Told,
    /// 企业微信
    wecom: Told,
}

/// The channels by which a payee is told something.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToPayee {
    /// 短信
    sms: Told,
    /// 邮件
    email: Told,
}

/// One event, told by one channel.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    /// Whether it is sent.
    on: bool,
    /// Phones, e-mail addresses or WeCom users, at most 20. What is told to a payee goes to them besides.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20)]
    recipients: Vec<Text>,
    /// The text. Names in braces are replaced: `{withdrawal_id}`, `{payee}`, `{amount}`, `{method}`; `{reason}` of one
    /// that was rejected, `{reference}` of one that was paid.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    template: Text,
}

/// Who is told what, as it stands.
#[utoipa::path(
    get,
    path = "/v1/settings/notifications",
    tag = "settings",
    responses(
        (status = 200, description = "The settings", body = Notifications),
    )
)]
pub(crate) async fn get_notifications(State(writer): State<WriterHandle>) -> Result<Response, Problem> {
    let (settings, position) = writer.settings().await.map_err(|why| unavailable(&why))?;
    Ok(answer(position, Notifications::from(settings.notifications)))
}

/// Replaces who is told what. It counts for what happens from now on.
#[utoipa::path(
    put,
    path = "/v1/settings/notifications",
    tag = "settings",
    params(IdempotencyHeader),
    request_body = Notifications,
    responses(
        (status = 200, description = "The settings as they stand now", body = Notifications),
        (status = 409, description = "`id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn put_notifications(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidJson(new): ValidJson<Notifications>,
) -> Result<Response, Problem> {
    let new = NotificationSettings::from(new);
    for (name, notification) in new.each() {
        check(name, notification)?;
    }
    let action = Action::ChangeNotificationSettings(Box::new(new.clone()));
    let done = decide(&writer, caller, idempotency, action).await?;
    Ok(answer(done.position, Notifications::from(new)))
}

/// Refuses what cannot be sent.
fn check(name: &str, notification: &Notification) -> Result<(), Problem> {
    let refuse = |member: &str, detail: &str| {
        let field = format!("{name}.{member}");
        Err(Problem::invalid_body(&field, format!("{field}: {detail}")))
    };
    let recipients = notification.recipients.len();
    if recipients > RECIPIENTS_MAX {
        return refuse("recipients", &format!("expected at most {RECIPIENTS_MAX}"));
    }
    let to_administrators = name.starts_with("withdrawal_requested.");
    if notification.on && to_administrators && recipients == 0 {
        return refuse("recipients", "nobody would be told: name somebody, or set it off");
    }
    let own = match name.split('.').next() {
        Some("withdrawal_rejected") => Some("reason"),
        Some("withdrawal_paid") => Some("reference"),
        Some(_) | None => None,
    };
    match unknown_placeholder(&notification.template, own) {
        Some(unknown) => refuse("template", &format!("{unknown} names nothing that can be told here")),
        None => Ok(()),
    }
}

/// The first pair of braces in `template` that names nothing; `own` may be named besides what every withdrawal has.
fn unknown_placeholder<'a>(template: &'a str, own: Option<&str>) -> Option<&'a str> {
    let mut rest = template;
    while let Some(start) = rest.find(['{', '}']) {
        let braces = &rest[start..];
        let Some(end) = braces.find('}').filter(|_| braces.starts_with('{')) else { return Some(braces) };
        let name = &braces[1..end];
        if !PLACEHOLDERS.contains(&name) && own != Some(name) {
            return Some(&braces[..=end]);
        }
        rest = &braces[end + 1..];
    }
    None
}

impl From<NotificationSettings> for Notifications {
    fn from(settings: NotificationSettings) -> Self {
        let AdministratorChannels { sms, email, wecom } = settings.withdrawal_requested;
        let to_payee = |PayeeChannels { sms, email }| ToPayee { sms: told(sms), email: told(email) };
        Self {
            withdrawal_requested: ToAdministrators { sms: told(sms), email: told(email), wecom: told(wecom) },
            withdrawal_rejected: to_payee(settings.withdrawal_rejected),
            withdrawal_paid: to_payee(settings.withdrawal_paid),
        }
    }
}

fn told(notification: Notification) -> Told {
    let Notification { on, recipients, template } = notification;
    // One that was erased is not shown.
    let recipients = recipients.iter().filter_map(|recipient| recipient.text()?.parse().ok()).collect();
    Told { on, recipients, template }
}

impl From<Notifications> for NotificationSettings {
    fn from(new: Notifications) -> Self {
        let ToAdministrators { sms, email, wecom } = new.withdrawal_requested;
        let to_payee = |ToPayee { sms, email }| PayeeChannels { sms: recorded(sms), email: recorded(email) };
        Self {
            withdrawal_requested: AdministratorChannels {
                sms: recorded(sms),
                email: recorded(email),
                wecom: recorded(wecom),
            },
            withdrawal_rejected: to_payee(new.withdrawal_rejected),
            withdrawal_paid: to_payee(new.withdrawal_paid),
        }
    }
}

fn recorded(told: Told) -> Notification {
    let Told { on, recipients, template } = told;
    Notification { on, recipients: recipients.into_iter().map(Personal::from).collect(), template }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_only_what_there_is() {
        for right in ["", "plain", "{payee}{amount}", "单号 {withdrawal_id}：{reason}"] {
            assert_eq!(unknown_placeholder(right, Some("reason")), None, "{right}");
        }
        for (wrong, named) in [
            ("{reason}", "{reason}"),
            ("{payee} {}", "{}"),
            ("{payee", "{payee"),
            ("payee}", "}"),
            ("{a{payee}", "{a{payee}"),
        ] {
            assert_eq!(unknown_placeholder(wrong, None), Some(named), "{wrong}");
        }
    }

    #[test]
    fn the_defaults_are_settings_that_can_be_set() {
        let defaults = NotificationSettings::default();
        for (name, notification) in defaults.each() {
            assert!(check(name, notification).is_ok() && !notification.on, "{name}");
        }
        assert_eq!(NotificationSettings::from(Notifications::from(defaults.clone())), defaults);
    }
}
