//! Routes. Each handler is a guard, a parse, and one call.

use crate::Notify;
use crate::problems;
use crate::store::{self, Draft, Outcome};
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::clock;
use chassis::guard::Guard;
use chassis::ids;
use chassis::mailbox::Mail;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::store::LOOK_AGAIN;
use garde::Validate;
use kernel::id::{ClinicId, IncidentId, NotificationId, PersonId, RecordId};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use notify_core::render::Template;
use proto::permissions::{ReadMailbox, SendTestMail};
use proto::problems::NOT_FOUND;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// A test mail is of no use once the person has walked away.
const TEST_MAIL_USE: Span = Span::seconds(60);
/// Looks at a test mail before the answer is "not yet": 25 s, a little more than one attempt may take.
const TEST_MAIL_LOOKS: usize = 100;

/// One mail as the demo's mailbox page shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailboxEntry {
    /// Its id.
    id: RecordId,
    /// To someone in this role.
    to_role: Option<Role>,
    /// Their first name.
    to_name: Option<String>,
    /// The subject.
    subject: String,
    /// The text.
    text: String,
    /// The links in it.
    links: Vec<String>,
    /// When it was sent.
    sent_at: Timestamp,
    /// The incident it is about.
    incident: Option<IncidentId>,
    /// How many earlier mails of the same incident to the same person are folded into this one.
    earlier: usize,
}

/// The demo's mailbox, newest first; repeats about one incident are folded.
#[utoipa::path(operation_id = "read_mailbox", responses((status = 200, body = Vec<MailboxEntry>), (status = 404, body = ProblemBody)))]
#[get("/mailbox")]
pub async fn mailbox(notify: Guard<ReadMailbox, Notify>) -> Result<HttpResponse, Problem> {
    let (who, ground) = (notify.who()?, notify.store().ground());
    if !ground.config.demo {
        return Err(Problem::new(&NOT_FOUND));
    }
    let folded = folded(ground.mailbox.of(who.clinic));
    let names = names(&notify, who.clinic, folded.iter().map(|(mail, _)| mail.to)).await?;
    let entries = folded.into_iter().map(|(mail, earlier)| MailboxEntry {
        id: mail.id,
        to_role: mail.role,
        to_name: names.get(&mail.to).cloned(),
        subject: mail.subject,
        text: mail.text,
        links: mail.links,
        sent_at: mail.sent_at,
        incident: mail.incident,
        earlier,
    });
    Ok(HttpResponse::Ok().json(entries.collect::<Vec<_>>()))
}

/// Keeps the newest mail of each incident, person and subject, and counts the others.
fn folded(mails: Vec<Mail>) -> Vec<(Mail, usize)> {
    let mut kept: Vec<(Mail, usize)> = vec![];
    for mail in mails {
        let same = kept.iter_mut().find(|(newest, _)| {
            mail.incident.is_some()
                && newest.incident == mail.incident
                && newest.to == mail.to
                && newest.subject == mail.subject
        });
        match same {
            Some((_newest, earlier)) => *earlier += 1,
            None => kept.push((mail, 0)),
        }
    }
    kept
}

/// First names, for those who are known.
async fn names(
    notify: &Notify,
    clinic: ClinicId,
    people: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, String>, Failure> {
    let mut names = HashMap::new();
    for person in people {
        if !names.contains_key(&person)
            && let Some(known) = store::contact(notify.store(), clinic, person).await?
        {
            names.insert(person, known.contact.first_name);
        }
    }
    Ok(names)
}

/// Nothing needs to be said: it goes to oneself.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestMailRequest {}

/// That a mail server took the test mail.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TestMail {
    /// The message.
    notification: NotificationId,
    /// `sent`.
    state: String,
}

/// Sends a test mail to oneself and waits for the mail server's word.
#[utoipa::path(operation_id = "send_test_mail", request_body = TestMailRequest,
    responses((status = 200, body = TestMail), (status = 409, body = ProblemBody)))]
#[post("/test-mail")]
pub async fn test_mail(
    notify: Guard<SendTestMail, Notify>,
    body: Body<TestMailRequest>,
) -> Result<HttpResponse, Problem> {
    let Body(TestMailRequest {}) = body;
    let (act, who) = (notify.act()?, notify.who()?);
    let queued = notify
        .store()
        .command(act, async |work| {
            let draft = Draft {
                id: ids::fresh(),
                person: who.person,
                template: Template::TestMail,
                session: None,
                is_drill: false,
                token: None,
                invite: None,
                starts_at: None,
                useless_at: Some(work.now().plus(TEST_MAIL_USE)),
            };
            let id = draft.id;
            store::queue(work, draft).await?;
            Ok(id)
        })
        .await?;
    let outcome = settled(&notify, who.clinic, queued).await?;
    if outcome.phase != "sent" {
        return Err(problems::of_test_mail(outcome.answer.as_deref()));
    }
    Ok(HttpResponse::Ok().json(TestMail { notification: queued, state: outcome.phase }))
}

/// The message once it was answered, or as it stands when that takes too long.
async fn settled(notify: &Notify, clinic: ClinicId, id: NotificationId) -> Result<Outcome, Failure> {
    let mut woken = notify.store().woken();
    for _look in 0..TEST_MAIL_LOOKS {
        let outcome = store::outcome(notify.store(), clinic, id).await?;
        if !matches!(outcome.phase.as_str(), "queued" | "sending") {
            return Ok(outcome);
        }
        let _ = tokio::time::timeout(clock::duration(LOOK_AGAIN), woken.changed()).await;
    }
    store::outcome(notify.store(), clinic, id).await
}
