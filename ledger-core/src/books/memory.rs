//! What memory lacks, and what is saved so that it may be forgotten.

use std::sync::Arc;

use events_schema::command::{Action, Command};
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::terms::PayeeKind;
use events_schema::{Calendar, Event, Id, Position, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

use super::identities::{Current, FirstAnswer, Identities, Identity};
use super::waiting::{Waiting, WaitingLists};
use super::{Books, Settings};
use crate::directory::{Directory, Namespace};
use crate::entities::{Entities, EntitiesCut};
use crate::known::KnownCut;
use crate::recall::{Missing, Recalled, encode};
use crate::runs::{Entries, Table, View};

/// What a cut sets free: the books as they stand, but for what was saved before; and what is forgotten.
#[derive(Debug)]
pub struct BooksCut {
    entities: EntitiesCut,
    places: KnownCut<Position>,
    answers: KnownCut<FirstAnswer>,
    rest: Rest,
}

/// What of the books always stays in memory: it is saved whole with each cut.
#[derive(Debug, Serialize, Deserialize)]
struct Rest {
    created: LedgerCreated,
    tail: Position,
    ledger_last: Position,
    settings: Settings,
    current: Option<Current>,
    waiting: WaitingLists,
    due: Vec<(Timestamp, Position)>,
}

impl Books {
    /// The version of saved books: of their entities, and of the rest. It is raised whenever they would be saved in
    /// another form, or the same events would give others: then they are made anew from the log.
    pub const FORMAT: u32 = Entities::FORMAT << 16 | 3;
    /// The tables in the runs of books: entities, the directory, first answers. Nearly every id is new when it is looked
    /// up there; an entity is looked up because it is there.
    pub const TABLES: &'static [Table] = &[Table::MostlyPresent, Table::MostlyAbsent, Table::MostlyAbsent];

    /// Books that were saved to the runs of `view`, with `rest` beside them; nothing when that is not understood.
    pub fn restore(rest: &[u8], view: &Arc<View>) -> Option<Self> {
        let (rest, after) = postcard::take_from_bytes::<Rest>(rest).ok()?;
        after.is_empty().then_some(())?;
        Some(Self {
            calendar: Calendar::new(&rest.created.time_zone).ok()?,
            tail: rest.tail,
            entities: Entities::restore(view, rest.ledger_last),
            directory: Directory::restore(rest.created.log_id, view),
            identities: Identities::restore(view, rest.current),
            waiting: Waiting::from_lists(rest.waiting),
            settings: rest.settings,
            due: rest.due.into_iter().collect(),
            created: rest.created,
        })
    }

    /// Sets free what has changed since the last cut, to be saved, and forgets what was not touched between the two
    /// cuts before. What was set free then must have been [`saved`](Self::saved).
    pub fn cut(&mut self) -> BooksCut {
        let rest = Rest {
            created: self.created.clone(),
            tail: self.tail,
            ledger_last: self.entities.ledger_last(),
            settings: self.settings.clone(),
            current: self.identities.current(),
            waiting: self.waiting.to_lists(),
            due: self.due.iter().copied().collect(),
        };
        BooksCut {
            entities: self.entities.cut(),
            places: self.directory.cut(),
            answers: self.identities.cut(),
            rest,
        }
    }

    /// What was cut off last stands in the runs that `view` sees.
    pub fn saved(&mut self, view: &Arc<View>) {
        self.entities.saved(view);
        self.directory.saved(view);
        self.identities.saved(view);
    }

    /// About how many bytes of memory were taken since the last cut.
    pub fn weight(&self) -> usize {
        self.entities.weight() + self.directory.weight() + self.identities.weight()
    }

    /// What memory lacks to apply `recorded`.
    pub fn missing(&self, recorded: &Recorded) -> Option<Missing> {
        self.entities.missing(recorded).map(Missing::Entity).or_else(|| self.missing_month(recorded))
    }

    /// Requests are counted by payee and month.
    fn missing_month(&self, recorded: &Recorded) -> Option<Missing> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event changes a count")]
        let (payee, at) = match &recorded.event {
            Event::WithdrawalRequested(requested) => (&requested.payee, recorded.occurred_at),
            Event::WithdrawalRejected(_) => {
                let withdrawal = self.entities.withdrawal(recorded.entity.birth).ok()??;
                (&withdrawal.facts.payee, withdrawal.requested_at)
            }
            _ => return None,
        };
        let counts = payee.kind != PayeeKind::Supplier;
        if counts { self.requests_in(self.payee_month(payee, at)).err() } else { None }
    }

    /// Looks at what deciding `command` will look at first, and adds to `missing` what memory lacks of it. Only so that
    /// many commands are looked at together.
    pub fn foresee(&self, identity: &mut Identity, command: &Command, missing: &mut Vec<Missing>) {
        self.ask_runs(identity);
        missing.extend(self.answer_to(*identity).err());
        let mut look = |namespace, id: &Id| match self.directory.find(namespace, id) {
            Ok(Some(birth)) => missing.extend(self.entities.find(birth).err()),
            Ok(None) => {}
            Err(place) => missing.push(place),
        };
        for (namespace, id) in ids(&command.action).into_iter().flatten() {
            look(namespace, id);
        }
    }

    /// Takes in what was missing.
    pub(crate) fn recall(&mut self, recalled: Recalled) {
        match recalled {
            Recalled::Place(key, position) => self.directory.recall(key, position),
            Recalled::Answer(key, answer) => self.identities.recall(key, answer),
            Recalled::Entity(birth, state) => self.entities.recall(birth, state),
        }
    }
}

/// The ids that deciding an action looks up first: what it is about, and what begins with it.
fn ids(action: &Action) -> [Option<(Namespace, &Id)>; 2] {
    use Namespace::{Member, Order, Payment, Withdrawal};
    match action {
        Action::PlaceOrder(facts) => [Some((Order, &facts.order_id)), None],
        Action::PayOrder { order_id, paid } => [Some((Order, order_id)), Some((Payment, &paid.payment_id))],
        Action::ConfirmOrder { order_id }
        | Action::CloseOrder { order_id, .. }
        | Action::ShipOrder { order_id, .. }
        | Action::VerifyOrder { order_id, .. }
        | Action::CompleteOrder { order_id }
        | Action::RequestRefund { order_id, .. }
        | Action::RejectRefund { order_id, .. }
        | Action::CompleteRefund { order_id, .. }
        | Action::SettleOrder { order_id } => [Some((Order, order_id)), None],
        Action::RegisterMember(member) => [Some((Member, &member.member_id)), None],
        Action::RechargeBalance { member_id, recharged } => {
            [Some((Member, member_id)), Some((Payment, &recharged.payment_id))]
        }
        Action::RefundRecharge { member_id, refunded } => {
            [Some((Member, member_id)), Some((Payment, &refunded.payment_id))]
        }
        Action::GiftBalance { member_id, .. } | Action::DeductBalance { member_id, .. } => {
            [Some((Member, member_id)), None]
        }
        Action::ReceivePayment(received) => [Some((Payment, &received.payment_id)), None],
        Action::RefundPayment { payment_id, .. } => [Some((Payment, payment_id)), None],
        Action::RequestWithdrawal(requested) => [Some((Withdrawal, &requested.withdrawal_id)), None],
        Action::ApproveWithdrawal { withdrawal_id, .. }
        | Action::RejectWithdrawal { withdrawal_id, .. }
        | Action::ConfirmTransfer { withdrawal_id, .. }
        | Action::FailTransfer { withdrawal_id, .. } => [Some((Withdrawal, withdrawal_id)), None],
        // These name a position, or nothing.
        Action::DiscardParkedEvent { .. }
        | Action::ChangeSettlementSettings(_)
        | Action::ChangeWithdrawalSettings(_)
        | Action::ChangeScreenSettings(_)
        | Action::ChangeNotificationSettings(_)
        | Action::ChangeAccountSettings(_)
        | Action::SettleDueOrder { .. } => [None, None],
    }
}

impl BooksCut {
    /// The last event that the books reflect.
    pub const fn position(&self) -> Position {
        self.rest.tail
    }

    /// What is to be saved, table by table.
    pub fn entries(&self) -> Vec<Entries> {
        vec![self.entities.entries(), entries(&self.places.fresh), entries(&self.answers.fresh)]
    }

    /// What is saved beside the tables.
    pub fn rest(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(&self.rest, &mut bytes);
        bytes
    }
}

fn entries<V: Serialize>(fresh: &[(crate::directory::Key, V)]) -> Entries {
    let mut entries = Entries::with_capacity(fresh.len(), size_of::<V>());
    for (key, value) in fresh {
        entries.push(key.number(), |bytes| encode(value, bytes));
    }
    entries
}
