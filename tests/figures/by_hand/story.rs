//! A few days in November 2026, in Shanghai, of which every figure can be found with a pencil.
//!
//! | order | type | placed | payable | paid | then |
//! |---|---|---|---|---|---|
//! | A | ticket | 1st 12:00 | 90 of 100 | 1st 13:00, WeChat; 90 more by mistake | completed on the 2nd, 30 refunded with a fee of 1 |
//! | B | ticket | 1st, last microsecond | 50 | – | closed |
//! | C | hotel | 2nd, first instant | 200 | 2nd 09:00, balance | a refund of 50 rejected, one of 100 completed |
//! | D | ticket | 2nd 12:00 | 80 | 2nd 13:00, cash | refunded with a fee of 2, by bank transfer |
//! | E | goods | 3rd 00:30 | 0 of 10 | 3rd 01:00 | completed on the 3rd |

use std::sync::LazyLock;

use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::{Action, Timestamp};

use crate::figures::ledger::Ledger;
use crate::figures::oracle::journal::{self, Entry};
use crate::figures::oracle::selection::Selection;
use crate::figures::place::Engine;
use crate::naive::requests::{decision, event};
use crate::naive::rows::Rows;

/// What is published: when, what, about what, and with which data.
const EVENTS: [(&str, &str, &str, &str); 37] = [
    ("01T09:00:00", "member.registered", "M1", r#"{"phone":"13800000001","gender":"female"}"#),
    ("01T10:00:00", "balance.recharged", "M1", r#"{"payment_id":"B1","method":"alipay","amount":"500.00"}"#),
    ("01T11:00:00", "balance.gifted", "M1", r#"{"amount":"20.00"}"#),
    ("02T08:00:00", "balance.deducted", "M1", r#"{"amount":"5.00"}"#),
    ("01T12:00:00", "order.placed", "A", A),
    ("01T13:00:00", "order.paid", "A", PAID_BY_WECHAT),
    ("01T14:00:00", "order.paid", "A", r#"{"payment_id":"P9","method":"alipay","amount":"90.00"}"#),
    ("02T10:00:00", "order.completed", "A", "{}"),
    ("03T09:00:00", "refund.requested", "A", r#"{"refund_id":"R1","amount":"30.00","fee":"1.00"}"#),
    ("04T09:00:00", "refund.completed", "A", r#"{"refund_id":"R1"}"#),
    ("05T10:00:00", "payment.refunded", "P9", r#"{"refund_id":"F1","amount":"45.00"}"#),
    ("01T23:59:59.999999", "order.placed", "B", B),
    ("02T01:00:00", "order.closed", "B", "{}"),
    ("02T00:00:00", "order.placed", "C", C),
    ("02T09:00:00", "order.paid", "C", r#"{"payment_id":"P3","method":"balance","amount":"200.00"}"#),
    ("05T11:00:00", "refund.requested", "C", r#"{"refund_id":"R1","amount":"50.00","fee":"5.00"}"#),
    ("06T11:00:00", "refund.rejected", "C", r#"{"refund_id":"R1"}"#),
    ("07T11:00:00", "refund.requested", "C", r#"{"refund_id":"R2","amount":"100.00"}"#),
    ("08T11:00:00", "refund.completed", "C", r#"{"refund_id":"R2"}"#),
    ("02T12:00:00", "order.placed", "D", D),
    ("02T13:00:00", "order.paid", "D", r#"{"payment_id":"P4","method":"cash","amount":"80.00"}"#),
    ("02T14:00:00", "refund.requested", "D", r#"{"refund_id":"R1","amount":"80.00","fee":"2.00"}"#),
    ("02T15:00:00", "refund.completed", "D", r#"{"refund_id":"R1","method":"bank_transfer"}"#),
    ("03T00:30:00", "order.placed", "E", E),
    ("03T01:00:00", "order.paid", "E", r#"{"payment_id":"P5","method":"alipay","amount":"0.00"}"#),
    ("03T02:00:00", "order.verified", "E", r#"{"packages":1}"#),
    ("03T12:00:00", "balance.recharge_refunded", "M1", PAID_BACK_IN_CASH),
    ("04T12:00:00", "payment.received", "Q1", SCANNED),
    ("05T12:00:00", "payment.refunded", "Q1", r#"{"refund_id":"F1","amount":"5.00"}"#),
    ("10T09:00:00", "withdrawal.requested", "W1", W1),
    ("10T10:00:00", "withdrawal.requested", "W2", W2),
    ("10T11:00:00", "withdrawal.requested", "W3", W3),
    ("12T09:00:00", "withdrawal.requested", "W4", W4),
    ("12T10:00:00", "order.completed", "X", "{}"),
    ("12T11:00:00", "order.confirmed", "Y", "{}"),
    ("12T11:30:00", "order.closed", "Y", "{}"),
    ("12T12:00:00", "order.placed", "Y", B),
];

const PAID_BY_WECHAT: &str =
    r#"{"payment_id":"P1","method":"wechat_pay","amount":"90.00","channel_reference":"c1"}"#;
const PAID_BACK_IN_CASH: &str = r#"{"payment_id":"B2","method":"cash","amount":"50.00"}"#;
const SCANNED: &str = r#"{"method":"pos","amount":"20.00","channel_reference":"q1"}"#;
const W1: &str = r#"{"payee":{"kind":"supplier","id":"S1","name":"Lake","phone":"150"},"amount":"10.00","method":"bank_card","account":"6222"}"#;
const W2: &str = r#"{"payee":{"kind":"distributor","id":"D1","name":"Zhou"},"amount":"3.00","method":"alipay","account":"zhou"}"#;
const W3: &str =
    r#"{"payee":{"kind":"member","id":"M1","name":"Li"},"amount":"7.00","method":"wechat","account":"li"}"#;
const W4: &str = r#"{"payee":{"kind":"supplier","id":"S1","name":"Lake"},"amount":"2.00","method":"alipay","account":"lake"}"#;

const A: &str = r#"{"order_no":"no. A","member_id":"M1","source":"pc","product":{"id":"G1","name":"Lake ticket","type":"ticket"},"packages":2,"amount":"100.00","discounts":[{"kind":"coupon","amount":"10.00"}],"supplier":{"id":"S1","name":"Lake","cost":"40.00"},"freight":"1.50","commissions":[{"distributor_id":"D1","distributor_name":"Zhou","amount":"5.00"}],"confirmation":"none","travellers":[{"gender":"male"},{"gender":"female"},{"gender":"female"},{"gender":"unknown"}]}"#;
const B: &str = r#"{"order_no":"no. B","member_id":"M1","source":"other","product":{"id":"G1","name":"Lake ticket","type":"ticket"},"packages":1,"amount":"50.00","confirmation":"none"}"#;
const C: &str = r#"{"order_no":"no. C","member_id":"M1","source":"wechat_mini","product":{"id":"G2","name":"Lake hotel","type":"hotel"},"packages":1,"amount":"200.00","quoted_cost":"120.00","commissions":[{"distributor_id":"D1","distributor_name":"Zhou","amount":"3.00"},{"distributor_id":"D2","distributor_name":"Li","amount":"0.00"},{"distributor_id":"D1","distributor_name":"Zhou","amount":"4.00"}],"confirmation":"none","travellers":[{"gender":"male"}]}"#;
const D: &str = r#"{"order_no":"no. D","member_id":"M1","source":"other","product":{"id":"G1","name":"Lake ticket","type":"ticket"},"packages":1,"amount":"80.00","supplier":{"id":"S2","name":"River","cost":"50.00"},"commissions":[{"distributor_id":"D2","distributor_name":"Li","amount":"8.00"}],"confirmation":"none"}"#;
const E: &str = r#"{"order_no":"no. E","member_id":"M1","source":"other","product":{"id":"G3","name":"Silk","type":"goods"},"packages":1,"amount":"10.00","discounts":[{"kind":"points","amount":"10.00"}],"supplier":{"id":"S1","name":"Lake","cost":"4.00"},"confirmation":"none"}"#;

/// The instant of a day and a time in November 2026, in Shanghai.
pub(crate) fn at(text: &str) -> i64 {
    let instant: Timestamp = format!("2026-11-{text}+08:00").parse().unwrap();
    instant.micros()
}

/// What is asked for over the days from the first to before the last one.
pub(crate) fn days(first: u8, last: u8) -> Selection {
    let midnight = |day: u8| at(&format!("{day:02}T00:00:00"));
    Selection { from: midnight(first), to: midnight(last), filters: vec![] }
}

/// When all of it is recorded.
const RECORDED: &str = "19T00:00:00";
/// When finance decides.
const DECIDED: &str = "20T00:00:00";

/// What is made of the story.
static TOLD: LazyLock<(Rows, Vec<Entry>)> = LazyLock::new(tell);

/// The rows of the story.
pub(crate) fn rows() -> &'static Rows {
    &TOLD.0
}

/// What the story posts.
pub(crate) fn entries() -> &'static [Entry] {
    &TOLD.1
}

fn tell() -> (Rows, Vec<Entry>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ledger = Ledger::new("Asia/Shanghai", Engine::Sqlite).await;
        let told = EVENTS.iter().enumerate().map(|(number, (when, kind, subject, data))| {
            event(number, kind, subject, data, Timestamp::from_micros(at(when)))
        });
        ledger.take(at(RECORDED), told.collect()).await;
        let id = |text: &str| text.parse::<events_schema::Id>().unwrap();
        let paid = WithdrawalPaid { reference: Some("T1".parse().unwrap()), note: None };
        let paid_at = Some(Timestamp::from_micros(at("11T09:00:00")));
        let reason = "wrong account".parse::<events_schema::Text>().unwrap();
        let decisions = [
            Action::ApproveWithdrawal { withdrawal_id: id("W1"), paid, paid_at },
            Action::RejectWithdrawal {
                withdrawal_id: id("W3"),
                rejected: WithdrawalRejected { reason: reason.into() },
            },
        ];
        let decisions = decisions.into_iter().enumerate().map(|(number, action)| decision(number, action));
        ledger.take(at(DECIDED), decisions.collect()).await;
        let events = ledger.events().await;
        ledger.stop().await;
        (Rows::of(&events), journal::entries(&events))
    })
}
