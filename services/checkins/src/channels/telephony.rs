//! Notices by text message and by call, in the words that Twilio made and others speak: what goes out, and how we know
//! that what comes back is theirs.

use super::http::{self, Http};
use super::{Carrier, Notice, Sent};
use anyhow::ensure;
use chassis::config::{self, Config};
use chassis::crypto;
use futures_util::future::LocalBoxFuture;
use kernel::id::NotificationId;

/// Where the provider's own word about a message comes in, below the house's address.
const ROUTES: &str = "/api/checkins/telephony";

/// An account with the provider.
#[derive(Clone)]
pub(crate) struct Account {
    http: Http,
    resource: String,
    sid: String,
    token: String,
    from: String,
    callbacks: String,
}

pub(super) struct Texts(pub(super) Account);

pub(super) struct Calls(pub(super) Account);

impl Account {
    pub(crate) fn new(telephony: &config::channels::Telephony, house: &Config) -> anyhow::Result<Self> {
        let config::channels::Telephony { base_url, account_sid, auth_token, from, callback_url, ca } =
            telephony;
        ensure!(!auth_token.is_empty(), "telephony.auth_token is empty: anybody could sign with it");
        let base = base_url.trim_end_matches('/');
        let callbacks = callback_url.as_ref().unwrap_or(&house.public_url).trim_end_matches('/');
        Ok(Self {
            http: Http::new(ca.as_deref())?,
            resource: format!("{base}/2010-04-01/Accounts/{account_sid}"),
            sid: account_sid.clone(),
            token: auth_token.clone(),
            from: from.clone(),
            callbacks: format!("{callbacks}{ROUTES}"),
        })
    }

    /// Where the provider says what became of a message, or which key was pressed.
    pub(crate) fn callback(&self, id: NotificationId, about: &str) -> String {
        format!("{}/{id}/{about}", self.callbacks)
    }

    /// Where the provider hands over what people send to our number.
    pub(crate) fn replies(&self) -> String {
        format!("{}/replies", self.callbacks)
    }

    /// Whether the provider sent this form to this address of ours: its signature is over the address and every field,
    /// in the order of their names.
    pub(crate) fn is_signed(&self, address: &str, fields: &[(String, String)], signature: &str) -> bool {
        let mut sorted: Vec<_> = fields.iter().collect();
        sorted.sort();
        let fields: String =
            sorted.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
        crypto::is_hmac_sha1(&self.token, format!("{address}{fields}").as_bytes(), signature)
    }

    async fn post(&self, kind: &str, form: &[(&str, &str)]) -> Sent {
        let request = self.http.post(&format!("{}/{kind}.json", self.resource));
        let asked = request.basic_auth(&self.sid, &self.token).send_form(&form);
        // Without the provider's id nothing that comes back could be matched: then it has not taken it.
        http::taken(asked).await?.reference("sid").ok_or("no_reference")
    }
}

impl Carrier for Texts {
    fn send<'a>(&'a self, notice: &'a Notice) -> LocalBoxFuture<'a, Sent> {
        Box::pin(async move {
            let account = &self.0;
            let (to, status) = (number_of(notice)?, account.callback(notice.id, "status"));
            let (from, text) = (account.from.as_str(), notice.text());
            let form = [("To", to.as_str()), ("From", from), ("Body", &text), ("StatusCallback", &status)];
            account.post("Messages", &form).await
        })
    }
}

impl Carrier for Calls {
    fn send<'a>(&'a self, notice: &'a Notice) -> LocalBoxFuture<'a, Sent> {
        Box::pin(async move {
            let account = &self.0;
            let (to, status) = (number_of(notice)?, account.callback(notice.id, "status"));
            let said = question(&notice.speech(), &account.callback(notice.id, "digits"));
            let form =
                [("To", to.as_str()), ("From", &account.from), ("Twiml", &said), ("StatusCallback", &status)];
            account.post("Calls", &form).await
        })
    }
}

fn number_of(notice: &Notice) -> Result<String, &'static str> {
    let phone = notice.contact.as_ref().and_then(|contact| contact.phone.as_deref());
    phone.and_then(number).ok_or("no_phone")
}

/// A telephone number as providers write it (E.164); nothing for what is none.
pub(crate) fn number(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (7..=15).contains(&digits.len()).then(|| format!("+{digits}"))
}

/// A call that asks for one key. A voicemail hears the end of it, and presses nothing.
pub(crate) fn question(speech: &str, address: &str) -> String {
    let (speech, address) = (escaped(speech), escaped(address));
    format!(
        "<Response><Gather numDigits=\"1\" timeout=\"10\" method=\"POST\" action=\"{address}\">\
         <Say loop=\"3\">{speech}</Say></Gather><Say>Nothing was noted. The next person is told.</Say></Response>"
    )
}

/// A sentence that ends a call.
pub(crate) fn farewell(speech: &str) -> String {
    format!("<Response><Say>{}</Say></Response>", escaped(speech))
}

/// The answer to a text message.
pub(crate) fn text(words: &str) -> String {
    format!("<Response><Message>{}</Message></Response>", escaped(words))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
