//! Events to the sockets of the people addressed. Decides nothing, remembers nothing.

use kernel::id::{PersonId, SignInId};
use proto::envelope::Envelope;
use proto::events::identity::SignInRevoked;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// 64 waiting messages: a page that is further behind reconnects and asks for everything anew.
const QUEUE_MAX: usize = 64;
/// 12 sockets of one person: four screens, each reopened twice before the old one is noticed gone.
const SOCKETS_PER_PERSON_MAX: usize = 12;

/// Everyone whose screen is connected to this process.
#[derive(Debug, Clone, Default)]
pub struct Fanout(Arc<Mutex<Sockets>>);

#[derive(Debug, Default)]
struct Sockets {
    next: u64,
    people: HashMap<PersonId, Vec<Socket>>,
}

#[derive(Debug)]
struct Socket {
    number: u64,
    sign_in: SignInId,
    messages: mpsc::Sender<String>,
    ended: oneshot::Sender<Goodbye>,
}

/// Why a socket closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goodbye {
    /// The sign-in counts no longer; the page asks to sign in.
    Revoked,
    /// Another socket of the same person took its place; the page reconnects if it still lives.
    Crowded,
    /// This gateway stops; the page reconnects, to another one or to the next one here.
    Stopping,
    /// It fell too far behind; the page reconnects and asks for everything anew.
    Behind,
}

impl Goodbye {
    /// The WebSocket close code.
    pub const fn code(self) -> u16 {
        match self {
            Self::Revoked => 4401,
            // "Service restart" (RFC 6455 registry).
            Self::Stopping => 1012,
            // "Try again later".
            Self::Crowded | Self::Behind => 1013,
        }
    }
}

/// A place among the sockets. Dropping it gives it back.
#[derive(Debug)]
pub struct Place {
    fanout: Fanout,
    person: PersonId,
    number: u64,
    /// What to send.
    pub messages: mpsc::Receiver<String>,
    /// Says when to close, and why.
    pub ended: oneshot::Receiver<Goodbye>,
}

impl Fanout {
    /// Adds a socket of this person; the oldest goes when they have too many.
    pub fn attach(&self, person: PersonId, sign_in: SignInId) -> Place {
        let (to, messages) = mpsc::channel(QUEUE_MAX);
        let (end, ended) = oneshot::channel();
        let mut sockets = self.sockets();
        let number = sockets.next;
        sockets.next = number.saturating_add(1);
        let own = sockets.people.entry(person).or_default();
        own.push(Socket { number, sign_in, messages: to, ended: end });
        if own.len() > SOCKETS_PER_PERSON_MAX {
            own.remove(0).close(Goodbye::Crowded);
        }
        drop(sockets);
        Place { fanout: self.clone(), person, number, messages, ended }
    }

    /// Tells everyone addressed that something changed: which topic and which session, never more.
    pub fn tell(&self, envelope: &Envelope) {
        if let Some(gone) = envelope.open::<SignInRevoked>() {
            self.revoke(gone.person, gone.sign_in);
        }
        let message = changed(envelope);
        let mut sockets = self.sockets();
        for person in &envelope.audience {
            if let Some(own) = sockets.people.get_mut(person) {
                deliver(own, &message);
            }
        }
    }

    /// Closes every socket of one sign-in.
    pub fn revoke(&self, person: PersonId, sign_in: SignInId) {
        let mut sockets = self.sockets();
        if let Some(own) = sockets.people.get_mut(&person) {
            for gone in own.extract_if(.., |socket| socket.sign_in == sign_in) {
                gone.close(Goodbye::Revoked);
            }
        }
    }

    /// Closes every socket: the house moves on.
    pub fn close_all(&self) {
        let people = std::mem::take(&mut self.sockets().people);
        people.into_values().flatten().for_each(|socket| socket.close(Goodbye::Stopping));
    }

    /// Whether this person has a screen open here.
    pub fn is_present(&self, person: PersonId) -> bool {
        self.sockets().people.get(&person).is_some_and(|own| !own.is_empty())
    }

    /// How many sockets are open.
    pub fn count(&self) -> usize {
        self.sockets().people.values().map(Vec::len).sum()
    }

    fn leave(&self, person: PersonId, number: u64) {
        let mut sockets = self.sockets();
        if let Some(own) = sockets.people.get_mut(&person) {
            own.retain(|socket| socket.number != number);
            if own.is_empty() {
                sockets.people.remove(&person);
            }
        }
    }

    /// The lists stay whole even if a thread died holding them: every change is one call.
    fn sockets(&self) -> MutexGuard<'_, Sockets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a page hears: enough to know which queries to ask again.
fn changed(envelope: &Envelope) -> String {
    serde_json::json!({ "type": "changed", "what": envelope.topic(), "session": envelope.subject })
        .to_string()
}

fn deliver(own: &mut Vec<Socket>, message: &str) {
    let behind = own.extract_if(.., |socket| socket.messages.try_send(message.to_owned()).is_err());
    behind.for_each(|socket| socket.close(Goodbye::Behind));
}

impl Socket {
    fn close(self, why: Goodbye) {
        // A receiver that is gone has closed already.
        let _ = self.ended.send(why);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.fanout.leave(self.person, self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::{ClinicId, EventId};
    use kernel::time::Timestamp;
    use proto::envelope::Event as _;

    const LEE: &str = "01a200c6-eae5-77c8-8a24-e415822e4b75";
    const SAM: &str = "01a200c6-eae5-77c8-8a24-e415822e4b76";

    fn person(id: &str) -> PersonId {
        id.parse().unwrap()
    }

    fn sign_in(id: &str) -> SignInId {
        id.parse().unwrap()
    }

    fn event(name: &str, audience: &[&str], data: serde_json::Value) -> Envelope {
        Envelope {
            specversion: "1.0".into(),
            id: EventId(LEE.parse().unwrap()),
            source: "/checkins".into(),
            name: name.into(),
            occurred_at: Timestamp::from_micros(0),
            clinic: ClinicId(LEE.parse().unwrap()),
            subject: None,
            audience: audience.iter().map(|id| person(id)).collect(),
            data,
        }
    }

    #[test]
    fn only_the_people_addressed_hear_and_they_hear_no_content() {
        let fanout = Fanout::default();
        let (mut lee, mut sam) =
            (fanout.attach(person(LEE), sign_in(LEE)), fanout.attach(person(SAM), sign_in(SAM)));
        fanout.tell(&event("checkins.incident_opened.v1", &[LEE], serde_json::json!({"cause": "breathing"})));
        let heard = lee.messages.try_recv().unwrap();
        assert_eq!(heard, r#"{"session":null,"type":"changed","what":"checkins.incident_opened"}"#);
        assert!(sam.messages.try_recv().is_err());
    }

    #[test]
    fn a_revoked_sign_in_closes_its_sockets_and_no_others() {
        let fanout = Fanout::default();
        let (mut phone, mut laptop) =
            (fanout.attach(person(LEE), sign_in(LEE)), fanout.attach(person(LEE), sign_in(SAM)));
        let gone =
            SignInRevoked { sign_in: sign_in(LEE), person: person(LEE), at: Timestamp::from_micros(0) };
        fanout.tell(&event(SignInRevoked::NAME, &[], serde_json::to_value(gone).unwrap()));
        assert_eq!(phone.ended.try_recv(), Ok(Goodbye::Revoked));
        assert!(laptop.ended.try_recv().is_err());
    }

    #[test]
    fn a_screen_that_falls_behind_is_let_go() {
        let fanout = Fanout::default();
        let mut lee = fanout.attach(person(LEE), sign_in(LEE));
        for _ in 0..=QUEUE_MAX {
            fanout.tell(&event("safety.phase_changed.v1", &[LEE], serde_json::json!({})));
        }
        assert_eq!(lee.ended.try_recv(), Ok(Goodbye::Behind));
        assert_eq!(fanout.count(), 0);
    }

    #[test]
    fn one_person_holds_twelve_sockets_and_the_newest_wins() {
        let fanout = Fanout::default();
        let mut all: Vec<_> =
            (0..=SOCKETS_PER_PERSON_MAX).map(|_| fanout.attach(person(LEE), sign_in(LEE))).collect();
        assert_eq!(all[0].ended.try_recv(), Ok(Goodbye::Crowded));
        assert_eq!(fanout.count(), SOCKETS_PER_PERSON_MAX);
        all.clear();
        assert!(!fanout.is_present(person(LEE)));
    }
}
