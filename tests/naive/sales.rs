//! What is sold: the data of an order that is placed.

use super::dice::Dice;
use super::lives::{member_id, yuan};

/// Prices before discounts, in fen: round ones, some that no share divides, and nothing.
const PRICES: [i64; 8] = [10_000, 10_000, 7_777, 1_000, 10_001, 33_333, 1, 0];
const PRODUCTS: [(&str, &str); 5] = [
    ("ticket", "Lake ticket"),
    ("ticket", "湖滨门票"),
    ("hotel", "Lake hotel"),
    ("tour", "River tour"),
    ("goods", "Silk"),
];
const SOURCES: [&str; 8] =
    ["pc", "web_h5", "uni_h5", "wechat_mini", "alipay_mini", "douyin_mini", "kuaishou_mini", "other"];
const DISTRIBUTORS: [&str; 3] = ["Zhou", "Zhao", "李"];

/// The data of the order `id`, and its payable amount in fen.
pub(super) fn placed(id: &str, packages: u64, confirmation: &str, dice: &mut Dice) -> (String, i64) {
    let price = dice.of(&PRICES);
    let off = match dice.roll(4) {
        0 | 1 => vec![],
        2 => vec![("coupon", (price / 4).min(1_000))],
        _ => vec![("points", price / 3), ("red_packet", price - price / 3)],
    };
    // The last ones mostly leave something to be paid.
    let off: Vec<_> = if off.len() > 1 && dice.chance(70) { off[..1].to_vec() } else { off };
    let payable = price - off.iter().map(|(_, amount)| amount).sum::<i64>();
    let discounts = off.iter().map(|(kind, fen)| format!(r#"{{"kind":"{kind}","amount":"{}"}}"#, yuan(*fen)));
    let (product_type, name) = dice.of(&PRODUCTS);
    let data = format!(
        r#"{{"order_no":"no. {id}","member_id":"{}","source":"{}","product":{{"id":"G","name":"{name}","type":"{product_type}"}},"packages":{packages},"amount":"{}","discounts":[{}],"freight":"{}","commissions":[{}],"confirmation":"{confirmation}","travellers":[{}]{}}}"#,
        member_id(dice),
        dice.of(&SOURCES),
        yuan(price),
        discounts.collect::<Vec<_>>().join(","),
        dice.of(&["0.00", "1.50"]),
        commissions(dice),
        travellers(dice),
        cost(dice),
    );
    (data, payable)
}

fn cost(dice: &mut Dice) -> String {
    match dice.roll(5) {
        0 => String::new(),
        1 => r#","quoted_cost":"20.01""#.to_owned(),
        _ => {
            let number = dice.roll(3);
            let cost = dice.of(&["33.33", "50.00", "0.01", "0.00"]);
            format!(r#","supplier":{{"id":"S{number}","name":"Supplier {number}","cost":"{cost}"}}"#)
        }
    }
}

/// None, one, or several; also two of one distributor, and some of nothing.
fn commissions(dice: &mut Dice) -> String {
    let lines: &[(usize, &str)] = match dice.roll(6) {
        0 | 1 => &[],
        2 => &[(0, "3.33")],
        3 => &[(0, "1.01"), (1, "2.02")],
        4 => &[(1, "0.00"), (2, "0.07"), (1, "4.00"), (1, "0.50")],
        _ => &[(2, "0.00")],
    };
    let line = |(number, amount): &(usize, &str)| {
        let name = DISTRIBUTORS[*number];
        format!(r#"{{"distributor_id":"D{number}","distributor_name":"{name}","amount":"{amount}"}}"#)
    };
    lines.iter().map(line).collect::<Vec<_>>().join(",")
}

fn travellers(dice: &mut Dice) -> String {
    let several = dice.roll(4);
    let gender = |_| format!(r#"{{"gender":"{}"}}"#, dice.of(&["male", "female", "female", "unknown"]));
    (0..several).map(gender).collect::<Vec<_>>().join(",")
}
