//! Mail accounts: a first, and perhaps a second that is tried at once when the first does not take a mail.
//!
//! An account that has just failed is left for last, so that a server that hangs does not cost each mail its time. What
//! has to be said again begins with the other one: a server that takes mail and loses it looks like one that works.

use super::Mail;
use anyhow::Context as _;
use chassis::clock::Clock;
use chassis::config::{Smtp, SmtpTls};
use fail::fail_point;
use kernel::time::{Span, Timestamp};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters};
use lettre::transport::smtp::commands::{self, Data, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailParameter};
use lettre::transport::smtp::response::Response;
use lettre::{Address, Message};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;

/// Until the server answers the call (reliability.md M11).
const CONNECT: Duration = Duration::from_secs(2);
/// A whole attempt over one account (reliability.md M11): the next one has the mail within 7 s (§2.7).
const ATTEMPT: Duration = Duration::from_secs(6);
/// An account that failed is left for last this long: a dead one costs one mail a minute its 6 s, not every mail.
const REST: Span = Span::seconds(60);
/// Instead of an instant: it has not failed since it last took a mail.
const FINE: i64 = i64::MIN;

/// The accounts, in the order they are written down.
pub(crate) struct Accounts {
    all: Vec<Account>,
    clock: Clock,
}

/// One account.
struct Account {
    /// `first` or `second`.
    name: &'static str,
    smtp: Smtp,
    tls: Tls,
    /// When it last failed, in microseconds since 1970, or [`FINE`].
    failed_at: AtomicI64,
}

/// Why an account did not take a mail.
enum NotTaken {
    /// It takes mail, but not for this address.
    Recipient,
    /// It said no, or nothing that can be understood.
    Said(Error),
    /// Nobody answered the call.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// The mail cannot be written; why.
    Unwritten(&'static str),
}

impl Accounts {
    pub(super) fn new<'a>(all: impl Iterator<Item = &'a Smtp>, clock: &Clock) -> anyhow::Result<Self> {
        let named = ["first", "second"].into_iter().zip(all);
        let all = named.map(|(name, smtp)| Account::new(name, smtp)).collect::<anyhow::Result<_>>()?;
        Ok(Self { all, clock: clock.clone() })
    }

    /// How many did not just fail.
    pub(super) fn usable(&self) -> usize {
        let now = self.clock.now();
        self.all.iter().filter(|account| !account.is_resting(now)).count()
    }

    /// Over one account after the other until one takes it, those that just failed last.
    pub(super) async fn send(&self, mail: &Mail<'_>) -> Result<String, &'static str> {
        let now = self.clock.now();
        let mut order: Vec<_> = self.all.iter().collect();
        let before = usize::try_from(mail.round).unwrap_or_default();
        order.rotate_left(before % self.all.len().max(1));
        order.sort_by_key(|account| account.is_resting(now));
        let mut why = "no_mail_server";
        for account in order {
            match self.over(account, mail).await {
                Ok(word) => return Ok(word),
                Err(not_taken) => why = not_taken,
            }
        }
        Err(why)
    }

    async fn over(&self, account: &Account, mail: &Mail<'_>) -> Result<String, &'static str> {
        account.begin(self.clock.now());
        let sent = account.send(mail).await;
        match &sent {
            Ok(_) => account.failed_at.store(FINE, Ordering::Release),
            // It answered, or was never asked: others are reached over it.
            Err(NotTaken::Recipient | NotTaken::Unwritten("bad_address" | "bad_message")) => {}
            Err(_) => account.failed_at.store(self.clock.now().micros(), Ordering::Release),
        }
        let usable = self.usable();
        metrics::gauge!("checkins_mail_accounts_usable")
            .set(f64::from(u32::try_from(usable).unwrap_or(u32::MAX)));
        sent.map_err(|not_taken| {
            let why = not_taken.word();
            metrics::counter!("checkins_mail_not_taken", "account" => account.name, "why" => why)
                .increment(1);
            // What no account took is the sender's to say.
            if self.all.len() > 1 {
                let server = &account.smtp;
                tracing::warn!(
                    ?server,
                    why,
                    usable,
                    notification.id = mail.id,
                    "a mail account took no alarm"
                );
            }
            why
        })
    }
}

impl NotTaken {
    /// The word that is kept with the attempt.
    fn word(&self) -> &'static str {
        match self {
            Self::Recipient => "refused",
            Self::Said(error) if error.is_permanent() => "refused",
            Self::Said(_) | Self::Unreachable => "not_taken",
            Self::TimedOut => "timed_out",
            Self::Unwritten(why) => why,
        }
    }
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

impl Account {
    fn new(name: &'static str, smtp: &Smtp) -> anyhow::Result<Self> {
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
        Ok(Self { name, smtp: smtp.clone(), tls, failed_at: AtomicI64::new(FINE) })
    }

    /// A clock that was set back ends a rest: the account is tried once too often, not for hours too seldom.
    fn is_resting(&self, now: Timestamp) -> bool {
        let failed_at = self.failed_at.load(Ordering::Acquire);
        failed_at != FINE && (Span::ZERO..REST).contains(&now.since(Timestamp::from_micros(failed_at)))
    }

    /// One that failed is tried by one mail alone: until that is known, the others begin elsewhere.
    fn begin(&self, now: Timestamp) {
        if self.failed_at.load(Ordering::Acquire) != FINE {
            self.failed_at.store(now.micros(), Ordering::Release);
        }
    }

    async fn send(&self, mail: &Mail<'_>) -> Result<String, NotTaken> {
        let message = mail.message(&self.smtp.from).map_err(NotTaken::Unwritten)?;
        let sent = tokio::time::timeout(ATTEMPT, self.hand_over(&message)).await;
        let response = sent.map_err(|_elapsed| NotTaken::TimedOut)??;
        Ok(response.message().next().unwrap_or("accepted").chars().take(120).collect())
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
        let answer = said(&mut connection, message).await;
        if answer.is_ok() {
            fail_point!("mail.taken");
        }
        // It has the mail, or never will: how it takes our leave changes nothing.
        actix_web::rt::spawn(async move { tokio::time::timeout(ATTEMPT, connection.quit()).await });
        answer
    }

    async fn connected(&self) -> Result<AsyncSmtpConnection, NotTaken> {
        let server = (self.smtp.host.as_str(), self.smtp.port);
        let hello = ClientId::default();
        let mut connection = if let Tls::Wrapper(tls) = &self.tls {
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &hello, Some(tls.clone()), None)
                .await?
        } else {
            let called = tokio::time::timeout(CONNECT, TcpStream::connect(server)).await;
            let stream = called.map_err(|_elapsed| NotTaken::Unreachable)??;
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

/// One message, word by word: lettre's own `send` does not say which word was refused, and after a refusal it waits for
/// the answer to QUIT while the next account could have the mail.
async fn said(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<Response, NotTaken> {
    let envelope = message.envelope();
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let plain = envelope.from().into_iter().chain(envelope.to()).all(is_ascii);
    let wants = if plain { vec![] } else { vec![MailParameter::SmtpUtfEight] };
    connection.command(commands::Mail::new(envelope.from().cloned(), wants)).await?;
    for address in envelope.to() {
        let answer = connection.command(Rcpt::new(address.clone(), vec![])).await;
        answer.map_err(|error| if error.is_permanent() { NotTaken::Recipient } else { error.into() })?;
    }
    connection.command(Data).await?;
    Ok(connection.message(&message.formatted()).await?)
}
