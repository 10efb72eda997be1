//! What comes back from the telephone provider: its word about a message, a key pressed in a call, a reply by text.
//! Each proves itself by the provider's signature; without it there is nothing here, and nothing is written.

use super::Answer;
use crate::asking::Came;
use crate::channels::{
    self,
    telephony::{self, Account},
};
use crate::publish::{self, messages};
use crate::store::deliveries::{self, Told, Word};
use crate::store::notifications::{ANSWERABLE, LOOK_ASKED};
use crate::take::{self, Taken};
use crate::{Checkins, contact};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, post};
use chassis::body::Form;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::{Act, Work};
use checkins_core::asking::Word as Said;
use checkins_core::reply::{self, Reply};
use kernel::id::NotificationId;
use proto::permissions::SpeakForProvider;
use proto::problems;

/// Over the address that the provider was given and every field of the form.
const SIGNATURE: &str = "x-twilio-signature";
/// What the documents call a form.
const FORM: &str = "application/x-www-form-urlencoded";

const TAKEN: &str = "Thank you. You have it. Say on the page what came of it, or the next person is told.";
const CONFIRMED: &str = "Thank you. You are on call.";
const HEARD: &str = "Thank you. Ring them now, and go there if nobody answers. The text or mail that was sent to you opens \
                     the sitter's page.";
const BEFORE: &str = "You said so before.";
const TOO_LATE: &str = "That is over. Nothing was noted.";
const NOT_THEIRS: &str = "Nothing was noted. Only the clinic's staff can take it.";
const UNCLEAR: &str =
    "Nothing was noted. Reply with OK and the four digits of the message, or open its link.";
const WELL: &str = "Thank you. Noted: all is well.";
const AGAIN: &str =
    "Noted. You are asked once more in five minutes: count the breaths for 15 seconds before you answer.";
const LATE: &str = "Noted, but late: somebody was told that nobody looked, and may ring you. Stay with them.";
const NOT_WELL: &str = "Noted. People are being told now and will ring you. Stay with them. In danger to life, call the \
                        emergency number at once.";

/// The fields of a form whose signature is the provider's.
struct Signed<'a> {
    account: &'a Account,
    fields: Vec<(String, String)>,
}

impl Signed<'_> {
    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Whoever is not the provider learns nothing: not even whether there is one.
fn signed<'a>(
    checkins: &'a Checkins,
    request: &HttpRequest,
    form: Result<Form, Problem>,
    address: impl FnOnce(&Account) -> String,
) -> Result<Signed<'a>, Problem> {
    let nothing = || Problem::new(&problems::NOT_FOUND).because("not signed by the telephone provider");
    let account = checkins.telephony.as_ref().ok_or_else(nothing)?;
    let fields = form.map_err(|_unread| nothing())?.0;
    let mut signatures = request.headers().get_all(SIGNATURE);
    let (first, second) = (signatures.next(), signatures.next());
    let signature = first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok());
    if account.is_signed(&address(account), &fields, signature.unwrap_or_default()) {
        Ok(Signed { account, fields })
    } else {
        Err(nothing())
    }
}

async fn told(checkins: &Checkins, id: NotificationId) -> Result<Told, Problem> {
    let found = deliveries::by_telephone(checkins.store(), id).await?;
    found.ok_or(Problem::new(&problems::NOT_FOUND))
}

fn xml(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type("text/xml").body(body)
}

#[utoipa::path(tag = "checkins", operation_id = "hear_of_message", security(("provider" = [])),
    params(("notification" = NotificationId, Path)),
    request_body(content = BTreeMap<String, String>, content_type = FORM),
    responses((status = 204), (status = 404, body = ProblemBody)))]
#[post("/telephony/{notification}/status")]
pub(super) async fn hear_of_message(
    checkins: Guard<SpeakForProvider, Checkins>,
    id: Path<NotificationId>,
    request: HttpRequest,
    form: Result<Form, Problem>,
) -> Answer {
    let signed = signed(&checkins, &request, form, |account| account.callback(*id, "status"))?;
    let told = told(&checkins, *id).await?;
    let is_call = !signed.field("CallSid").is_empty();
    let (reference, status) =
        if is_call { ("CallSid", "CallStatus") } else { ("MessageSid", "MessageStatus") };
    if let Some(word) = word(signed.field(status)) {
        let reference = signed.field(reference).to_owned();
        let noted = checkins.store().work(Act::clock(told.clinic), async |work: &mut Work| {
            if deliveries::note(work, &told, &reference, word).await? {
                publish::heard_of(work, &told, action(word)).await?;
                if word == Word::Failed {
                    messages::advance(work, &told.what).await?;
                }
            }
            Ok(())
        });
        noted.await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Steps on the way say nothing: only where a message ended counts. A call that was taken may have been a machine's.
fn word(status: &str) -> Option<Word> {
    match status {
        "delivered" | "in-progress" | "completed" => Some(Word::Delivered),
        "read" => Some(Word::Seen),
        "undelivered" | "failed" | "busy" | "no-answer" | "canceled" => Some(Word::Failed),
        _on_its_way => None,
    }
}

const fn action(word: Word) -> &'static str {
    match word {
        Word::Delivered => "notification.delivered",
        Word::Seen => "notification.seen",
        Word::Failed => "notification.undelivered",
    }
}

#[utoipa::path(tag = "checkins", operation_id = "press_digit", security(("provider" = [])),
    params(("notification" = NotificationId, Path)),
    request_body(content = BTreeMap<String, String>, content_type = FORM),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 404, body = ProblemBody)))]
#[post("/telephony/{notification}/digits")]
pub(super) async fn press_digit(
    checkins: Guard<SpeakForProvider, Checkins>,
    id: Path<NotificationId>,
    request: HttpRequest,
    form: Result<Form, Problem>,
) -> Answer {
    let signed = signed(&checkins, &request, form, |account| account.callback(*id, "digits"))?;
    let told = told(&checkins, *id).await?;
    let Some(said) = pressed(&told, signed.field("Digits")) else {
        let again = format!("That key does nothing. {}", channels::keys(&told.what.kind));
        return Ok(xml(telephony::question(&again, &signed.account.callback(*id, "digits"))));
    };
    Ok(xml(telephony::farewell(taken(&checkins, &told, said).await?)))
}

fn pressed(told: &Told, digit: &str) -> Option<Said> {
    match digit {
        reply::DIGIT => Some(Said::Well),
        reply::NOT_WELL_DIGIT if told.what.kind == LOOK_ASKED => Some(Said::NotWell),
        _another => None,
    }
}

#[utoipa::path(tag = "checkins", operation_id = "reply_by_text", security(("provider" = [])),
    request_body(content = BTreeMap<String, String>, content_type = FORM),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 404, body = ProblemBody)))]
#[post("/telephony/replies")]
pub(super) async fn reply_by_text(
    checkins: Guard<SpeakForProvider, Checkins>,
    request: HttpRequest,
    form: Result<Form, Problem>,
) -> Answer {
    let signed = signed(&checkins, &request, form, Account::replies)?;
    let meant = match (reply::read(signed.field("Body")), telephony::number(signed.field("From"))) {
        (Some(reply), Some(from)) => meant(&checkins, &reply, &from).await?,
        (Some(_) | None, _) => None,
    };
    let words = match meant {
        Some((told, said)) => taken(&checkins, &told, said).await?,
        None => UNCLEAR,
    };
    Ok(xml(telephony::text(words)))
}

/// The message that a reply from this number means, and what it says to it. The bare digit means one only where there is
/// one to mean.
async fn meant(checkins: &Checkins, reply: &Reply, from: &str) -> Result<Option<(Told, Said)>, Problem> {
    let store = checkins.store();
    let is_bare = *reply == Reply::Digit;
    let mut sent = deliveries::texts(store, store.now().minus(ANSWERABLE), is_bare).await?;
    sent.retain(|told| is_to(checkins, told, from));
    let said = if matches!(reply, Reply::No(_)) { Said::NotWell } else { Said::Well };
    match reply {
        Reply::Code(code) => sent.retain(|told| reply::code(told.id) == *code),
        Reply::No(code) => {
            sent.retain(|told| reply::code(told.id) == *code && told.what.kind == LOOK_ASKED);
        }
        Reply::Digit => {
            let subject = |told: &Told| (told.what.incident, told.what.session);
            let newest = sent.first().map(subject);
            if sent.iter().any(|told| Some(subject(told)) != newest) {
                return Ok(None);
            }
        }
    }
    Ok(sent.into_iter().next().map(|told| (told, said)))
}

fn is_to(checkins: &Checkins, told: &Told, from: &str) -> bool {
    let contact = contact::open(checkins.store(), told.what.person, &told.sealed).ok();
    let phone = contact.and_then(|contact| contact.phone);
    phone.as_deref().and_then(telephony::number).is_some_and(|number| number == from)
}

/// Takes what the message asks for, and says in a sentence what came of it.
async fn taken(checkins: &Checkins, told: &Told, said: Said) -> Result<&'static str, Problem> {
    let store = checkins.store();
    if store.now().since(told.created_at) > ANSWERABLE {
        return Ok(TOO_LATE);
    }
    let act = Act::link(told.clinic, told.what.person);
    match store.work(act, async |work: &mut Work| take::what_it_asks(work, told, said).await).await {
        Ok(came) => Ok(thanks(came)),
        // Whoever is on the telephone reads no problem: it is said to them.
        Err(Failure::Refused(problem)) if is_not_theirs(&problem) => Ok(NOT_THEIRS),
        Err(Failure::Refused(problem))
            if [problems::INCIDENT_RESOLVED, problems::LINK_REFUSED, problems::WATCH_CLOSED]
                .iter()
                .any(|over| over.code == problem.code()) =>
        {
            Ok(TOO_LATE)
        }
        Err(failure) => Err(failure.into()),
    }
}

const fn thanks(came: Taken) -> &'static str {
    match came {
        Taken::Incident => TAKEN,
        Taken::Duty => CONFIRMED,
        Taken::Heard => HEARD,
        Taken::Before => BEFORE,
        Taken::Look(Came::Well) => WELL,
        Taken::Look(Came::Again) => AGAIN,
        Taken::Look(Came::Late) => LATE,
        Taken::Look(Came::NotWell) => NOT_WELL,
    }
}

/// The core said that this person may not take it.
fn is_not_theirs(problem: &Problem) -> bool {
    [problems::INCIDENT_OWN.code, problems::PAGE_NOT_YOURS.code].contains(&problem.code())
}
