//! The alarm lane: its own mail account, its own connections, its own deadlines. Shared with no other mail.

use anyhow::Context as _;
use chassis::config::{Smtp, SmtpTls};
use chassis::service::Ground;
use fail::fail_point;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::{Message, transport::smtp::Error};
use std::time::Duration;
use tokio::net::TcpStream;

/// Until the server answers the call (reliability.md M11).
const CONNECT: Duration = Duration::from_secs(2);
/// A whole attempt (reliability.md M11).
const ATTEMPT: Duration = Duration::from_secs(6);

/// Sends alarm mail, or keeps it in the demo's mailbox.
pub(crate) enum Lane {
    /// A real server.
    Smtp(Box<Account>),
    /// The demo's mailbox page.
    Mailbox,
    /// Nothing is configured: a safety channel is missing, and readiness says so.
    Missing,
}

impl Lane {
    pub(crate) fn new(ground: &Ground) -> anyhow::Result<Self> {
        match ground.config.alarm_smtp.as_ref().or(ground.config.smtp.as_ref()) {
            Some(smtp) => Ok(Self::Smtp(Box::new(Account::new(smtp)?))),
            None if ground.config.demo => Ok(Self::Mailbox),
            None => Ok(Self::Missing),
        }
    }

    pub(crate) fn unready(&self) -> Vec<String> {
        match self {
            Self::Missing => vec!["checkins: no mail server for alarms is configured".into()],
            Self::Smtp(_) | Self::Mailbox => vec![],
        }
    }

    /// Hands one message over. The answer is the server's own word for it.
    pub(crate) async fn send(&self, mail: &Mail<'_>) -> Result<String, &'static str> {
        let Self::Smtp(account) = self else { return Err("no_mail_server") };
        let message = mail.message(&account.smtp.from)?;
        match tokio::time::timeout(ATTEMPT, account.hand_over(&message)).await {
            Ok(Ok(response)) => {
                Ok(response.message().next().unwrap_or("accepted").chars().take(120).collect())
            }
            Ok(Err(NotTaken::Said(error))) if error.is_permanent() => Err("refused"),
            Ok(Err(NotTaken::Said(_) | NotTaken::Unreachable)) => Err("not_taken"),
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

/// Why a server did not take a message.
enum NotTaken {
    /// It said so.
    Said(Error),
    /// Nobody answered the call.
    Unreachable,
}

impl From<Error> for NotTaken {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}

impl From<std::io::Error> for NotTaken {
    fn from(_: std::io::Error) -> Self {
        Self::Unreachable
    }
}

impl From<tokio::time::error::Elapsed> for NotTaken {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::Unreachable
    }
}

/// The alarm lane's own account.
pub(crate) struct Account {
    smtp: Smtp,
    tls: Tls,
}

impl Account {
    fn new(smtp: &Smtp) -> anyhow::Result<Self> {
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
        Ok(Self { smtp: smtp.clone(), tls })
    }

    /// Over a connection of its own. It is taken when the server says so: lettre's transport would also wait for the
    /// answer to QUIT, and a server that is silent there would be sent the same alarm again.
    async fn hand_over(&self, message: &Message) -> Result<Response, NotTaken> {
        let mut connection = self.connected().await?;
        if let (Some(user), Some(password)) = (&self.smtp.user, &self.smtp.password) {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        fail_point!("mail.connected");
        let taken = connection.send(message.envelope(), &message.formatted()).await?;
        fail_point!("mail.taken");
        // It has the mail: how it takes our leave changes nothing.
        actix_web::rt::spawn(async move { tokio::time::timeout(ATTEMPT, connection.quit()).await });
        Ok(taken)
    }

    async fn connected(&self) -> Result<AsyncSmtpConnection, NotTaken> {
        let server = (self.smtp.host.as_str(), self.smtp.port);
        let hello = ClientId::default();
        let mut connection = if let Tls::Wrapper(tls) = &self.tls {
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &hello, Some(tls.clone()), None)
                .await?
        } else {
            let stream = tokio::time::timeout(CONNECT, TcpStream::connect(server)).await??;
            // The end of a message is a write of its own; Nagle would hold it back for 40 ms, in which a crash sends twice.
            stream.set_nodelay(true)?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?
        };
        if let Tls::Required(tls) = &self.tls {
            connection.starttls(tls.clone(), &hello).await?;
        }
        Ok(connection)
    }
}
