//! One browser's socket, from hello to goodbye.

use crate::Video;
use crate::devices::{DeviceKey, PublicKey};
use crate::hall::{Notice, Watching};
use crate::sfu::thread::{Entry, Letter, News};
use crate::signal::door::{self, Entered};
use crate::signal::sends::Sends;
use crate::signal::talk::{Ending, Talk};
use crate::signal::words::{FromBrowser, MESSAGE_BYTES_MAX, ToBrowser};
use crate::store::Rooms;
use actix_ws::{Message, MessageStream, Session};
use chassis::clock;
use chassis::problem::{Failure, Problem};
use chassis::work::Act;
use kernel::time::Span;
use proto::problems;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use video_core::room::{Command, Standing};
use video_core::ticket::Ticket;

/// Someone who opens a socket has a ticket in hand.
const HELLO_WITHIN: Span = Span::seconds(5);

/// How often the house says that it is here, and asks whether the browser is.
const BEAT: Duration = Duration::from_secs(1);

/// A browser silent for this long has lost its line; with the beat, the others hear within 5 s (reliability.md P32).
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// Messages per second that a browser may send for long, and at once (reliability.md P37).
const MESSAGES_PER_BEAT: u32 = 20;
const MESSAGES_AT_ONCE: u32 = 40;

/// Serves one socket until it ends.
pub async fn serve(video: Arc<Video>, session: Session, messages: MessageStream) {
    let mut messages = messages.max_frame_size(MESSAGE_BYTES_MAX);
    let hello = tokio::time::timeout(clock::duration(HELLO_WITHIN), hello(&mut messages)).await;
    let (entered, public_key) = match hello {
        Ok(Some((token, public_key))) => (door::enter(&video, &token).await, public_key),
        Ok(None) | Err(_) => (Err(Problem::new(&problems::ROOM_TICKET)), None),
    };
    match entered {
        Ok(entered) => {
            let (line, heard) = (Line::new(video, entered, public_key, session), messages);
            line.run(heard).await;
        }
        Err(problem) => Talk::new(session).end(Ending::refused(&problem)).await,
    }
}

/// The token and the key of the first message, if that is what comes first.
async fn hello(messages: &mut MessageStream) -> Option<(String, Option<PublicKey>)> {
    loop {
        match messages.recv().await? {
            Ok(Message::Text(text)) => {
                return match serde_json::from_str(&text) {
                    Ok(FromBrowser::Hello { token, public_key }) => Some((token, public_key)),
                    Ok(_) | Err(_) => None,
                };
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Binary(_) | Message::Continuation(_) | Message::Close(_) | Message::Nop) | Err(_) => {
                return None;
            }
        }
    }
}

/// One coming-in with its socket.
struct Line {
    video: Arc<Video>,
    entered: Entered,
    public_key: Option<PublicKey>,
    talk: Talk,
    watching: Watching,
    news: mpsc::UnboundedReceiver<News>,
    news_in: mpsc::UnboundedSender<News>,
    heard_at: Instant,
    allowance: u32,
}

/// How a socket's life went on after one turn.
type Turn = Result<(), Ending>;

impl Line {
    fn new(video: Arc<Video>, entered: Entered, public_key: Option<PublicKey>, session: Session) -> Self {
        let ticket = &entered.ticket;
        let (room, version) = (entered.row.state.clone(), entered.row.version);
        let watching = video.hall.watch(ticket.clinic, ticket.room, room, version);
        // Who comes anew is looked at anew.
        video.hall.set_switches(ticket.room, ticket.person, |switches| switches.sends = Sends::default());
        let (news_in, news) = mpsc::unbounded_channel();
        let (talk, heard_at) = (Talk::new(session), clock::monotonic());
        let allowance = MESSAGES_AT_ONCE;
        Self { video, entered, public_key, talk, watching, news, news_in, heard_at, allowance }
    }

    async fn run(mut self, messages: MessageStream) {
        let ending = self.converse(messages).await;
        self.part(ending).await;
    }

    /// Talks until the line ends, and says how.
    async fn converse(&mut self, mut messages: MessageStream) -> Ending {
        let mut beat = tokio::time::interval(BEAT);
        if let Err(ending) = self.look().await {
            return ending;
        }
        loop {
            let turn = tokio::select! {
                message = messages.recv() => self.hear(message).await,
                Some(news) = self.news.recv() => self.relay(news).await,
                changed = self.watching.view.changed() => match changed {
                    Ok(()) => self.look().await,
                    Err(_) => Err(Ending::Lost),
                },
                notice = self.watching.notices.recv() => match notice {
                    Ok(notice) => self.heed(notice).await,
                    // A socket that lagged behind the notices finds them in the trail.
                    Err(_) => Ok(()),
                },
                _ = beat.tick() => self.beat().await,
            };
            if let Err(ending) = turn {
                return ending;
            }
        }
    }

    /// Acts on what the room says of this line now. Waking twice does nothing twice.
    async fn look(&mut self) -> Turn {
        let view = self.watching.view.borrow_and_update().clone();
        let ticket = &self.entered.ticket;
        match view.room.standing(ticket.person, &ticket.line) {
            Standing::Waiting(since_at) => self.talk.waiting(since_at).await?,
            Standing::Present => self.talk.admitted().await?,
            Standing::Replaced => return Err(Ending::replaced()),
            Standing::Removed => return Err(Ending::removed()),
            Standing::Excused => return Err(Ending::excused()),
            Standing::Closed => return Err(Ending::closed()),
        }
        self.talk.roster(&view).await
    }

    async fn hear(&mut self, message: Option<Result<Message, actix_ws::ProtocolError>>) -> Turn {
        self.heard_at = clock::monotonic();
        match message {
            Some(Ok(Message::Text(text))) => self.obey(&text).await,
            Some(Ok(Message::Ping(payload))) => self.talk.pong(&payload).await,
            Some(Ok(Message::Pong(_) | Message::Nop)) => Ok(()),
            // Closing without a goodbye is what a page that is reloaded does, and a broken line looks the same: it
            // will be back.
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Ending::Lost),
            Some(Ok(Message::Binary(_) | Message::Continuation(_))) => {
                Err(Ending::refused(&Problem::new(&problems::JSON_SYNTAX)))
            }
        }
    }

    async fn obey(&mut self, text: &str) -> Turn {
        let chatter = || Ending::refused(&Problem::new(&problems::ROOM_CHATTER));
        self.allowance = self.allowance.checked_sub(1).ok_or_else(chatter)?;
        let unread = |_unread| Ending::refused(&Problem::new(&problems::JSON_SYNTAX));
        match serde_json::from_str(text).map_err(unread)? {
            FromBrowser::Hello { .. } => return Err(Ending::refused(&Problem::new(&problems::ROOM_TICKET))),
            FromBrowser::Offer { sdp } => return self.offer(sdp).await,
            FromBrowser::Bye => return Err(Ending::Left),
            FromBrowser::Switches { camera, microphone } => {
                self.set_switches(|switches| (switches.camera, switches.microphone) = (camera, microphone));
            }
            FromBrowser::Sends { picture, sound } => {
                let now = self.video.store.now();
                self.set_switches(|switches| switches.sends.hear(picture, sound, now));
            }
            FromBrowser::Quality { score } => {
                self.set_switches(|switches| switches.quality = Some(score.clamp(1, 5)));
            }
            FromBrowser::AgreeOpen { on } => self.set_switches(|switches| switches.agrees_open = on),
            FromBrowser::Pictures { on } => {
                if let Some(peer) = self.talk.peer() {
                    self.video.sfu.set_pictures(peer, on);
                }
            }
            FromBrowser::Key { to, key } => self.post(to, Letter::Key(key)),
            FromBrowser::KeyHad { to, epoch } => self.post(to, Letter::KeyHad(epoch)),
        }
        Ok(())
    }

    fn set_switches(&self, change: impl FnOnce(&mut crate::hall::Switches)) {
        self.video.hall.set_switches(self.entered.ticket.room, self.entered.ticket.person, change);
    }

    async fn offer(&mut self, sdp: String) -> Turn {
        let Ticket { room, person, device, .. } = self.entered.ticket.clone();
        let key = self.public_key.map(|public_key| DeviceKey { device, public_key });
        // Who comes anew is asked anew.
        let encrypts = Some(key.is_some());
        self.set_switches(|switches| (switches.encrypts, switches.agrees_open) = (encrypts, false));
        let news = self.news_in.clone();
        let entry = |offer| Entry { room, person, offer, key, news };
        self.talk.offer(&self.video.sfu, &self.entered.ticket, &sdp, entry).await
    }

    fn post(&self, to: u16, letter: Letter) {
        if let Some(peer) = self.talk.peer() {
            self.video.sfu.post(peer, to, letter);
        }
    }

    async fn relay(&mut self, news: News) -> Turn {
        match news {
            News::Seated(people) => self.talk.slots(people).await,
            News::Connected => Ok(()),
            News::Failed => self.talk.say(&ToBrowser::MediaLost).await,
            News::Devices(members) => {
                let (room, now) = (self.entered.ticket.room, self.video.store.now());
                self.talk.devices(&self.video.roster_signer, room, members, now).await
            }
            News::Letter { from, letter: Letter::Key(key) } => {
                self.talk.say(&ToBrowser::Key { from, key }).await
            }
            News::Letter { from, letter: Letter::KeyHad(epoch) } => {
                self.talk.say(&ToBrowser::KeyHad { from, epoch }).await
            }
        }
    }

    async fn heed(&mut self, notice: Notice) -> Turn {
        match notice {
            Notice::OtherDeviceRefused(person) => {
                let me = self.entered.ticket.person;
                let view = self.watching.view.borrow().clone();
                let is_door = view.room.member(me).is_some_and(video_core::member::Member::opens_the_door);
                let code = "room.other_device_refused";
                if is_door { self.talk.say(&ToBrowser::Notice { code, person }).await } else { Ok(()) }
            }
            Notice::SignInRevoked(sign_in) if sign_in == self.entered.sign_in => {
                Err(Ending::refused(&Problem::new(&problems::AUTH_INVALID)).leaving())
            }
            Notice::SignInRevoked(_) => Ok(()),
        }
    }

    async fn beat(&mut self) -> Turn {
        if clock::monotonic().saturating_duration_since(self.heard_at) > SILENCE_MAX {
            return Err(Ending::Lost);
        }
        self.allowance = self.allowance.saturating_add(MESSAGES_PER_BEAT).min(MESSAGES_AT_ONCE);
        self.talk.ping().await?;
        self.talk.say(&ToBrowser::Beat { now_at: self.video.store.now() }).await
    }

    /// Says goodbye, tells the room, and lets go of the media.
    async fn part(mut self, ending: Ending) {
        let ticket = &self.entered.ticket;
        let (person, line) = (ticket.person, ticket.line.clone());
        match ending {
            Ending::Left => self.tell_room(Command::Leave { person, line }).await,
            Ending::Lost => {
                // A browser that closed its end waits for ours before it comes again.
                self.talk.close().await;
                self.tell_room(Command::Lose { person, line }).await;
                self.hold().await;
            }
            Ending::Told { is_replaced: true, .. } => {
                if let Some(peer) = self.talk.peer() {
                    self.video.sfu.retire(peer);
                }
                return self.talk.end(ending).await;
            }
            // Out means out at once: the media goes first, then the words.
            Ending::Told { .. } => {
                if let Some(peer) = self.talk.peer() {
                    self.video.sfu.dismiss(peer);
                }
                self.tell_room(Command::Leave { person, line }).await;
            }
        }
        if let Some(peer) = self.talk.peer() {
            self.video.sfu.dismiss(peer);
        }
        self.talk.end(ending).await;
    }

    /// The socket is gone, the seat is held: media goes on until the person is back on another line, or has left.
    async fn hold(&mut self) {
        let (person, line) = (self.entered.ticket.person, self.entered.ticket.line.clone());
        let ours = |room: &video_core::room::Room| room.standing(person, &line) == Standing::Present;
        while ours(&self.watching.view.borrow_and_update().room) {
            if self.watching.view.changed().await.is_err() {
                return;
            }
        }
        let room = self.watching.view.borrow().room.clone();
        let is_back = room.member(person).is_some_and(|member| member.place.line().is_some());
        if let Some(peer) = self.talk.peer()
            && is_back
        {
            self.video.sfu.retire(peer);
            self.talk.forget_peer();
        }
    }

    async fn tell_room(&self, command: Command) {
        let ticket = &self.entered.ticket;
        let act = Act::link(ticket.clinic, ticket.person);
        let told = self
            .video
            .store
            .work(act, async |work| work.step::<Rooms>(ticket.room, command.clone()).await.map(drop));
        match told.await {
            Ok(()) | Err(Failure::Refused(_)) => {}
            // The row still says present: the next start of the house, or their next coming-in, puts it right.
            Err(failure) => {
                tracing::error!(session.id = %ticket.room, error = %failure, "a line's end was not noted");
            }
        }
    }
}
