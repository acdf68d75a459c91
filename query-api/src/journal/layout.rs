//! How the lines of the journal are shown: as they stand, or as those of vouchers (记账凭证).

use std::iter;

use events_schema::Calendar;
use events_schema::terms::{Account, JournalKind, VoucherAccount};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::database::{DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, Lang};
use crate::figure::Amount;
use crate::journal::accounts::{CREDIT, DEBIT};
use crate::journal::chart::{CODE, Chart, NAME, NUMBER};
use crate::journal::entry::{DATE, KIND, ORDER_NO, POSITION, SOURCE_ID, entry_cells};
use crate::row;

/// How lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// As they stand in the journal. A file has all that is known of their entries.
    #[default]
    Lines,
    /// As those of vouchers: what lies below zero in the funds of suppliers and distributors stands on a line of its own,
    /// on `supplier_receivable` or `distributor_receivable`. A file has the columns that programs for bookkeeping take, a
    /// row a line, without a title, the oldest voucher first; its number is the position of the entry.
    Voucher,
}

/// What an entry moves on one account, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posting {
    pub(super) account: VoucherAccount,
    /// A debit is over zero, a credit below.
    amount: i64,
}

/// The word before the number of every voucher (凭证字): general vouchers.
const WORD: Label = Label::new("记", "JV");
const JOURNAL: Document = Document { name: "journal", title: Label::new("会计分录", "Journal") };
const VOUCHERS: Document = Document { name: "vouchers", title: Label::new("记账凭证", "Vouchers") };
const JOURNAL_COLUMNS: &[Column] =
    &[POSITION, DATE, KIND, SOURCE_ID, ORDER_NO, CODE, NUMBER, NAME, DEBIT, CREDIT];
const VOUCHER_COLUMNS: &[Column] = &[
    Column::text("date", "日期", "Date"),
    Column::text("voucher_word", "凭证字", "Voucher word"),
    Column::count("voucher_no", "凭证号", "Voucher no."),
    Column::text("summary", "摘要", "Summary"),
    NUMBER,
    NAME,
    DEBIT,
    CREDIT,
];

impl Posting {
    /// 借方
    pub(super) fn debit(self) -> Amount {
        Amount::minor(self.amount.max(0))
    }

    /// 贷方
    pub(super) fn credit(self) -> Amount {
        Amount::minor((-self.amount).max(0))
    }
}

impl Layout {
    pub(super) const fn document(self) -> &'static Document {
        match self {
            Self::Lines => &JOURNAL,
            Self::Voucher => &VOUCHERS,
        }
    }

    pub(super) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Lines => JOURNAL_COLUMNS,
            Self::Voucher => VOUCHER_COLUMNS,
        }
    }

    /// Whether a file begins with its title. Programs for bookkeeping want the headings first.
    pub(super) const fn has_title(self) -> bool {
        matches!(self, Self::Lines)
    }

    /// In which order of the log a file has its entries.
    pub(super) const fn order(self) -> &'static str {
        match self {
            Self::Lines => "desc",
            Self::Voucher => "asc",
        }
    }

    /// What the line of this row is shown as: one posting, or two where a part of it is below zero.
    pub(super) fn postings(self, row: &Row) -> Result<impl Iterator<Item = Posting> + use<>, DatabaseError> {
        let (account, amount): (Account, i64) = (row::account(row, "account")?, row.get("amount")?);
        let receivable = match self {
            Self::Lines => None,
            Self::Voucher => VoucherAccount::below_zero(account),
        };
        let below_zero = if receivable.is_some() { row.get("below_zero")? } else { 0 };
        let own = Posting { account: VoucherAccount::Journal(account), amount: amount - below_zero };
        let other = receivable.map(|account| Posting { account, amount: below_zero });
        Ok(iter::once(own).chain(other).filter(|posting| posting.amount != 0))
    }
}

/// What is needed to write the lines of the journal into a file.
pub(super) struct File {
    pub(super) layout: Layout,
    pub(super) lang: Lang,
    pub(super) chart: Chart,
    pub(super) calendar: Calendar,
}

impl File {
    /// Writes a posting of the line of this row.
    pub(super) fn cells(&self, row: &Row, posting: Posting, cells: &mut Cells) -> Result<(), DatabaseError> {
        let Self { layout, lang, chart, calendar } = self;
        let cells = match layout {
            Layout::Lines => {
                entry_cells(row, cells)?;
                chart.coded_cells(posting.account, *lang, cells)
            }
            Layout::Voucher => {
                let date = row::instant(row, "date")?.map(|date| calendar.date(date).to_string());
                cells.text(date.as_deref()).label(WORD).count(row.get::<i64>("position")?);
                chart.cells(posting.account, *lang, cells.text(summary(row, *lang)?.as_str()))
            }
        };
        cells.amount(posting.debit()).amount(posting.credit());
        Ok(())
    }
}

/// What happened, in words, and to what: the number of an order, or else an id.
fn summary(row: &Row, lang: Lang) -> Result<String, DatabaseError> {
    let kind: JournalKind = row::word(row, "kind")?;
    let number: Option<&str> = row.get("order_no")?;
    let of = number.map_or_else(|| row.get("source_id"), Ok)?;
    Ok(format!("{} {of}", Label::new(kind.zh(), kind.en()).of(lang)))
}
