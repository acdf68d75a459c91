//! What accounts are called in the customer's own chart of accounts (科目设置).

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use events_schema::command::Action;
use events_schema::recorded::ledger::{AccountSettings, ChartAccount};
use events_schema::terms::{Term, VoucherAccount};
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

/// Characters of a number, at most.
const NUMBER_MAX: usize = 32;
/// Characters of a name, at most.
const NAME_MAX: usize = 64;

/// The number and name of each account, by its code: the accounts of the journal, and `supplier_receivable` and
/// `distributor_receivable`, on which vouchers show funds below zero (其他应收款).
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = BTreeMap<String, Charted>, example = json!({"prepayments": {"number": "2203", "name": "预收账款"}}))]
pub(crate) struct ChartOfAccounts(BTreeMap<VoucherAccount, Charted>);

/// The numbers and names of some accounts, by their codes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = BTreeMap<String, Charted>)]
pub(crate) struct NewChart(BTreeMap<String, Charted>);

/// What an account is called.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Charted {
    /// Its number (科目编号): digits, in groups with dots between them, 1 to 32 characters.
    #[schema(pattern = r"^[0-9]+(\.[0-9]+)*$", min_length = 1, max_length = 32, example = "2203")]
    number: String,
    /// Its name (科目名称): 1 to 64 characters, none of them a control character.
    #[schema(min_length = 1, max_length = 64, example = "预收账款")]
    name: String,
}

/// The numbers and names of all accounts as they stand.
#[utoipa::path(
    get,
    path = "/v1/settings/accounts",
    tag = "settings",
    responses(
        (status = 200, description = "Every account", body = ChartOfAccounts),
    )
)]
pub(crate) async fn get_accounts(State(writer): State<WriterHandle>) -> Result<Response, Problem> {
    let (settings, position) = writer.settings().await.map_err(|why| unavailable(&why))?;
    Ok(answer(position, ChartOfAccounts::from(settings.accounts)))
}

/// Replaces the numbers and names of accounts: those that it does not name have the built-in ones again. What is exported
/// from now on has them; what stood before is told as of then with those of then.
#[utoipa::path(
    put,
    path = "/v1/settings/accounts",
    tag = "settings",
    params(IdempotencyHeader),
    request_body(content = NewChart, example = json!({"prepayments": {"number": "2205", "name": "合同负债"}})),
    responses(
        (status = 200, description = "Every account, as it stands now", body = ChartOfAccounts),
        (status = 409, description = "`id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn put_accounts(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidJson(NewChart(new)): ValidJson<NewChart>,
) -> Result<Response, Problem> {
    let accounts = new.into_iter().map(|(code, charted)| checked(&code, &charted));
    let new = AccountSettings { accounts: accounts.collect::<Result<_, _>>()? };
    let done = decide(&writer, caller, idempotency, Action::ChangeAccountSettings(new.clone())).await?;
    Ok(answer(done.position, ChartOfAccounts::from(new)))
}

/// Refuses what no chart of accounts has.
fn checked(code: &str, charted: &Charted) -> Result<(VoucherAccount, ChartAccount), Problem> {
    let refused =
        |field: &str, detail: &str| Problem::invalid_body(field, format!("{field}: expected {detail}"));
    let member = |member: &str, detail: &str| refused(&format!("{code}.{member}"), detail);
    let Charted { number, name } = charted;
    let account = VoucherAccount::from_name(code).ok_or_else(|| refused(code, "the code of an account"))?;
    let is_number = number.len() <= NUMBER_MAX
        && number
            .split('.')
            .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let number = number.parse().ok().filter(|_| is_number);
    let number = number.ok_or_else(|| {
        member("number", &format!("1 to {NUMBER_MAX} digits, with single dots between some of them"))
    })?;
    let name = name.parse().ok().filter(|_| name.chars().count() <= NAME_MAX);
    let name = name.ok_or_else(|| {
        member("name", &format!("1 to {NAME_MAX} characters, none of them a control character"))
    })?;
    Ok((account, ChartAccount { number, name }))
}

impl From<AccountSettings> for ChartOfAccounts {
    fn from(mut settings: AccountSettings) -> Self {
        let charted = |account: &VoucherAccount| {
            let set = settings.accounts.remove(account);
            let charted = match set {
                Some(ChartAccount { number, name }) => {
                    Charted { number: number.to_string(), name: name.to_string() }
                }
                None => Charted { number: account.chart_number().to_owned(), name: account.zh().to_owned() },
            };
            (*account, charted)
        };
        Self(VoucherAccount::ALL.iter().map(charted).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(code: &str, number: &str, name: &str) -> Option<String> {
        let charted = Charted { number: number.to_owned(), name: name.to_owned() };
        let problem = checked(code, &charted).err()?;
        assert_eq!(problem.code(), "invalid_body");
        Some(serde_json::to_value(problem.document()).unwrap()["field"].as_str().unwrap().to_owned())
    }

    #[test]
    fn numbers_are_digits_in_groups() {
        for right in ["1", "2205", "1122.01", "6401.01.003", &"1".repeat(32)] {
            assert_eq!(field("revenue", right, "x"), None, "{right}");
        }
        for wrong in ["", ".", "1.", ".1", "1..2", "1122-01", "１", " 1", &"1".repeat(33)] {
            assert_eq!(field("revenue", wrong, "x").as_deref(), Some("revenue.number"), "{wrong}");
        }
    }

    #[test]
    fn names_are_short_texts() {
        let [longest, too_long] = [64, 65].map(|length| "科".repeat(length));
        assert_eq!(field("cash:pos", "1", &longest), None);
        for wrong in ["", "a\tb", &too_long] {
            assert_eq!(field("cash:pos", "1", wrong).as_deref(), Some("cash:pos.name"), "{wrong}");
        }
        assert_eq!(field("cash:balance", "1", "x").as_deref(), Some("cash:balance"));
    }

    #[test]
    fn the_defaults_are_settings_that_can_be_set() {
        let ChartOfAccounts(all) = AccountSettings::default().into();
        assert!(all.keys().eq(VoucherAccount::ALL));
        for (account, charted) in &all {
            let (read, chart) = checked(account.as_str(), charted).unwrap();
            assert_eq!((read, chart.number.as_str()), (*account, account.chart_number()));
        }
    }
}
