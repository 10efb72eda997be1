//! The watchdog's own mail: a first account, and a second that is tried at once when the first does not take it.

use crate::config::{Config, Smtp, SmtpTls};
use crate::silence::Mail;
use anyhow::Context as _;
use lettre::Message;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use proto::beat::Address;
use std::time::Duration;

/// Until the server answers the call (reliability.md M11).
const CONNECT: Duration = Duration::from_secs(2);
/// A whole attempt (reliability.md M11).
const ATTEMPT: Duration = Duration::from_secs(6);

/// The accounts, in the order they are tried.
pub(crate) struct Post(Vec<Account>);

struct Account {
    smtp: Smtp,
    tls: Tls,
}

impl Post {
    pub(crate) fn new(config: &Config) -> anyhow::Result<Self> {
        config.accounts().map(Account::new).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Whether a server took it.
    pub(crate) async fn send(&self, mail: &Mail, to: &Address) -> bool {
        for account in &self.0 {
            let Err(why) = account.send(mail, to).await else { return true };
            tracing::error!(account = ?account.smtp, why, page.number = mail.number, "a mail was not taken");
        }
        false
    }
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

    async fn send(&self, mail: &Mail, to: &Address) -> Result<(), &'static str> {
        let message = self.written(mail, to).ok_or("not_an_address")?;
        match tokio::time::timeout(ATTEMPT, self.hand_over(&message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err("refused"),
            Ok(Err(_transient)) => Err("not_taken"),
            Err(_elapsed) => Err("timed_out"),
        }
    }

    fn written(&self, mail: &Mail, to: &Address) -> Option<Message> {
        Message::builder()
            .from(self.smtp.from.parse().ok()?)
            .to(to.as_str().parse().ok()?)
            .message_id(Some(mail.message_id()))
            .subject(mail.subject())
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text())
            .ok()
    }

    /// Over a connection of its own: one that was kept might wait on an old silence. The mail is taken when the server
    /// says so, whatever it answers to our goodbye.
    async fn hand_over(&self, message: &Message) -> Result<(), Error> {
        let (server, hello) = ((self.smtp.host.as_str(), self.smtp.port), ClientId::default());
        let wrapper = if let Tls::Wrapper(tls) = &self.tls { Some(tls.clone()) } else { None };
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &hello, wrapper, None);
        let mut connection = connecting.await?;
        if let Tls::Required(tls) = &self.tls {
            connection.starttls(tls.clone(), &hello).await?;
        }
        if let (Some(user), Some(password)) = (&self.smtp.user, &self.smtp.password) {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        connection.send(message.envelope(), &message.formatted()).await?;
        actix_web::rt::spawn(async move { tokio::time::timeout(ATTEMPT, connection.quit()).await });
        Ok(())
    }
}
