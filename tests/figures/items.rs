//! What a figure is made of adds up to it.

use axum::http::StatusCode;
use serde_json::Value;

use super::asking;
use super::ledger::Ledger;
use super::properties::fen;
use super::ranges::Asked;
use crate::naive::dice::Dice;

/// Figures of one report that are taken apart.
const FIGURES: usize = 6;
/// Items of a page: few, so that there are many pages.
const LIMITS: [usize; 3] = [1, 7, 500];

/// Takes some figures of `report`, an answer, apart.
pub(crate) async fn add_up(
    ledger: &Ledger,
    name: &str,
    asked: Asked,
    filters: &[(&str, String)],
    report: &Value,
    dice: &mut Dice,
) {
    let figures = query_api::items::leaves(report);
    for _ in 0..FIGURES.min(figures.len()) {
        let (path, value) = &figures[dice.index(figures.len())];
        let whole = asking::items(ledger, name, asked, filters, path, dice.of(&LIMITS)).await;
        match whole.ratio {
            None => assert_eq!(whole.sum, *value, "{name} {filters:?} over {asked:?}: {path}"),
            Some(ratio) => {
                assert_eq!(ratio["value"], *value, "{name} {filters:?} over {asked:?}: {path}");
                for part in ["numerator", "denominator"] {
                    let figure = ratio[part]["figure"].as_str().unwrap();
                    let items = asking::items(ledger, name, asked, filters, figure, 500).await;
                    assert_eq!(items.sum, ratio[part]["sum"], "{name} {filters:?} over {asked:?}: {figure}");
                }
            }
        }
    }
}

/// All items of a figure.
pub(crate) struct Items {
    /// What the answer says they add up to; they do.
    pub(crate) sum: Value,
    /// The parts of a ratio.
    pub(crate) ratio: Option<Value>,
}

/// All items of a figure, page by page.
pub(crate) async fn items(ledger: &Ledger, path: &str, limit: usize) -> Items {
    let (mut sum, mut cursor, mut last) = (0, String::new(), None::<jiff::Timestamp>);
    loop {
        let (status, mut page) = ledger.get(&format!("{path}{cursor}")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        if page["sum"].is_null() {
            assert_eq!(page["items"], Value::Array(vec![]), "{path}");
            return Items { sum: Value::Null, ratio: Some(page["ratio"].take()) };
        }
        for item in page["items"].as_array().unwrap() {
            let share = number(&item["share"]);
            assert_ne!(share, 0, "{path}: {item}");
            sum += share;
            let at: jiff::Timestamp = item["at"].as_str().unwrap().parse().unwrap();
            assert!(last.is_none_or(|last| at <= last), "{path}: {item} comes late");
            last = Some(at);
        }
        let Some(next) = page["next_cursor"].as_str() else {
            assert_eq!(sum, number(&page["sum"]), "{path}: the items add up to something else");
            return Items { sum: page["sum"].take(), ratio: None };
        };
        assert_eq!(page["items"].as_array().unwrap().len(), limit, "{path}: only the last page is short");
        cursor = format!("&cursor={next}");
    }
}

fn number(figure: &Value) -> i64 {
    figure.as_i64().unwrap_or_else(|| fen(figure))
}
