//! The house's side of the conversation: what has been said on this socket, so that nothing is said twice.

use crate::devices::{Member, Roster, RosterSigner};
use crate::hall::View;
use crate::problems;
use crate::sfu::engine::{PeerId, SLOTS, SlotLines};
use crate::sfu::sdp::offer::Offer;
use crate::sfu::thread::{Entry, Sfu};
use crate::signal::roster::roster;
use crate::signal::words::{OnRoster, Slot, ToBrowser};
use actix_ws::{Closed, Session};
use chassis::clock;
use chassis::problem::Problem;
use kernel::id::{PersonId, SessionId};
use kernel::time::{Span, Timestamp};
use proto::problems as table;
use std::future::Future;
use video_core::ticket::Ticket;

/// A browser that takes longer to read one message has lost its line.
const SEND_WITHIN: Span = Span::seconds(2);

/// Close codes 4000 to 4999 are ours (RFC 6455 §7.4.2).
const CLOSED_FOR_GOOD: u16 = 4403;
/// The ticket opens nothing; a fresh one may.
const NO_TICKET: u16 = 4401;

/// How a line ends.
#[derive(Debug)]
pub enum Ending {
    /// The browser said goodbye.
    Left,
    /// The socket is gone without a word.
    Lost,
    /// We say why.
    Told {
        /// The word for it.
        why: &'static str,
        /// A problem code.
        code: &'static str,
        /// What to do now.
        detail: String,
        /// Whether a new ticket may help at once.
        again: bool,
        /// Whether a newer line has the seat, and takes over the media.
        is_replaced: bool,
    },
}

impl Ending {
    /// A problem that ends this line.
    pub fn refused(problem: &Problem) -> Self {
        let code = problem.code();
        let why = match code {
            "room.other_device" => "other_device",
            "room.removed" => "removed",
            "room.closed" => "closed",
            _other => "refused",
        };
        // A ticket may have been spent by a connection that broke, and a house that starts is ready in seconds.
        let again =
            [&table::ROOM_TICKET, &table::HOUSE_NOT_READY, &table::HOUSE_BROKEN, &table::CHANGED_UNDER_YOU]
                .iter()
                .any(|kind| kind.code == code);
        Self::Told { why, code, detail: problem.body("").detail, again, is_replaced: false }
    }

    /// A newer line has the seat.
    pub fn replaced() -> Self {
        let detail = table::ROOM_OTHER_DEVICE.detail.to_owned();
        Self::Told { why: "replaced", code: "room.replaced", detail, again: false, is_replaced: true }
    }

    /// Sent out.
    pub fn removed() -> Self {
        Self::refused(&Problem::new(&table::ROOM_REMOVED))
    }

    /// No longer one of the session's people.
    pub fn excused() -> Self {
        Self::refused(&Problem::new(&table::ROOM_EXCUSED))
    }

    /// The session is over.
    pub fn closed() -> Self {
        Self::refused(&problems::room(video_core::room::Refusal::Closed))
    }

    /// For good: another ticket will not help.
    pub fn leaving(self) -> Self {
        match self {
            Self::Told { why, code, detail, is_replaced, .. } => {
                Self::Told { why, code, detail, again: false, is_replaced }
            }
            Self::Left | Self::Lost => self,
        }
    }
}

/// One conversation.
pub struct Talk {
    session: Session,
    peer: Option<PeerId>,
    lines: Vec<SlotLines>,
    waits: bool,
    is_in: bool,
    has_offered: bool,
    told_roster: Vec<OnRoster>,
    /// Counts the rosters of devices that were told.
    roster_epoch: u64,
}

impl Talk {
    /// One in which nothing has been said.
    pub const fn new(session: Session) -> Self {
        Self {
            session,
            peer: None,
            lines: vec![],
            waits: false,
            is_in: false,
            has_offered: false,
            told_roster: vec![],
            roster_epoch: 0,
        }
    }

    /// The media line, once there is one.
    pub const fn peer(&self) -> Option<PeerId> {
        self.peer
    }

    /// The media line is someone else's to end.
    pub const fn forget_peer(&mut self) {
        self.peer = None;
    }

    /// Says it.
    pub async fn say(&mut self, message: &ToBrowser) -> Result<(), Ending> {
        let text = serde_json::to_string(message).map_err(|_never| Ending::Lost)?;
        within(self.session.text(text)).await
    }

    /// Asks whether the browser is there. Browsers answer by themselves, even with the page asleep.
    pub async fn ping(&mut self) -> Result<(), Ending> {
        within(self.session.ping(b"")).await
    }

    /// Answers the same question.
    pub async fn pong(&mut self, payload: &[u8]) -> Result<(), Ending> {
        within(self.session.pong(payload)).await
    }

    /// Once.
    pub async fn waiting(&mut self, since_at: Timestamp) -> Result<(), Ending> {
        if std::mem::replace(&mut self.waits, true) {
            return Ok(());
        }
        self.say(&ToBrowser::Waiting { since_at }).await
    }

    /// Once.
    pub async fn admitted(&mut self) -> Result<(), Ending> {
        if std::mem::replace(&mut self.is_in, true) {
            return Ok(());
        }
        self.say(&ToBrowser::Admitted { slots: SLOTS }).await
    }

    /// The roster, if it is another than the one told last.
    pub async fn roster(&mut self, view: &View) -> Result<(), Ending> {
        let people = roster(view);
        if people == self.told_roster {
            return Ok(());
        }
        self.told_roster.clone_from(&people);
        self.say(&ToBrowser::Roster { people }).await
    }

    /// Answers the one offer of this line. A second would be a rejoin, and that takes a new ticket.
    pub async fn offer(
        &mut self,
        sfu: &Sfu,
        ticket: &Ticket,
        sdp: &str,
        entry: impl FnOnce(Offer) -> Entry,
    ) -> Result<(), Ending> {
        if !self.is_in || std::mem::replace(&mut self.has_offered, true) {
            return Err(Ending::refused(&Problem::new(&table::ROOM_OFFER)));
        }
        let offer = Offer::read(sdp).map_err(|refusal| Ending::refused(&problems::offer(refusal)))?;
        ticket
            .check_offer(&offer.fingerprints)
            .map_err(|refusal| Ending::refused(&problems::ticket(refusal)))?;
        let entered = sfu.enter(entry(offer)).await.map_err(|fault| {
            tracing::warn!(session.id = %ticket.room, error = %fault, "an offer could not be answered");
            Ending::refused(&Problem::new(&table::ROOM_OFFER))
        });
        let (peer, answer) = entered?;
        (self.peer, self.lines) = (Some(peer), answer.slots);
        self.say(&ToBrowser::Answer { sdp: answer.sdp }).await
    }

    /// The devices that may hold keys, signed.
    pub async fn devices(
        &mut self,
        signer: &RosterSigner,
        room: SessionId,
        members: Vec<Member>,
        issued_at: Timestamp,
    ) -> Result<(), Ending> {
        self.roster_epoch += 1;
        let roster = Roster { room, epoch: self.roster_epoch, issued_at, members };
        self.say(&ToBrowser::Devices(signer.sign(roster))).await
    }

    /// Whom each slot shows.
    pub async fn slots(&mut self, people: Vec<Option<PersonId>>) -> Result<(), Ending> {
        let slots = self.lines.iter().zip(people);
        let slots = slots
            .map(|(lines, person)| Slot { audio: lines.audio.clone(), video: lines.video.clone(), person })
            .collect();
        self.say(&ToBrowser::Slots { slots }).await
    }

    /// Closes the socket and keeps the media.
    pub async fn close(&mut self) {
        let _gone = self.session.clone().close(Some(actix_ws::CloseCode::Normal.into())).await;
    }

    /// The last word, and the end of the socket.
    pub async fn end(mut self, ending: Ending) {
        let code = match ending {
            Ending::Left | Ending::Lost => actix_ws::CloseCode::Normal,
            Ending::Told { why, code, detail, again, is_replaced: _ } => {
                // A browser that cannot be told finds the socket closed, and asks for a ticket that it does not get.
                let _unheard = self.say(&ToBrowser::Ended { why, code, detail, again }).await;
                let is_ticket = code == table::ROOM_TICKET.code;
                actix_ws::CloseCode::Other(if is_ticket { NO_TICKET } else { CLOSED_FOR_GOOD })
            }
        };
        let _gone = self.session.close(Some(code.into())).await;
    }
}

async fn within(sending: impl Future<Output = Result<(), Closed>>) -> Result<(), Ending> {
    match tokio::time::timeout(clock::duration(SEND_WITHIN), sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Ending::Lost),
    }
}
