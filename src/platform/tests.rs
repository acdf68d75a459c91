//! The platform as its readers see it.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{DecisionKind, Lives, Part, Platform, Published, Settings, Step};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn settings(orders: u64, days: u32) -> Settings {
    let start: Timestamp = "2025-09-01T00:00:00+08:00".parse().unwrap();
    Settings { seed: 7, orders, start, days, endless: false }
}

fn events(settings: Settings) -> Vec<Published> {
    Platform::new(settings)
        .filter_map(|step| match step {
            Step::Event(event) => Some(event),
            Step::Decision(_) => None,
        })
        .collect()
}

fn parsed(events: &[Published]) -> Vec<Value> {
    events.iter().map(|event| serde_json::from_str(&event.json).expect(&event.json)).collect()
}

fn lives(orders: u64, part: Part) -> Vec<Published> {
    Lives::new(settings(orders, 60), part).collect()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn fen(value: &Value) -> i64 {
    let text = value.as_str().expect("money is a string");
    let (yuan, fen) = text.split_once('.').expect("money has two decimals");
    assert_eq!(fen.len(), 2, "{text}");
    yuan.parse::<i64>().unwrap() * 100 + fen.parse::<i64>().unwrap()
}

fn sum(list: &Value) -> i64 {
    list.as_array().into_iter().flatten().map(|item| fen(&item["amount"])).sum()
}

fn of_type<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["type"] == kind).collect()
}

#[test]
fn the_same_settings_give_the_same_steps_and_another_seed_other_ids() {
    let first: Vec<Step> = Platform::new(settings(300, 20)).collect();
    assert_eq!(first, Platform::new(settings(300, 20)).collect::<Vec<_>>());
    let other = parsed(&events(Settings { seed: 8, ..settings(300, 20) }));
    let ids: HashSet<String> = other.iter().map(|event| event["subject"].to_string()).collect();
    let same = parsed(&events(settings(300, 20)));
    assert!(same.iter().all(|event| !ids.contains(&event["subject"].to_string())));
    assert_eq!(lives(200, Part::WHOLE), lives(200, Part::WHOLE));
}

#[test]
fn steps_come_in_the_order_of_time_and_none_after_the_days() {
    let settings = settings(2000, 45);
    let mut last = settings.start;
    for step in Platform::new(settings) {
        assert!(step.at() >= last, "{step:?}");
        last = step.at();
    }
    assert!(last <= settings.start + 45 * DAY);
    assert!(last > settings.start + 44 * DAY);
}

fn assert_cloud_event(event: &Published, value: &Value) {
    let envelope = value.as_object().expect("an object");
    let fields = ["specversion", "id", "source", "type", "subject", "time", "data"];
    assert!(envelope.keys().all(|key| fields.contains(&key.as_str())) && envelope.len() == fields.len());
    assert_eq!(value["specversion"], "1.0");
    assert_eq!(text(value, "time").parse::<Timestamp>().unwrap(), event.at);
    assert!(text(value, "time").ends_with("+08:00") && text(value, "time").len() == 29, "{value}");
    assert!(value["data"].is_object());
    let data = &value["data"];
    for id in [&value["subject"], &value["id"], &data["payment_id"], &data["refund_id"], &data["member_id"]] {
        let id = id.as_str().unwrap_or("absent");
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
        assert!((1..=64).contains(&id.len()) && id.chars().all(allowed), "{id}");
    }
}

#[test]
fn every_event_is_a_cloud_event_with_an_id_of_its_own() {
    for events in [events(settings(1500, 40)), lives(1500, Part::WHOLE)] {
        let values = parsed(&events);
        let mut ids = HashSet::new();
        for (event, value) in events.iter().zip(&values) {
            assert_cloud_event(event, value);
            assert!(ids.insert(text(value, "id")));
        }
        for kind in ["order.placed", "member.registered", "payment.received"] {
            let subjects: Vec<_> =
                of_type(&values, kind).iter().map(|event| text(event, "subject")).collect();
            assert_eq!(subjects.len(), subjects.iter().collect::<HashSet<_>>().len(), "{kind}");
        }
        let payments = values.iter().filter_map(|event| event["data"]["payment_id"].as_str());
        let all: Vec<&str> = payments.collect();
        assert_eq!(all.len(), all.iter().collect::<HashSet<_>>().len(), "payment ids");
    }
}

#[test]
fn an_order_takes_about_six_events() {
    let runs = [
        (events(settings(4000, 60)), 4000),
        (events(settings(4000, 30)), 4000),
        (lives(4000, Part::WHOLE), 4000),
        (events(settings(6000, 300)), 6000),
    ];
    for (events, orders) in runs {
        let percent = events.len() * 100 / orders;
        assert!((550..=650).contains(&percent), "{} events of {orders} orders", events.len());
    }
}

#[test]
fn most_orders_are_paid_and_what_is_paid_is_the_amount_less_the_discounts() {
    let values = parsed(&events(settings(4000, 60)));
    let placed: HashMap<&str, &Value> = of_type(&values, "order.placed")
        .into_iter()
        .map(|event| (text(event, "subject"), &event["data"]))
        .collect();
    let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
    for paid in of_type(&values, "order.paid") {
        let order = placed[text(paid, "subject")];
        assert_eq!(fen(&paid["data"]["amount"]), fen(&order["amount"]) - sum(&order["discounts"]), "{paid}");
        *methods.entry(text(&paid["data"], "method")).or_default() += 1;
    }
    let paid: usize = methods.values().sum();
    assert!((3160..=3400).contains(&paid), "{paid} of 4000 paid");
    assert!((7..=14).contains(&(methods["balance"] * 100 / paid)), "{methods:?}");
    assert!(methods["wechat_pay"] > methods["alipay"] && methods["alipay"] > methods["cash"], "{methods:?}");
}

/// What each member has on the balance, as far as published events and decisions tell.
#[derive(Default)]
struct Balances {
    members: HashMap<String, i64>,
    orders: HashMap<String, (String, &'static str)>,
    refunds: HashMap<String, i64>,
    withdrawals: HashMap<String, (String, i64)>,
}

impl Balances {
    fn change(&mut self, member: &str, by: i64) {
        let balance = self.members.get_mut(member).expect("a member registers first");
        *balance += by;
        assert!(*balance >= 0, "{member} has {balance} after {by}");
    }

    fn publish(&mut self, event: &Value) {
        let (subject, data) = (text(event, "subject").to_owned(), &event["data"]);
        match text(event, "type") {
            "member.registered" => assert!(self.members.insert(subject, 0).is_none()),
            "balance.recharged" | "balance.gifted" => self.change(&subject, fen(&data["amount"])),
            "balance.recharge_refunded" | "balance.deducted" => self.change(&subject, -fen(&data["amount"])),
            "order.placed" => {
                self.orders.insert(subject, (text(data, "member_id").to_owned(), ""));
            }
            "order.paid" if data["method"] == "balance" => {
                let order = self.orders.get_mut(&subject).expect("placed first");
                order.1 = "balance";
                let member = order.0.clone();
                self.change(&member, -fen(&data["amount"]));
            }
            "refund.requested" => {
                let back = fen(&data["amount"]) - fen(&data["fee"]);
                self.refunds.insert(text(data, "refund_id").to_owned(), back);
            }
            "refund.completed" => {
                let (member, method) = self.orders[&subject].clone();
                if method == "balance" {
                    self.change(&member, self.refunds[text(data, "refund_id")]);
                }
            }
            "withdrawal.requested" if data["payee"]["kind"] == "member" => {
                let (member, amount) = (text(&data["payee"], "id").to_owned(), fen(&data["amount"]));
                self.change(&member, -amount);
                self.withdrawals.insert(subject, (member, amount));
            }
            _ => {}
        }
    }
}

#[test]
fn no_balance_goes_below_zero() {
    let mut balances = Balances::default();
    for step in Platform::new(settings(5000, 90)) {
        match step {
            Step::Event(event) => balances.publish(&serde_json::from_str(&event.json).unwrap()),
            Step::Decision(decision) => {
                if let DecisionKind::RejectWithdrawal { id, .. } = decision.kind
                    && let Some((member, amount)) = balances.withdrawals.remove(&id)
                {
                    balances.change(&member, amount);
                }
            }
        }
    }
    assert!(!balances.withdrawals.is_empty());
}

#[test]
fn finance_decides_only_on_what_was_published_and_completed() {
    let (mut done, mut requested, mut decided) = (HashSet::new(), HashSet::new(), BTreeMap::new());
    for step in Platform::new(settings(5000, 90)) {
        match step {
            Step::Event(event) => {
                let event: Value = serde_json::from_str(&event.json).unwrap();
                match text(&event, "type") {
                    "order.completed" | "order.verified" => done.insert(text(&event, "subject").to_owned()),
                    "withdrawal.requested" => requested.insert(text(&event, "subject").to_owned()),
                    _ => false,
                };
            }
            Step::Decision(decision) => {
                let name = match decision.kind {
                    DecisionKind::Settle { order_id } => {
                        assert!(done.contains(&order_id), "{order_id}");
                        "settled"
                    }
                    DecisionKind::ApproveWithdrawal { id, .. } => {
                        assert!(requested.remove(&id), "{id}");
                        "approved"
                    }
                    DecisionKind::RejectWithdrawal { id, .. } => {
                        assert!(requested.remove(&id), "{id}");
                        "rejected"
                    }
                };
                *decided.entry(name).or_insert(0) += 1;
            }
        }
    }
    assert!(decided["settled"] > 100 && decided["approved"] > 100 && decided["rejected"] > 0, "{decided:?}");
}

#[test]
fn only_what_is_still_to_come_is_kept() {
    let mut platform = Platform::new(settings(20_000, 365));
    let (mut steps, mut most) = (0, 0);
    while platform.next().is_some() {
        steps += 1;
        most = most.max(platform.agenda.len());
    }
    assert!(most * 10 < steps, "{most} acts waited at once of {steps} steps");
}

#[test]
fn an_endless_platform_goes_on_after_its_days() {
    let settings = Settings { endless: true, ..settings(1400, 14) };
    let end = settings.start + 14 * DAY;
    let steps: Vec<Step> = Platform::new(settings).take_while(|step| step.at() < end + 7 * DAY).collect();
    let placed = |step: &&Step| matches!(step, Step::Event(event) if event.json.contains("order.placed"));
    let after = steps.iter().filter(|step| step.at() >= end).filter(placed).count();
    assert!((600..1200).contains(&after), "{after} orders in the week after 700 a week");
}

#[test]
fn parts_share_no_id_and_place_all_orders_together() {
    let mut owners: HashMap<(String, String), u32> = HashMap::new();
    let mut placed = 0;
    for index in 0..8 {
        for event in parsed(&lives(1001, Part { index, of: 8 })) {
            placed += usize::from(event["type"] == "order.placed");
            let data = &event["data"];
            for (space, id) in [
                ("event", &event["id"]),
                ("subject", &event["subject"]),
                ("payment", &data["payment_id"]),
                ("member", &data["member_id"]),
            ] {
                if let Some(id) = id.as_str() {
                    let owner = *owners.entry((space.into(), id.into())).or_insert(index);
                    assert_eq!(owner, index, "{space} {id}");
                }
            }
        }
    }
    assert_eq!(placed, 1001);
}

#[test]
fn a_life_is_told_from_its_placement_to_its_end() {
    let (mut present, mut told, mut last) = (String::new(), HashSet::new(), Timestamp::MIN);
    for event in lives(1000, Part::WHOLE) {
        let value: Value = serde_json::from_str(&event.json).unwrap();
        assert!(event.at <= settings(1, 60).start + 60 * DAY);
        if !text(&value, "subject").starts_with('T') {
            continue;
        }
        if text(&value, "subject") != present {
            assert_eq!(value["type"], "order.placed");
            present = text(&value, "subject").to_owned();
            assert!(told.insert(present.clone()));
            last = event.at;
        }
        assert!(event.at >= last, "{}", event.json);
        last = event.at;
    }
    assert_eq!(told.len(), 1000);
}

#[test]
fn endless_lives_begin_again_with_new_orders() {
    let mut subjects = HashSet::new();
    for event in Lives::new(Settings { endless: true, ..settings(20, 10) }, Part::WHOLE).take(2000) {
        if event.json.contains("order.placed") {
            let value: Value = serde_json::from_str(&event.json).unwrap();
            assert!(subjects.insert(text(&value, "subject").to_owned()));
        }
    }
    assert!(subjects.len() > 200);
}
