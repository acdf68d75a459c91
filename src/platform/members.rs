//! Members: who they are (computed from their number, not kept) and what they have on their balance.

use super::dice::{Dice, mix};
use super::order::GENDERS;

const MOBILE: [&str; 16] = [
    "130", "131", "133", "135", "136", "138", "139", "150", "152", "158", "159", "176", "180", "186", "188",
    "199",
];
const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗",
];
const GIVEN: [&str; 20] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "超", "秀英",
    "子涵", "雨桐", "浩然",
];

/// In yuan; larger ones bring a gift.
const RECHARGES: [(i64, u64); 6] = [(100, 6), (200, 14), (300, 24), (500, 30), (1000, 20), (2000, 6)];

/// Of a thousand arrivals that are not of new members, those of members who have recharged.
const REGULARS_PERMILLE: u64 = 180;

pub(super) fn phone(seed: u64, member: u64) -> String {
    let mut dice = Dice::new(mix(seed ^ 0x0F0E, member));
    format!("{}{:08}", dice.pick(&MOBILE), dice.below(100_000_000))
}

pub(super) fn gender(seed: u64, member: u64) -> &'static str {
    Dice::new(mix(seed ^ 0x6E4D, member)).weighted(&GENDERS)
}

pub(super) fn name(seed: u64, member: u64) -> String {
    let mut dice = Dice::new(mix(seed ^ 0x4A3E, member));
    format!("{}{}", dice.pick(&SURNAMES), dice.pick(&GIVEN))
}

/// How much a member recharges, and the gift that comes with it, in fen.
pub(super) fn recharge(dice: &mut Dice) -> (i64, i64) {
    let yuan = dice.weighted(&RECHARGES);
    let gift = match yuan {
        ..200 => 0,
        200..1000 => yuan * 5,
        _ => yuan * 8,
    };
    (yuan * 100, gift)
}

/// The members of one platform, numbered from 1 as they register.
#[derive(Debug, Default)]
pub(super) struct Members {
    balances: Vec<i64>,
    /// Those who recharged, each once.
    regulars: Vec<u64>,
}

impl Members {
    /// The number of one more member.
    pub(super) fn register(&mut self) -> u64 {
        self.balances.push(0);
        self.balances.len() as u64
    }

    pub(super) fn balance(&self, member: u64) -> i64 {
        self.balances[index(member)]
    }

    pub(super) fn change(&mut self, member: u64, by: i64) {
        self.balances[index(member)] += by;
    }

    /// A recharge makes a member come back more often.
    pub(super) fn recharged(&mut self, member: u64, amount: i64, first: bool) {
        if first {
            self.regulars.push(member);
        }
        self.change(member, amount);
    }

    /// Who comes: one of four is new (none is given), a regular, a recent member, or anybody.
    pub(super) fn arrival(&self, dice: &mut Dice) -> Option<u64> {
        let all = self.balances.len() as u64;
        if all == 0 || dice.permille(250) {
            return None;
        }
        if !self.regulars.is_empty() && dice.permille(REGULARS_PERMILLE) {
            return Some(dice.pick(&self.regulars));
        }
        let before = dice.soon(0, all.cast_signed() - 1).cast_unsigned();
        Some(all - before)
    }
}

/// Numbers start at 1, and only registered members are asked for.
fn index(member: u64) -> usize {
    usize::try_from(member - 1).expect("members are kept in a vector")
}
