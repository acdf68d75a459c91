//! What accounts are called in the customer's own chart of accounts (科目设置).

use std::collections::BTreeMap;

use events_schema::recorded::ledger::ChartAccount;
use events_schema::terms::{Term, VoucherAccount};

use crate::database::{DatabaseError, Sql};
use crate::export::{Cells, Column, Lang};
use crate::row;
use crate::snapshot::Snapshot;

/// The numbers and names of accounts as they were set at some position: those of the past are told with the names of
/// the past, so that the same question has the same answer for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chart(BTreeMap<VoucherAccount, ChartAccount>);

/// What was set last, up to the position `$1`.
const SET: &str = "select accounts from account_settings where position <= $1 order by position desc limit 1";

impl Chart {
    /// The chart as it stands in `snapshot`.
    pub(crate) async fn read(snapshot: &mut Snapshot) -> Result<Self, DatabaseError> {
        let position = snapshot.position.as_i64();
        match snapshot.fetch_optional(Sql::new(SET).with(position)).await? {
            Some(row) => Ok(Self(row::object(&row, "accounts")?)),
            None => Ok(Self::default()),
        }
    }

    /// The number of an account (科目编号).
    pub(crate) fn number(&self, account: impl Into<VoucherAccount>) -> &str {
        let account = account.into();
        self.0.get(&account).map_or(account.chart_number(), |set| &set.number)
    }

    /// The name of an account (科目名称): as it was set, else in this language.
    pub(crate) fn name(&self, account: impl Into<VoucherAccount>, lang: Lang) -> &str {
        let account = account.into();
        let built_in = match lang {
            Lang::Zh => account.zh(),
            Lang::En => account.en(),
        };
        self.0.get(&account).map_or(built_in, |set| &set.name)
    }

    /// Writes number and name of an account into a file in this language.
    pub(crate) fn cells<'c>(
        &self,
        account: impl Into<VoucherAccount>,
        lang: Lang,
        cells: &'c mut Cells,
    ) -> &'c mut Cells {
        let account = account.into();
        cells.text(self.number(account)).text(self.name(account, lang))
    }

    /// Writes the code of an account as well.
    pub(crate) fn coded_cells<'c>(
        &self,
        account: impl Into<VoucherAccount>,
        lang: Lang,
        cells: &'c mut Cells,
    ) -> &'c mut Cells {
        let account = account.into();
        self.cells(account, lang, cells.text(account.as_str()))
    }
}

pub(super) const CODE: Column = Column::text("code", "内部科目", "Account");
pub(super) const NUMBER: Column = Column::text("number", "科目编号", "Account number");
pub(super) const NAME: Column = Column::text("name", "科目名称", "Account name");
