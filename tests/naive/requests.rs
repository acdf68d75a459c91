//! What somebody says or decides, as the writer is asked for it.

use bytes::Bytes;
use events_schema::recorded::{CommandKey, IdempotencyKey};
use events_schema::{Action, Actor, Command, Digest, Timestamp, published};

/// The `number`-th event that is published: of this type, about this subject, with this data, at this time.
pub(crate) fn event(number: usize, kind: &str, subject: &str, data: &str, time: Timestamp) -> Command {
    let text = format!(
        r#"{{"specversion":"1.0","id":"{number}","source":"/simulation","type":"{kind}","subject":"{subject}","time":"{time}","data":{data},"trace":"t{number}"}}"#
    );
    let actor = Actor::Token("platform".parse().unwrap());
    published::read(&Bytes::from(text), &actor).unwrap_or_else(|refusal| panic!("{}: {data}", refusal.detail))
}

/// The `number`-th thing that finance or the payout gateway decides.
pub(crate) fn decision(number: usize, action: Action) -> Command {
    let key =
        IdempotencyKey { key: number.to_string().parse().unwrap(), digest: Digest::of_decision(&action) };
    Command {
        key: CommandKey::Decision(Some(key)),
        actor: Actor::Token("finance".parse().unwrap()),
        occurred_at: None,
        action,
        source_text: Bytes::new(),
    }
}
