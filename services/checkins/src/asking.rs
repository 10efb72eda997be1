//! Asks the sitter for a look by telephone while no page of theirs can, and takes what comes back.

use crate::answers::{self, BY_CALL, BY_TEXT, Hand, Look};
use crate::store::asked::{self, Unasked};
use crate::store::deliveries::Told;
use crate::store::notifications::{self, LOOK_ASKED, Message, What};
use crate::{Checkins, channels, publish};
use chassis::problem::Failure;
use chassis::store::Store;
use chassis::work::{Act, Work};
use checkins_core::asking::{Round, Word};
use checkins_core::escalation::Cause;
use checkins_core::ladder::Channel;
use checkins_core::signature::Signature;
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};

/// Every commit wakes the timers; a text need not leave within the same second.
const ASK_EVERY: Span = Span::seconds(1);

/// Looks at what is due and not asked for. No alarm waits for it, and one that fails holds up none of the others.
pub(crate) async fn tick(service: &Checkins, store: &Store) {
    let now = store.now();
    if service.asked.at().is_none_or(|at| now.since(at) >= ASK_EVERY) {
        service.asked.passed(now);
        if let Err(failure) = ask_all(store, now).await {
            tracing::error!(error = %failure, "what sitters are to be asked cannot be read");
        }
    }
}

async fn ask_all(store: &Store, now: Timestamp) -> Result<(), Failure> {
    let has_telephone = channels::is_set_up(&store.ground().config, Channel::Sms);
    for unasked in asked::unasked(store, now, has_telephone).await? {
        let ask = async |work: &mut Work| ask(work, &unasked, has_telephone).await;
        if let Err(failure) = store.work(Act::clock(unasked.clinic), ask).await {
            tracing::error!(session.id = %unasked.session, error = %failure, "a sitter could not be asked");
        }
    }
    Ok(())
}

/// Several engines write one message.
async fn ask(work: &mut Work, unasked: &Unasked, has_telephone: bool) -> Result<(), Failure> {
    let Unasked { session, sequence, due_at, sitter, .. } = *unasked;
    let round = Round::of(due_at, work.now(), has_telephone);
    let channel = round.channel(has_telephone);
    let kind = LOOK_ASKED.to_owned();
    let what = What {
        session,
        incident: None,
        kind,
        step: sequence,
        round: round.number(),
        person: sitter,
        channel,
    };
    notifications::write(work, &Message { what, next_at: work.now() }).await?;
    work.audit("checkin.asked", format!("check-in {sequence} over {}", channel.as_str()), Some(session));
    Ok(())
}

/// What came of a look over the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// All well, in time.
    Well,
    /// Taken, and looked at again soon: the count was left out.
    Again,
    /// Kept, after somebody was told of the silence.
    Late,
    /// Somebody is told now.
    NotWell,
}

/// The sitter's word for the look that this message asked for.
pub(crate) async fn answered(work: &mut Work, told: &Told, said: Word) -> Result<Came, Failure> {
    let session = told.what.session;
    if said == Word::NotWell {
        work.audit("alarm.raised", format!("by {}", told.what.channel.as_str()), Some(session));
        publish::raise_for(work, session, Cause::Alarm, Severity::Urgent).await?;
    }
    let source = if told.what.channel == Channel::Voice { BY_CALL } else { BY_TEXT };
    let look = Look { sequence: told.what.step, answers: said.answers(), answered_at: None };
    let taken = answers::look(work, session, &look, Hand { source, signature: Signature::NoKey }).await;
    match (taken, said) {
        // The alarm stands, whatever becomes of the look.
        (Ok(_) | Err(Failure::Refused(_)), Word::NotWell) => Ok(Came::NotWell),
        (Ok(taken), Word::Well) if taken.counted == "late" => Ok(Came::Late),
        (Ok(taken), Word::Well) if taken.severity > Severity::Ok => Ok(Came::Again),
        (Ok(_), Word::Well) => Ok(Came::Well),
        (Err(failure), _) => Err(failure),
    }
}
