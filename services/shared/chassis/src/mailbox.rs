//! The demo's mailbox: mail that would leave the house is kept in memory and shown on a page instead.

use kernel::id::{ClinicId, IncidentId, PersonId, RecordId};
use kernel::role::Role;
use kernel::time::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;

/// At most this many mails are kept; the oldest go first.
pub const MAILS_MAX: usize = 200;

/// One mail as the demo shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mail {
    /// Its id.
    pub id: RecordId,
    /// The clinic it belongs to.
    #[serde(skip)]
    pub clinic: ClinicId,
    /// To whom.
    pub to: PersonId,
    /// What they are, if known.
    pub role: Option<Role>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Links in it.
    pub links: Vec<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The incident it is about, for folding.
    pub incident: Option<IncidentId>,
}

/// Shared by the two services that send mail. Empty outside of a demo.
#[derive(Debug, Clone, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Mail>>>);

impl Mailbox {
    /// Keeps a mail.
    pub fn put(&self, mail: Mail) {
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if mails.len() >= MAILS_MAX {
            mails.pop_front();
        }
        mails.push_back(mail);
    }

    /// A clinic's mails, newest first.
    pub fn of(&self, clinic: ClinicId) -> Vec<Mail> {
        let mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().rev().filter(|mail| mail.clinic == clinic).cloned().collect()
    }
}
