//! Notices by mail, over the alarm lane; in a demo to the mailbox page.

use super::{Carrier, Notice, Sent};
use crate::mail::{Lane, Mail};
use chassis::clock::Clock;
use chassis::ids;
use chassis::mailbox::{self, Mailbox};
use chassis::service::Ground;
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;

pub(super) struct Mailing {
    lane: Arc<Lane>,
    mailbox: Mailbox,
    clock: Clock,
}

impl Mailing {
    pub(super) fn new(lane: Arc<Lane>, ground: &Ground) -> Self {
        Self { lane, mailbox: ground.mailbox.clone(), clock: ground.clock.clone() }
    }

    fn keep(&self, notice: &Notice) -> String {
        self.mailbox.put(mailbox::Mail {
            id: ids::fresh(),
            clinic: notice.clinic,
            to: notice.person,
            role: notice.role,
            subject: notice.subject(),
            text: notice.letter(),
            links: vec![notice.link.clone()],
            sent_at: self.clock.now(),
            incident: notice.incident,
        });
        "demo mailbox".into()
    }
}

impl Carrier for Mailing {
    fn send<'a>(&'a self, notice: &'a Notice) -> LocalBoxFuture<'a, Sent> {
        Box::pin(async move {
            let contact = notice.contact.as_ref().ok_or("no_contact")?;
            if let Lane::Mailbox = *self.lane {
                return Ok(self.keep(notice));
            }
            let (subject, text) = (notice.subject(), notice.letter());
            let id = notice.id.to_string();
            let mail = Mail { id, to: &contact.email, subject: &subject, text: &text, round: notice.round };
            self.lane.send(&mail).await
        })
    }
}
