//! The alarm lane: mail accounts of its own, connections of its own, deadlines of its own. Shared with no other mail.

mod account;
#[cfg(test)]
mod tests;

use account::Accounts;
use chassis::service::Ground;
use lettre::Message;
use lettre::message::header::ContentType;

/// Sends alarm mail, or keeps it in the demo's mailbox.
pub(crate) enum Lane {
    /// Real servers.
    Smtp(Accounts),
    /// The demo's mailbox page.
    Mailbox,
    /// Nothing is configured: a safety channel is missing, and readiness says so.
    Missing,
}

impl Lane {
    pub(crate) fn new(ground: &Ground) -> anyhow::Result<Self> {
        let config = &ground.config;
        match config.alarm_smtp.as_ref().or(config.smtp.as_ref()) {
            // A second account is one beside a first: alone it sends nothing.
            Some(first) => {
                let all = [Some(first), config.smtp_second.as_ref()];
                Ok(Self::Smtp(Accounts::new(all.into_iter().flatten(), &ground.clock)?))
            }
            None if config.demo => Ok(Self::Mailbox),
            None => Ok(Self::Missing),
        }
    }

    pub(crate) fn unready(&self) -> Vec<String> {
        match self {
            Self::Missing => vec!["checkins: no mail server for alarms is configured".into()],
            Self::Smtp(accounts) if accounts.usable() == 0 => {
                vec!["checkins: no mail server takes alarms".into()]
            }
            Self::Smtp(_) | Self::Mailbox => vec![],
        }
    }

    /// Hands one message over. The answer is the server's own word for it.
    pub(crate) async fn send(&self, mail: &Mail<'_>) -> Result<String, &'static str> {
        let Self::Smtp(accounts) = self else { return Err("no_mail_server") };
        accounts.send(mail).await
    }
}

/// One alarm mail. Nothing in it says whose session it is or why.
pub(crate) struct Mail<'a> {
    /// Its id: the same for every attempt over every account, so that a reader sees repeats as one.
    pub(crate) id: String,
    /// The address.
    pub(crate) to: &'a str,
    /// The subject.
    pub(crate) subject: &'a str,
    /// The text.
    pub(crate) text: &'a str,
    /// How often somebody was told of the same before.
    pub(crate) round: i64,
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
