//! The alarm lane: its own mail account, its own connections, its own deadlines. Shared with no other mail.

use anyhow::Context as _;
use chassis::config::{Smtp, SmtpTls};
use chassis::service::Ground;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::Duration;

/// Each command on the wire; a whole attempt is cut off by `ATTEMPT` (reliability.md M11).
const COMMAND: Duration = Duration::from_secs(5);
/// A whole attempt.
const ATTEMPT: Duration = Duration::from_secs(6);

/// Sends alarm mail, or keeps it in the demo's mailbox.
pub(crate) enum Lane {
    /// A real server.
    Smtp {
        /// The pooled connections.
        transport: AsyncSmtpTransport<Tokio1Executor>,
        /// The sender.
        from: String,
    },
    /// The demo's mailbox page.
    Mailbox,
    /// Nothing is configured: a safety channel is missing, and readiness says so.
    Missing,
}

impl Lane {
    pub(crate) fn new(ground: &Ground) -> anyhow::Result<Self> {
        match ground.config.alarm_smtp.as_ref().or(ground.config.smtp.as_ref()) {
            Some(smtp) => Ok(Self::Smtp { transport: transport(smtp)?, from: smtp.from.clone() }),
            None if ground.config.demo => Ok(Self::Mailbox),
            None => Ok(Self::Missing),
        }
    }

    pub(crate) fn unready(&self) -> Vec<String> {
        match self {
            Self::Missing => vec!["checkins: no mail server for alarms is configured".into()],
            Self::Smtp { .. } | Self::Mailbox => vec![],
        }
    }

    /// Hands one message over. The answer is the server's own word for it.
    pub(crate) async fn send(&self, mail: &Mail<'_>) -> Result<String, &'static str> {
        let Self::Smtp { transport, from } = self else { return Err("no_mail_server") };
        let message = mail.message(from)?;
        match tokio::time::timeout(ATTEMPT, transport.send(message)).await {
            Ok(Ok(response)) => {
                Ok(response.message().next().unwrap_or("accepted").chars().take(120).collect())
            }
            Ok(Err(error)) if error.is_permanent() => Err("refused"),
            Ok(Err(_transient)) => Err("not_taken"),
            Err(_elapsed) => Err("timed_out"),
        }
    }
}

/// One alarm mail. Nothing in it says whose session it is or why.
pub(crate) struct Mail<'a> {
    /// Its id: the same for every attempt, so that a reader sees repeats as one.
    pub(crate) id: String,
    /// The address.
    pub(crate) to: &'a str,
    /// The subject.
    pub(crate) subject: &'a str,
    /// The text.
    pub(crate) text: &'a str,
}

impl Mail<'_> {
    fn message(&self, from: &str) -> Result<Message, &'static str> {
        Message::builder()
            .from(from.parse().map_err(|_bad| "bad_sender")?)
            .to(self.to.parse().map_err(|_bad| "bad_address")?)
            .message_id(Some(format!("<{}@holdspace>", self.id)))
            .subject(self.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(self.text.to_owned())
            .map_err(|_bad| "bad_message")
    }
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
