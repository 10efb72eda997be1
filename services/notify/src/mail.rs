//! The lane for mail that is not an alarm: one account, a connection per mail, bounded attempts.

use crate::invite::Method;
use anyhow::Context as _;
use chassis::clock;
use chassis::config::{Config, Smtp, SmtpTls};
use kernel::time::{Span, Timestamp};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Each command on the wire. lettre's own default of 60 s would outlast a lease (reliability.md M11).
const COMMAND: Duration = Duration::from_secs(10);
/// A whole attempt: shorter than a lease, so that two never run at once.
const ATTEMPT: Span = Span::seconds(20);
/// What a server says of an address it will never deliver to (RFC 5321, 4.2.3; RFC 7504).
const NO_SUCH_ADDRESS: [u16; 4] = [550, 551, 553, 556];
/// What an address may be at most (RFC 5321, 4.5.3.1).
const ADDRESS_MAX: usize = 254;

/// How mail leaves.
pub(crate) enum Lane {
    /// Through a mail server.
    Smtp {
        /// Its connections.
        transport: Box<AsyncSmtpTransport<Tokio1Executor>>,
        /// Who it is from.
        from: Mailbox,
    },
    /// Into the demo's mailbox.
    Mailbox,
    /// Nothing is configured: messages wait, and readiness says so.
    Missing,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The server took it.
    Accepted,
    /// Not now, for the reason named.
    Later(&'static str),
    /// Never, for the reason named.
    Never(&'static str),
}

/// One message, ready to leave.
pub(crate) struct Letter {
    /// Its id, the same for every attempt, so that a reader's server can tell repeats.
    pub(crate) id: String,
    /// The address.
    pub(crate) to: String,
    /// The subject.
    pub(crate) subject: String,
    /// The text.
    pub(crate) text: String,
    /// A calendar entry.
    pub(crate) calendar: Option<(Method, String)>,
    /// When it was written.
    pub(crate) at: Timestamp,
}

impl Lane {
    /// The lane the configuration asks for.
    pub(crate) fn new(config: &Config) -> anyhow::Result<Self> {
        match &config.smtp {
            Some(smtp) => {
                let from = smtp.from.parse().context("smtp.from is not an address")?;
                Ok(Self::Smtp { transport: Box::new(transport(smtp)?), from })
            }
            None if config.demo => Ok(Self::Mailbox),
            None => Ok(Self::Missing),
        }
    }

    /// Why the service is not ready.
    pub(crate) fn unready(&self) -> Vec<String> {
        match self {
            Self::Missing => vec!["notify: no mail server is configured".into()],
            Self::Smtp { .. } | Self::Mailbox => vec![],
        }
    }

    /// The sender's own address: the organizer of calendar entries.
    pub(crate) fn organizer(&self) -> String {
        match self {
            Self::Smtp { from, .. } => from.email.to_string(),
            Self::Mailbox | Self::Missing => "no-reply@localhost".into(),
        }
    }

    /// Hands one message over.
    pub(crate) async fn send(&self, letter: Letter) -> Answer {
        let Self::Smtp { transport, from } = self else { return Answer::Later("no_mail_server") };
        let message = match letter.message(from.clone()) {
            Ok(message) => message,
            Err(answer) => return answer,
        };
        match tokio::time::timeout(clock::duration(ATTEMPT), transport.send(message)).await {
            Ok(Ok(_taken)) => Answer::Accepted,
            Ok(Err(error)) if is_about_the_address(&error) => Answer::Never("refused"),
            // Ours to mend, not theirs: a wrong password must not cost anyone a message.
            Ok(Err(error)) if error.is_permanent() => Answer::Later("account_refused"),
            Ok(Err(error)) if error.is_transient() => Answer::Later("not_taken"),
            Ok(Err(error)) if error.is_timeout() => Answer::Later("timed_out"),
            // Its cause may quote the server, and the server may quote the address: it stays unsaid.
            Ok(Err(_error)) => Answer::Later("no_connection"),
            Err(_elapsed) => Answer::Later("timed_out"),
        }
    }
}

fn is_about_the_address(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| NO_SUCH_ADDRESS.contains(&u16::from(code)))
}

impl Letter {
    fn message(self, from: Mailbox) -> Result<Message, Answer> {
        let to: Address = match self.to.parse() {
            Ok(address) if self.to.len() <= ADDRESS_MAX => address,
            Ok(_too_long) => return Err(Answer::Never("bad_address")),
            Err(_bad) => return Err(Answer::Never("bad_address")),
        };
        let text = SinglePart::plain(self.text);
        let parts = match self.calendar {
            Some((method, entry)) => MultiPart::mixed().singlepart(text).singlepart(attached(method, entry)?),
            None => MultiPart::mixed().singlepart(text),
        };
        let mut message = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to))
            .message_id(Some(format!("<{}@holdspace>", self.id)))
            .date(system_time(self.at))
            .subject(self.subject)
            .multipart(parts)
            .map_err(|_bad| Answer::Never("bad_message"))?;
        // So that an absence note does not answer (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".into()));
        Ok(message)
    }
}

fn attached(method: Method, entry: String) -> Result<SinglePart, Answer> {
    let kind = format!("text/calendar; charset=utf-8; method={}", method.as_str());
    let kind = ContentType::parse(&kind).map_err(|_bad| Answer::Never("bad_message"))?;
    Ok(Attachment::new("appointment.ics".into()).body(entry, kind))
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(at.micros()).unwrap_or(0))
}

fn transport(smtp: &Smtp) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let mut parameters = TlsParameters::builder(smtp.host.clone());
    if let Some(ca) = &smtp.ca {
        let pem = std::fs::read(ca).with_context(|| format!("cannot read {}", ca.display()))?;
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem)?);
    }
    let tls = match smtp.tls {
        SmtpTls::StartTls => Tls::Required(parameters.build()?),
        SmtpTls::Wrapped => Tls::Wrapper(parameters.build()?),
        SmtpTls::LocalPlain => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(COMMAND));
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}
