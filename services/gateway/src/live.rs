//! The one socket of a page: a beat every 5 s, and what changed. The page says nothing back but pongs.

use crate::door::Door;
use crate::fanout::{Goodbye, Place};
use crate::{Admitted, Gateway};
use actix_web::{HttpRequest, HttpResponse, get, web};
use actix_ws::{CloseCode, CloseReason, MessageStream, Session};
use chassis::clock::{Clock, duration};
use chassis::fallback;
use chassis::problem::Problem;
use kernel::time::Span;
use proto::problems;
use proto::standing::Touch;

/// 5 s (CONTRACT of the screens): three missed beats, and the page says that it does not know.
const BEAT: Span = Span::seconds(5);
/// 4 beats without a sound from the page: its network is gone.
const SILENT_BEATS_MAX: u32 = 4;
/// Every 6th beat the sign-in is asked for again, in case a revocation was never heard.
const BEATS_PER_LOOK: u32 = 6;
/// A page that takes no byte for this long is gone.
const SEND_TIME: Span = Span::seconds(5);
/// 4 KiB: pages send nothing but pings.
const FRAME_BYTES_MAX: usize = 4 * 1024;

/// Opens the socket.
///
/// # Errors
/// When nobody is signed in, or the request opens no socket.
#[utoipa::path(operation_id = "open_live", responses((status = 101, description = "Beats and changes, as JSON text frames"), (status = 401), (status = 400)))]
#[get("/api/live")]
pub async fn open(
    gateway: Gateway,
    admitted: Option<web::ReqData<Admitted>>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let admitted = admitted.ok_or(Problem::new(&problems::AUTH_INVALID))?.into_inner();
    fallback::wants_socket(request.headers())?;
    let (response, session, stream) = actix_ws::handle(&request, body)?;
    let place = gateway.fanout.attach(admitted.standing.person, admitted.standing.sign_in);
    let talk = Talk { door: gateway.door.clone(), clock: gateway.clock.clone(), admitted, session };
    actix_web::rt::spawn(talk.run(stream.max_frame_size(FRAME_BYTES_MAX), place));
    Ok(response)
}

/// One conversation.
struct Talk {
    door: Door,
    clock: Clock,
    admitted: Admitted,
    session: Session,
}

/// What woke the conversation.
enum Woken {
    Beat,
    Message(String),
    Over(Goodbye),
    Heard,
    Gone,
}

impl Talk {
    async fn run(mut self, mut stream: MessageStream, mut place: Place) {
        let mut beats = tokio::time::interval(duration(BEAT));
        let (mut count, mut silent) = (0_u32, 0_u32);
        loop {
            match woken(&mut beats, &mut stream, &mut place).await {
                Woken::Heard => silent = 0,
                Woken::Gone => return,
                Woken::Over(why) => return self.close(why).await,
                Woken::Message(message) => {
                    if !self.send(message).await {
                        return;
                    }
                }
                Woken::Beat => {
                    (count, silent) = (count.wrapping_add(1), silent.saturating_add(1));
                    if count.is_multiple_of(BEATS_PER_LOOK) && !self.counts().await {
                        return self.close(Goodbye::Revoked).await;
                    }
                    if silent > SILENT_BEATS_MAX || !self.beat().await {
                        return;
                    }
                }
            }
        }
    }

    async fn beat(&mut self) -> bool {
        let beat = serde_json::json!({ "type": "beat", "now_at": self.clock.now() }).to_string();
        self.send(beat).await && self.session.ping(b"").await.is_ok()
    }

    async fn send(&mut self, text: String) -> bool {
        matches!(tokio::time::timeout(duration(SEND_TIME), self.session.text(text)).await, Ok(Ok(())))
    }

    /// When identity cannot say, the socket stays: silence about an alarm would be the greater harm.
    async fn counts(&self) -> bool {
        !matches!(self.door.standing(&self.admitted.cookie, Touch::Poll).await, Ok(None))
    }

    async fn close(self, why: Goodbye) {
        let reason = CloseReason { code: CloseCode::Other(why.code()), description: None };
        // The page may be gone already.
        let _ = self.session.close(Some(reason)).await;
    }
}

/// Waits for whatever comes first. Nothing here touches a row, so nothing is lost by being dropped.
async fn woken(beats: &mut tokio::time::Interval, stream: &mut MessageStream, place: &mut Place) -> Woken {
    tokio::select! {
        biased;
        why = &mut place.ended => why.map_or(Woken::Gone, Woken::Over),
        message = place.messages.recv() => message.map_or(Woken::Gone, Woken::Message),
        _tick = beats.tick() => Woken::Beat,
        frame = stream.recv() => match frame {
            Some(Ok(actix_ws::Message::Close(_)) | Err(_)) | None => Woken::Gone,
            Some(Ok(_frame)) => Woken::Heard,
        },
    }
}
