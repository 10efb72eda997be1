//! Every problem code, its status, its title, and the sentence that says what to do now.

/// One kind of refusal, as documented in `proto/problems.json`.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// Stable and dotted: `gate.closed`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in one plain sentence.
    pub title: &'static str,
    /// What the person can do now.
    pub detail: &'static str,
}

/// Makes the constants and the table.
macro_rules! problems {
    ($($name:ident = $status:literal $code:literal $title:literal $detail:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: ProblemKind =
                ProblemKind { code: $code, status: $status, title: $title, detail: $detail };
        )*

        /// The whole table.
        pub const TABLE: &[&ProblemKind] = &[$(&$name,)*];
    };
}

problems! {
    // The house
    AUTH_INVALID = 401 "auth.invalid" "You are not signed in." "Sign in, or open your link again.";
    AUTH_FORBIDDEN = 403 "auth.forbidden" "This is not yours to do." "Ask the person whose task it is, or your clinic.";
    NOT_FOUND = 404 "not_found" "There is nothing here for you." "Check the address, or ask your clinic.";
    METHOD_NOT_ALLOWED = 405 "http.method" "That cannot be done to this address." "Use the method the documentation names.";
    SOCKET_ONLY = 400 "http.socket_only" "This address speaks WebSocket only." "Open it as a WebSocket.";
    CSRF_REFUSED = 403 "csrf.refused" "The request did not come from our page." "Reload the page and try again.";
    IDEMPOTENCY_KEY_MISSING = 400 "idempotency.key_missing" "The request has no Idempotency-Key." "Send a UUIDv7 of your own with each command, and the same one when you repeat it.";
    IDEMPOTENCY_KEY_REUSED = 409 "idempotency.key_reused" "This Idempotency-Key was used for something else." "Make a new key for a new command.";
    JSON_SYNTAX = 400 "json.syntax" "The request is not valid JSON." "Send one JSON object in UTF-8.";
    FIELD_UNKNOWN = 422 "field.unknown" "There is a field we do not know." "Leave out the field named below.";
    FIELD_TYPE = 422 "field.type" "A field is missing or has the wrong type." "Correct the field named below; nothing was saved.";
    FIELD_INVALID = 422 "field.invalid" "A field has a value we cannot take." "Correct the fields named below; nothing was saved.";
    BODY_TYPE = 415 "body.type" "We read JSON only." "Send Content-Type: application/json.";
    BODY_TOO_LARGE = 413 "body.too_large" "The request is too large." "Send less at once.";
    BODY_SLOW = 408 "http.slow_body" "The request arrived too slowly." "Check the connection and send it again; nothing was saved.";
    RATE_LIMITED = 429 "rate.limited" "Too many requests." "Wait a moment and try again.";
    CHANGED_UNDER_YOU = 409 "state.changed" "Someone else changed this at the same moment." "Look at the new state and try again.";
    HOUSE_BROKEN = 500 "house.broken" "Something broke on our side." "Nothing was saved. Try again; in a session, call the clinic.";
    HOUSE_NOT_READY = 503 "house.not_ready" "This part of the house is not ready." "Try again in a few seconds; in a session, call the clinic.";

    // identity
    SIGN_IN_REFUSED = 401 "sign_in.refused" "That e-mail, password or code is not right." "Check all three and try again. A code is good for 30 seconds and only once.";
    SIGN_IN_THROTTLED = 429 "sign_in.throttled" "Too many tries." "Wait a minute, then try again. Your session keeps running.";
    LINK_REFUSED = 410 "link.refused" "This link cannot be used." "Ask your clinic for a new one.";
    CODE_REFUSED = 409 "presence.code_refused" "That code is not right." "Ask for the six digits on the patient's screen, or let the therapist read them to you.";
    CODE_SPENT = 409 "presence.code_spent" "That code is used up." "Ask the therapist for a new code.";
    PRESENCE_PROVEN = 409 "presence.proven" "The sitter is already confirmed." "No code is needed any more.";
    PASSWORD_WEAK = 422 "password.weak" "That password will not do." "Take at least twelve characters that nobody would guess: a short sentence is good.";
    ACCOUNT_STATE = 409 "account.state" "The account is not at that step." "Reload the page to see the next step.";
    SECOND_CONTACT_SITS = 422 "second_contact.sits" "The second contact and the sitter are two people." "Name somebody else, with a telephone number and an e-mail address that are not the sitter's.";
    EMAIL_TAKEN = 409 "person.email_taken" "There is already a person with that e-mail." "Use the existing person, or another address.";

    // scheduling
    BOOKING_TAKEN = 409 "booking.taken" "That time was just taken." "Choose one of the free times below.";
    BOOKING_OUTSIDE = 422 "booking.outside_availability" "The therapist does not work then." "Choose one of the free times below.";
    BOOKING_NO_ON_CALL = 422 "booking.no_on_call" "Nobody is on call at that time." "Choose another time, or ask the clinic to fill the on-call calendar.";
    BOOKING_NO_SITTER = 422 "booking.no_sitter" "A dosing session needs a sitter." "Name the adult who will be in the home.";
    BOOKING_GAP = 422 "booking.local_time_gap" "That local time does not exist on that day." "The clocks change then. Choose one of the times below.";
    BOOKING_FOLD = 422 "booking.local_time_fold" "That local time happens twice on that day." "Say which of the two you mean.";
    BOOKING_DAY = 422 "booking.day" "That day cannot be booked." "Choose a time that lies ahead, at most 400 days from now.";
    BOOKING_PERSON = 422 "booking.person" "One of these people is not known here in that role." "Choose someone from the list. If they were added just now, try again in a moment.";
    BOOKING_OVER = 409 "booking.over" "That booking is no longer open." "Reload to see where it stands.";

    // safety
    GATE_CLOSED = 409 "gate.closed" "The dose cannot begin yet." "Each item below says who can settle it and how.";
    SESSION_PHASE = 409 "session.phase" "The session is not at that step." "Reload to see the next step. Facts can always be recorded.";
    OFFER_OVER = 409 "dose.offer_over" "The time to witness has passed." "Ask the therapist to press begin again.";
    DISCHARGE_EARLY = 409 "discharge.too_early" "It is too early to discharge." "Stay until the minimum observation time is over.";
    DISCHARGE_UNMET = 409 "discharge.unmet" "Not every discharge criterion is met." "Each one below says what is missing.";
    ITEM_NOT_YOURS = 403 "checklist.not_yours" "Someone else answers this item." "The item names who can.";
    ITEM_SYSTEM = 409 "checklist.measured" "This item is settled by a measurement, not by a press." "Do the step it names.";
    ITEM_REQUIRED = 409 "checklist.required" "This item cannot be declined." "Settle it, ask the prescriber, or choose another day.";
    CONSENT_OUTDATED = 409 "consent.outdated" "There is a newer version of this text." "Read the new version and sign that.";
    CONSENT_ANSWERS = 422 "consent.answers" "Some answers show that the text was not clear." "Read the marked parts again, or talk to your clinic.";
    CONSENT_DOSED = 409 "consent.dosed" "Nothing can be signed between the dose and the discharge." "Sign after the session.";
    VITALS_REST = 409 "vitals.rest" "It is too early to decide." "Rest quietly for ten minutes, measure twice again, and decide on that.";
    VITAL_RANGE = 422 "vital.range" "A number is not one that a device shows." "Look at the device again and correct the fields named below; nothing was saved.";
    VITALS_NOT_AMBER = 409 "vitals.not_amber" "There is no amber reading to decide on." "Green needs no decision, and red means no dose today.";
    UNKNOWN_ITEM = 404 "checklist.unknown" "There is no such item." "Reload the checklist.";

    // checkins
    WATCH_CLOSED = 409 "watch.closed" "The watch is over." "In an emergency call the emergency number.";
    CHECKIN_UNKNOWN = 409 "checkin.unknown" "There is no such check-in yet." "Answer the one on the screen. In doubt, press Something is wrong.";
    CHECKIN_UNSIGNED = 401 "checkin.unsigned" "This answer has no signature." "Answer on the phone that was tested. In doubt, press Something is wrong, or call the clinic.";
    CHECKIN_SIGNATURE = 401 "checkin.signature" "This answer was not signed by the phone of this session." "Answer on the phone that was tested. In doubt, press Something is wrong, or call the clinic.";
    PHONE_KEYS = 409 "phone.keys" "This sign-in answers with other keys." "Keep looking, and call the clinic. The therapist can send a new link to this phone.";
    CHECKIN_ANSWER = 422 "checkin.answer" "We do not know that answer." "Choose one of the answers on the screen.";
    INCIDENT_RESOLVED = 409 "incident.resolved" "The incident is already closed." "Nothing more to do here.";
    INCIDENT_OWN = 403 "incident.own" "You cannot close an alarm about yourself." "The therapist or the on-call lead closes it.";
    INCIDENT_OFF_DUTY = 403 "incident.off_duty" "You are not on call for this session." "The on-call lead was told. Call them if nobody says that they are on it.";
    PAGE_NOT_YOURS = 403 "page.not_yours" "Whoever is in the session cannot be its cover." "Somebody else on the ladder answers: the on-call lead or the prescriber.";
    REHEARSAL_REAL = 409 "rehearsal.real" "This is no drill." "Nothing is ever played in a session with a real patient. Book a drill and rehearse there.";
    REHEARSAL_UNWATCHED = 409 "rehearsal.unwatched" "Nobody is watched in this drill now." "Begin the dose of the drill first; then looks fall due that can be missed.";
    LADDER_BOUNDS = 422 "ladder.out_of_bounds" "The ladder is outside its bounds." "Correct what is named below. Nothing was saved; the ladder in use stays.";
    LADDER_OWN = 409 "ladder.own" "Two people agree on a ladder." "You proposed this one. Ask the prescriber or an administrator to publish it.";
    LADDER_ROLES = 409 "ladder.prescriber" "A prescriber has to be among the two." "One of you proposes and the other publishes; one of you is a prescriber.";
    LADDER_GONE = 409 "ladder.superseded" "There is no such proposal any more." "Read the ladder again: somebody proposed another one, or published this one.";
    PUSH_NOT_SET_UP = 409 "push.not_set_up" "Alerts in browsers are not set up here." "Ask whoever runs the system to set up web_push. Alarms reach you over the other ways.";
    INCIDENT_NOTE = 422 "incident.note" "This outcome needs a sentence." "Say in a few words what happened.";

    // care
    ORDER_BOUNDS = 422 "order.out_of_bounds" "The order is outside its bounds." "Correct the values named below; nothing was saved.";
    MORNING_EARLY = 409 "morning.early" "It is too early to say that the morning is fine." "It opens the morning after. If something is wrong now, say so: that is always taken.";
    RESPONSE_ANSWERS = 422 "response.answers" "Not every question has an answer we can add up." "Answer every question; nothing is guessed, and nothing was saved.";
    INSTRUMENT_UNKNOWN = 404 "instrument.unknown" "There is no such questionnaire." "Choose one of the list.";

    // video
    ROOM_CLOSED = 409 "room.closed" "The room is not open now." "It opens fifteen minutes before the session.";
    ROOM_REMOVED = 403 "room.removed" "You were taken out of this room." "Call your clinic.";
    ROOM_NOT_WAITING = 409 "room.not_waiting" "That person is not waiting." "Look at the list again.";
    ROOM_TICKET = 401 "room.ticket_refused" "That ticket opens no room." "Press join again; a ticket works once and for a minute.";
    ROOM_OTHER_DEVICE = 409 "room.other_device" "You are already in this room from another device." "Leave there first, then join here.";
    ROOM_EXCUSED = 403 "room.excused" "You no longer belong to this session." "Call your clinic if you think you should.";
    ROOM_DOOR = 403 "room.door" "Only a therapist of this session does that." "Ask the therapist.";
    ROOM_THERAPIST = 409 "room.therapist_stays" "A therapist cannot be taken out of the room." "The clinic changes who leads.";
    ROOM_OFFER = 422 "room.offer_refused" "This browser asked for a connection we cannot make." "Update the browser, or use another one.";
    ROOM_CHATTER = 429 "room.chatter" "Too many messages." "Reload the page.";

    // notify
    MAIL_REFUSED = 409 "mail.refused" "The mail server did not take the message." "Check the mail settings and try again.";
}

/// The table as a document.
pub fn document() -> serde_json::Value {
    TABLE
        .iter()
        .map(|kind| serde_json::json!({"code": kind.code, "status": kind.status, "title": kind.title, "detail": kind.detail}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_its_own() {
        let mut codes: Vec<_> = TABLE.iter().map(|kind| kind.code).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
