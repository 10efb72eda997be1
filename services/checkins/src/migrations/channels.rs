//! What is known of a message after it left, and what a person can be reached over.

use chassis::schema::Statements;

pub(super) const CHANNELS: Statements = Statements(
    "m0004_channels",
    &[
        "alter table checkins_notification add column accepted_at bigint",
        "alter table checkins_notification add column delivered_at bigint",
        "alter table checkins_notification add column seen_at bigint",
        "alter table checkins_notification add column acknowledged_at bigint",
        "alter table checkins_notification add column failed_at bigint",
        "update checkins_notification set accepted_at = coalesce(settled_at, created_at) where state = 'accepted'",
        // Text messages that may still be replied to, and whatever the provider speaks of.
        "create index checkins_notification_texts on checkins_notification (created_at) where channel = 'sms'",
        "create index checkins_notification_telephony on checkins_notification (id) where channel in ('sms', 'voice')",
        "alter table checkins_link add column notification_id {uuid}",
        // Contacts are sealed and alarms need no keys: whether there is a number is noted when a contact is heard. For those
        // from before it is found out when they are called.
        "alter table checkins_contact add column has_phone {bool} not null default true",
    ],
);
