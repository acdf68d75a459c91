//! Blocks found by when they were recorded.

use events_schema::{Position, Timestamp};

use super::{open, small};
use crate::log::conformance::{block, compressed, fence, sealer};
use crate::log::{Log, Moment};

#[tokio::test]
async fn the_last_block_that_was_recorded_by_an_instant_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), small()).unwrap();
    let before = Timestamp::from_micros(i64::MIN);
    assert_eq!(log.recorded_until(Timestamp::from_micros(0)).await.unwrap(), Moment::BEGINNING);
    let mut sealer = sealer(1);
    let mut moments = vec![Moment { position: Position::ZERO, recorded_at: before }];
    for round in 0..60 {
        let next = match round % 9 {
            3 => fence(&mut sealer),
            5 => compressed(&mut sealer),
            _ => block(&mut sealer, 1 + round % 7),
        };
        log.append(&next).await.unwrap();
        moments.push(Moment { position: next.header().last(), recorded_at: next.header().recorded_at });
    }
    let reopened = {
        log.close().await.unwrap();
        open(dir.path(), small()).unwrap()
    };
    for pair in moments.windows(2) {
        let just_before = Timestamp::from_micros(pair[1].recorded_at.micros() - 1);
        assert_eq!(reopened.recorded_until(just_before).await.unwrap(), pair[0]);
        assert_eq!(reopened.recorded_until(pair[1].recorded_at).await.unwrap(), pair[1]);
        assert_eq!(reopened.reader().recorded_until(pair[1].recorded_at).unwrap(), pair[1]);
    }
    let last = moments[moments.len() - 1];
    assert_eq!(reopened.recorded_until(Timestamp::from_micros(i64::MAX)).await.unwrap(), last);
}
