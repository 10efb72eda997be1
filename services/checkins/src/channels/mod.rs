//! The ways out of the house: behind each channel that is set up stands a carrier, and all of them carry one notice.

mod http;
mod mail;
mod notice;
mod ntfy;
mod push;
pub(crate) mod telephony;
mod webhook;

use crate::mail::Lane;
use chassis::config::Config;
use chassis::service::Ground;
use checkins_core::ladder::Channel;
use futures_util::future::LocalBoxFuture;
pub(crate) use http::trust;
pub(crate) use notice::{Notice, QUIET_WORDS, Whom, keys, label, utc};
pub(crate) use push::{Push, Subscription};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The provider's own word for having it, or ours for why it has not.
pub(crate) type Sent = Result<String, &'static str>;

/// Whoever carries notices over one channel. Each keeps its own deadline of 6 s (reliability.md §2.4, step 3).
trait Carrier: Send + Sync {
    fn send<'a>(&'a self, notice: &'a Notice) -> LocalBoxFuture<'a, Sent>;
}

/// Every channel that is set up.
pub(crate) struct Channels(BTreeMap<Channel, Box<dyn Carrier>>);

impl Channels {
    pub(crate) fn new(ground: &Ground, lane: Arc<Lane>) -> anyhow::Result<Self> {
        let config = &ground.config;
        let mut all: BTreeMap<Channel, Box<dyn Carrier>> = BTreeMap::new();
        all.insert(Channel::Mail, Box::new(mail::Mailing::new(lane, ground)));
        if let Some(telephony) = &config.telephony {
            let account = telephony::Account::new(telephony, config)?;
            all.insert(Channel::Sms, Box::new(telephony::Texts(account.clone())));
            all.insert(Channel::Voice, Box::new(telephony::Calls(account)));
        }
        if let Some(ntfy) = &config.ntfy {
            all.insert(Channel::Ntfy, Box::new(ntfy::Topic::new(ntfy)?));
        }
        if let Some(webhook) = &config.webhook {
            all.insert(Channel::Webhook, Box::new(webhook::Webhook::new(webhook, &ground.clock)?));
        }
        Ok(Self(all))
    }

    /// Hands one notice over.
    pub(crate) async fn send(&self, channel: Channel, notice: &Notice) -> Sent {
        match self.0.get(&channel) {
            Some(carrier) => carrier.send(notice).await,
            None => Err("not_set_up"),
        }
    }
}

/// Whether the house has a way to use it.
pub(crate) const fn is_set_up(config: &Config, channel: Channel) -> bool {
    match channel {
        Channel::Screen => true,
        Channel::Mail => config.demo || config.alarm_smtp.is_some() || config.smtp.is_some(),
        Channel::Sms | Channel::Voice => config.telephony.is_some(),
        Channel::Ntfy => config.ntfy.is_some(),
        Channel::Webhook => config.webhook.is_some(),
        Channel::Push => config.web_push.is_some(),
    }
}

/// What alarms do without, in words for whoever sets the house up.
pub(crate) fn missing(config: &Config) -> Vec<String> {
    let missing = Channel::ALL.into_iter().filter(|channel| !is_set_up(config, *channel));
    missing.filter_map(sentence).map(str::to_owned).collect()
}

const fn sentence(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Mail => Some("No alarm goes out by mail: set up [alarm_smtp]."),
        Channel::Sms => Some("No alarm goes out by text message: set up [telephony]."),
        Channel::Voice => Some("No alarm goes out by telephone call: set up [telephony]."),
        Channel::Ntfy => Some("No alarm goes out to a pager service: set up [ntfy]."),
        Channel::Webhook => Some("No alarm goes out to another system: set up [webhook]."),
        Channel::Push => Some("No alarm goes out to browsers: set up [web_push]."),
        Channel::Screen => None,
    }
}
