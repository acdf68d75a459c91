//! The numbers and names of accounts, as they were set (科目设置).

use events_schema::{EntityKind, Event, Recorded};
use ledger_core::entities::Step;

use super::Projection;
use crate::change::{Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each time that they were set, by the position of the event.
pub(crate) static ROWS: RowTable =
    RowTable { name: "account_settings", key: &["position"], facts: &["accounts"], state: &[], seldom: 0 };

/// What was set.
#[derive(Clone, Copy, Debug)]
pub struct AccountSettings;

impl Projection for AccountSettings {
    const NAME: &'static str = "account settings";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Ledger];

    fn changes(
        _: &Step<'_>,
        recorded: &Recorded,
        _: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        if let Event::AccountSettingsChanged(new) = &recorded.event {
            let accounts = serde_json::to_string(&new.accounts).expect("texts by codes are JSON");
            out.insert(&ROWS, Key::Number(recorded.position.as_i64()), [Value::from(accounts.as_str())], []);
        }
        Ok(())
    }
}
