//! Every status of an order and every event about orders: the table of the contract, cell by cell.

use super::ask::*;
use super::scene::{Scene, Told, given};

/// Where an order stands, what may happen to it, and where it stands then: a status, `park`, or a code.
/// `none`, `before`, `after` is its confirmation; R1 is the refund that is in review or was decided.
const TABLE: &str = "
order                              confirmed                 closed         paid                       shipped          verified         completed        requested        rejected         refunded
unknown                            park                      park           park                       park             park             park             park             park             park
awaiting_confirmation/before       awaiting_payment          closed         park                       park             park             park             park             park             park
awaiting_payment/none              not_awaiting_confirmation closed         awaiting_use               park             park             park             park             park             park
awaiting_payment/before            not_awaiting_confirmation closed         awaiting_use               park             park             park             park             park             park
awaiting_payment/after             park                      closed         paid_awaiting_confirmation park             park             park             park             park             park
closed/none                        not_awaiting_confirmation already_closed awaiting_use               park             park             park             park             park             park
closed/before                      not_awaiting_confirmation already_closed awaiting_use               park             park             park             park             park             park
closed/after                       park                      already_closed paid_awaiting_confirmation park             park             park             park             park             park
paid_awaiting_confirmation/after   awaiting_use              already_paid   surplus                    park             park             park             refund_review    park             park
awaiting_use/none                  not_awaiting_confirmation already_paid   surplus                    shipped          completed        completed        refund_review    park             park
awaiting_use/before                not_awaiting_confirmation already_paid   surplus                    shipped          completed        completed        refund_review    park             park
awaiting_use/after                 not_awaiting_confirmation already_paid   surplus                    shipped          completed        completed        refund_review    park             park
rejected>awaiting_use/none         not_awaiting_confirmation already_paid   surplus                    shipped          completed        completed        refund_exists    refund_decided   refund_decided
shipped/none                       not_awaiting_confirmation already_paid   surplus                    not_awaiting_use completed        completed        refund_review    park             park
shipped/after                      not_awaiting_confirmation already_paid   surplus                    not_awaiting_use completed        completed        refund_review    park             park
completed/none                     not_awaiting_confirmation already_paid   surplus                    not_awaiting_use not_awaiting_use not_awaiting_use refund_review    park             park
completed/after                    not_awaiting_confirmation already_paid   surplus                    not_awaiting_use not_awaiting_use not_awaiting_use refund_review    park             park
paid_awaiting_confirmation>review  park                      already_paid   surplus                    park             park             park             park             paid_awaiting_confirmation refunded
awaiting_use>review                not_awaiting_confirmation already_paid   surplus                    park             park             park             park             awaiting_use     refunded
shipped>review                     not_awaiting_confirmation already_paid   surplus                    park             park             park             park             shipped          refunded
completed>review                   not_awaiting_confirmation already_paid   surplus                    park             park             park             park             completed        refunded
partly>review                      not_awaiting_confirmation already_paid   surplus                    park             park             park             park             awaiting_use     awaiting_use
refunded                           not_awaiting_confirmation already_paid   surplus                    not_awaiting_use not_awaiting_use not_awaiting_use order_refunded   refund_decided   refund_decided
";

fn history(state: &str) -> Vec<Ask> {
    let (to_begin, amount) = match state {
        "unknown" => return Vec::new(),
        "refunded" | "awaiting_use>review" => ("awaiting_use/none", "100.00"),
        "rejected>awaiting_use/none" | "partly>review" => ("awaiting_use/none", "40.00"),
        "paid_awaiting_confirmation>review" => ("paid_awaiting_confirmation/after", "100.00"),
        "shipped>review" => ("shipped/none", "100.00"),
        "completed>review" => ("completed/none", "100.00"),
        _ => (state, ""),
    };
    let (status, confirmation) = to_begin.split_once('/').unwrap();
    let word = if confirmation == "none" { "none".to_owned() } else { format!("{confirmation}_payment") };
    let mut history = vec![placed("O1").with("confirmation", word)];
    let confirm = confirmed("O1");
    if confirmation == "before" && !["awaiting_confirmation", "closed"].contains(&status) {
        history.push(confirm.clone());
    }
    if status == "closed" {
        history.push(closed("O1"));
    }
    if !["awaiting_confirmation", "awaiting_payment", "closed"].contains(&status) {
        history.push(paid("O1", "P1", "100.00"));
        if confirmation == "after" && status != "paid_awaiting_confirmation" {
            history.push(confirm);
        }
    }
    match status {
        "shipped" => history.push(shipped("O1")),
        "completed" => history.push(completed("O1")),
        _ => {}
    }
    if state.contains("review") || state.contains("rejected") || state == "refunded" {
        history.push(refund_requested("O1", "R1", amount));
    }
    match state {
        "refunded" => history.push(refund_completed("O1", "R1")),
        "rejected>awaiting_use/none" => history.push(refund_rejected("O1", "R1")),
        _ => {}
    }
    history
}

fn ask(event: &str) -> Ask {
    match event {
        "confirmed" => confirmed("O1"),
        "closed" => closed("O1"),
        "paid" => paid("O1", "P2", "100.00"),
        "shipped" => shipped("O1"),
        "verified" => verified("O1", 2),
        "completed" => completed("O1"),
        "requested" => refund_requested("O1", "R1", "100.00"),
        "rejected" => refund_rejected("O1", "R1"),
        "refunded" => refund_completed("O1", "R1"),
        _ => panic!("{event} is no column"),
    }
}

fn status(scene: &Scene) -> &'static str {
    use events_schema::terms::Term;
    scene.order("O1").figures.status.as_str()
}

#[test]
fn every_event_does_in_every_status_what_the_table_says() {
    let mut lines = TABLE.trim().lines();
    let columns: Vec<_> = lines.next().unwrap().split_whitespace().skip(1).collect();
    for line in lines {
        let mut cells = line.split_whitespace();
        let state = cells.next().unwrap();
        for (event, cell) in columns.iter().zip(cells) {
            let before = given(history(state));
            let stood = (state != "unknown").then(|| before.order("O1").figures);
            let scene = before.when(ask(event));
            let place = format!("{event} in {state}");
            match (Told::from(scene.outcome.unwrap()), cell) {
                (Told::Parked, "park") => {
                    let stands = (state != "unknown").then(|| scene.order("O1").figures);
                    assert_eq!(stands, stood, "{place}");
                    assert_eq!(format!("{:?}", scene.parked(0).waits_for), "Order(\"O1\")", "{place}");
                }
                (Told::Rejected(rejection), code) => assert_eq!(rejection.code(), code, "{place}"),
                (Told::Recorded, "surplus") => {
                    assert_eq!(
                        (scene.names(), Some(scene.order("O1").figures)),
                        (vec!["SurplusReceived"], stood)
                    );
                }
                (Told::Recorded, then) => assert_eq!(status(&scene), then, "{place}"),
                (told, cell) => panic!("{place}: {told:?}, not {cell}"),
            }
        }
    }
}

#[test]
fn the_table_has_a_cell_for_every_status_and_event() {
    let lines: Vec<_> = TABLE.trim().lines().map(|line| line.split_whitespace().count()).collect();
    assert!(lines.iter().all(|cells| *cells == 10), "{lines:?}");
    for state in TABLE.trim().lines().skip(1).map(|line| line.split_whitespace().next().unwrap()) {
        let scene = given(history(state));
        let named = match state.split(['>', '/']).collect::<Vec<_>>()[..] {
            [_, "review"] => "refund_review",
            ["rejected", status, _] | [status, ..] => status,
            [] => "",
        };
        assert!(state == "unknown" || status(&scene) == named, "{state} is {}", status(&scene));
    }
}

#[test]
fn some_packages_leave_the_order_where_it_stands() {
    for (history, stays) in [
        (vec![placed("O1"), paid("O1", "P1", "100.00")], "awaiting_use"),
        (vec![placed("O1"), paid("O1", "P1", "100.00"), shipped("O1")], "shipped"),
    ] {
        let scene = given(history).when(verified("O1", 1)).then(Told::Recorded);
        assert_eq!((status(&scene), scene.order("O1").figures.used_packages), (stays, 1));
        assert_eq!(scene.order("O1").figures.completed_at, None);
        let scene = scene.when(verified("O1", 1)).then(Told::Recorded);
        assert_eq!(status(&scene), "completed");
        assert_eq!(scene.order("O1").figures.completed_at, Some(TIME.parse().unwrap()));
    }
}

#[test]
fn an_order_is_completed_once_for_ever() {
    let scene = given([placed("O1"), paid("O1", "P1", "100.00"), completed("O1").at("2026-10-01T00:00:00Z")]);
    let at = scene.order("O1").figures.completed_at;
    let scene = scene.and(refund_requested("O1", "R1", "10.00")).and(refund_completed("O1", "R1"));
    assert_eq!((status(&scene), scene.order("O1").figures.completed_at), ("completed", at));
    let scene = scene.and(refund_requested("O1", "R2", "90.00")).and(refund_completed("O1", "R2"));
    assert_eq!((status(&scene), scene.order("O1").figures.completed_at), ("refunded", at));
    assert!(at.is_some());
}
