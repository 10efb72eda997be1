//! The door: engines bring beats, pages listen, and whoever runs the watchdog asks how it is.

use crate::desk::{Desk, held};
use crate::keys;
use crate::pages;
use crate::problems::{self, Problem};
use crate::silence::{Input, Refusal, Standing};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use proto::beat::{BODY_MAX, Beat, Echo, Signed};
use std::fmt::Write as _;
use std::future::{Future, ready};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A body as JSON text inside JSON: every quotation mark in it is escaped, and there is the rest of the envelope.
const ENVELOPE_MAX: usize = BODY_MAX.saturating_mul(2);
/// A beat that takes longer to arrive is of no use any more.
const BODY_TIME: Duration = Duration::from_secs(5);

/// Every route.
pub(crate) fn routes(config: &mut ServiceConfig, desk: &Arc<Desk>) {
    let (hearing, telling, standing, counting) = (desk.clone(), desk.clone(), desk.clone(), desk.clone());
    let beat = move |body: web::Payload| answered(Arc::clone(&hearing), body);
    let listen = move |request: HttpRequest| ready(pages::listen(&telling, &request));
    config
        .service(web::resource("/beats").route(web::post().to(beat)).route(web::get().to(listen)))
        .route("/live", web::get().to(async || HttpResponse::Ok().json(serde_json::json!({ "live": true }))))
        .route("/ready", web::get().to(move || ready(is_ready(&standing))))
        .route("/metrics", web::get().to(move || ready(numbers(&counting))))
        .default_service(web::to(async || Err::<HttpResponse, _>(problems::NOT_FOUND)));
}

async fn answered(desk: Arc<Desk>, body: web::Payload) -> Result<HttpResponse, Problem> {
    match heard(&desk, read(body)).await {
        Ok(echo) => {
            desk.numbers.beats.fetch_add(1, Ordering::Relaxed);
            Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(echo))
        }
        Err(problem) => {
            *held(&desk.numbers.refused).entry(problem.code).or_default() += 1;
            Err(problem)
        }
    }
}

async fn read(body: web::Payload) -> Result<web::Bytes, Problem> {
    match tokio::time::timeout(BODY_TIME, body.to_bytes_limited(ENVELOPE_MAX)).await {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Ok(Err(_broken))) => Err(problems::MALFORMED),
        Ok(Err(_limit)) => Err(problems::TOO_LARGE),
        Err(_elapsed) => Err(problems::SLOW),
    }
}

/// Envelope, key, signature, beat, time, sequence: in this order, so that a stranger costs least.
async fn heard(
    desk: &Desk,
    body: impl Future<Output = Result<web::Bytes, Problem>>,
) -> Result<Signed, Problem> {
    let signed: Signed = serde_json::from_slice(&body.await?).map_err(|_bad| problems::MALFORMED)?;
    let key = desk.trusted.get(&signed.key_id).ok_or(problems::KEY_UNKNOWN)?;
    if !keys::is_signed_by(key, &signed) {
        return Err(problems::SIGNATURE_BAD);
    }
    let beat: Beat = serde_json::from_str(signed.body.as_str()).map_err(|_bad| problems::MALFORMED)?;
    let now = desk.clock.now();
    desk.step(Input::Beat(&beat), now).map_err(|refusal| {
        // Only what an engine signed is worth a line: strangers could fill the log. They are counted.
        tracing::warn!(engine = ?beat.engine, %refusal, "a beat was refused");
        match refusal {
            Refusal::NotFresh => problems::NOT_FRESH,
            Refusal::Replayed => problems::REPLAYED,
            Refusal::TooManyEngines => problems::TOO_MANY_ENGINES,
        }
    })?;
    let echo = Echo {
        watchdog: desk.boot.clone(),
        sequence: beat.sequence,
        heard_at: now.wall,
        clean: desk.is_clean(),
    };
    let text = serde_json::to_string(&echo).map_err(|_never| problems::BROKEN)?;
    desk.signer.sign(text).map_err(|_never| problems::BROKEN)
}

fn is_ready(desk: &Desk) -> Result<HttpResponse, Problem> {
    if desk.is_clean() {
        Ok(HttpResponse::Ok().json(serde_json::json!({ "ready": true })))
    } else {
        Err(problems::NOT_READY)
    }
}

/// Counts only: whoever reaches the port may read them.
fn numbers(desk: &Desk) -> HttpResponse {
    let ((standing, engines), numbers) = (*desk.changes.borrow(), &desk.numbers);
    let mut text = format!(
        "watchdog_beats_heard_total {}\nwatchdog_engines {}\nwatchdog_silent {}\nwatchdog_audit_failing {}\nwatchdog_path_broken {}\n\
         watchdog_clean {}\nwatchdog_streams {}\nwatchdog_mails_taken_total {}\nwatchdog_mails_failed_total {}\n",
        numbers.beats.load(Ordering::Relaxed),
        engines,
        u8::from(standing == Standing::Silent),
        u8::from(standing == Standing::AuditFailing),
        u8::from(standing == Standing::PathBroken),
        u8::from(desk.is_clean()),
        numbers.streams.load(Ordering::Relaxed),
        numbers.mails_taken.load(Ordering::Relaxed),
        numbers.mails_failed.load(Ordering::Relaxed),
    );
    for (code, count) in held(&numbers.refused).iter() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "watchdog_beats_refused_total{{code=\"{code}\"}} {count}");
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}
