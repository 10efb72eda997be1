//! May a dose begin? A pure answer from evidence: open, or every red item with its owner and what to do.
//!
//! There is no skip and no override. What is unknown is red, and what is old is red.

pub mod page;
pub mod stands;

use crate::checklist::{self, Answer, Attestation, Group, Item, Proof, Weight, Who};
use crate::protocol::{Protocol, fresh};
use crate::vitals::{Assessment, Band, Decision, Set};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use page::Page;
use serde::{Deserialize, Serialize};
use stands::{Backing, Stands};

/// Who has pressed ready, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ready {
    /// The patient.
    pub patient: Option<Timestamp>,
    /// The sitter.
    pub sitter: Option<Timestamp>,
    /// The therapist.
    pub therapist: Option<Timestamp>,
}

/// Everything the gate looks at. Each field is what is known; nothing known is nothing fine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The latest answer of each role to each item.
    pub attestations: Vec<Attestation>,
    /// What the readings before the dose add up to.
    pub vitals: Assessment,
    /// The prescriber's latest decision on amber.
    pub decision: Option<Decision>,
    /// When the patient last confirmed the address.
    pub address_at: Option<Timestamp>,
    /// Whether every consent of the patient is signed in its newest version.
    pub consents: bool,
    /// Whether the newest sitter agreement is signed by this sitter.
    pub agreement: bool,
    /// When this sitter passed the training.
    pub training_at: Option<Timestamp>,
    /// When this sitter's phone last passed; nothing if its last test failed.
    pub phone_at: Option<Timestamp>,
    /// When the sitter proved to be in the home; nothing once revoked.
    pub presence_at: Option<Timestamp>,
    /// When somebody on the ladder answered this session's page.
    pub on_call_at: Option<Timestamp>,
    /// How that page stands.
    pub page: Page,
    /// How many on the ladder have answered a page within thirty days.
    pub contacts: i64,
    /// When the watch was armed; nothing once it stood down.
    pub watch_at: Option<Timestamp>,
    /// When the therapist heard the alarm on their screen; nothing if they did not the last time.
    pub screen_at: Option<Timestamp>,
    /// What the watch itself stands on, as it was last heard.
    pub stands: Option<Stands>,
    /// The patient's last real dose in another session, if one is known here.
    pub last_dose_at: Option<Timestamp>,
    /// Whether the therapist leads another real session right now.
    pub therapist_elsewhere: bool,
    /// The causes of the patient's open safety holds.
    pub holds: Vec<String>,
    /// Who has pressed ready.
    pub ready: Ready,
}

/// So many people on the ladder should be reachable (reliability.md §2.6).
const CONTACTS_WANTED: i64 = 2;

/// Who can settle a red item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Someone in the session.
    Role(Role),
    /// Whoever holds the on-call duty.
    OnCall,
}

impl Owner {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role(role) => role.as_str(),
            Self::OnCall => "on_call",
        }
    }
}

/// One reason why the gate is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Red {
    /// The item's id, or `HOLD`, `READY-PATIENT`, `READY-SITTER`, `READY-THERAPIST`.
    pub id: String,
    /// What has to be true.
    pub title: String,
    /// Who can settle it.
    pub owner: Owner,
    /// Why it matters.
    pub why: String,
    /// What to do now.
    pub todo: String,
}

/// The gate's answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// What keeps it closed. Empty means open.
    pub red: Vec<Red>,
    /// What is advised and still open.
    pub amber: Vec<Red>,
}

impl Verdict {
    /// Whether a dose may begin.
    pub fn is_open(&self) -> bool {
        self.red.is_empty()
    }
}

/// Where one item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nobody has answered, or not everyone who must.
    Open,
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It was left out for a reason, by someone who may.
    Declined,
    /// It was so too long ago.
    Expired,
    /// The house checks it, and it is not so yet.
    System,
}

impl Standing {
    /// Whether it no longer stands in the way.
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Yes | Self::Declined => true,
            Self::Open | Self::No | Self::Expired | Self::System => false,
        }
    }
}

/// The gate's answer at `now`.
pub fn verdict(evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> Verdict {
    let mut verdict = Verdict::default();
    for (_, item) in checklist::all() {
        if standing(item, evidence, protocol, now).is_settled() {
            continue;
        }
        let red = red(item, evidence, protocol, now);
        if stands::advice(item.proof, evidence).is_some() {
            verdict.amber.push(red);
            continue;
        }
        match item.weight {
            Weight::Blocking | Weight::BlockingUnless { .. } => verdict.red.push(red),
            Weight::Advisory => verdict.amber.push(red),
        }
    }
    verdict.red.extend(evidence.holds.iter().map(|cause| hold(cause)));
    verdict.red.extend(not_ready(evidence, protocol, now));
    verdict
}

/// Every item with its group and where it stands, for the checklist on screen.
pub fn standings(
    evidence: &Evidence,
    protocol: &Protocol,
    now: Timestamp,
) -> Vec<(Group, &'static Item, Standing)> {
    checklist::all().map(|(group, item)| (group, item, standing(item, evidence, protocol, now))).collect()
}

/// Where one item stands: what people said, and what the house can check beside it.
fn standing(item: &Item, evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> Standing {
    let said = said(item, evidence, protocol, now);
    let Some(proof) = item.proof else { return said };
    let proven = is_proven(proof, evidence, protocol, now);
    match said {
        Standing::Yes if proven => Standing::Yes,
        Standing::Yes => Standing::System,
        Standing::Open | Standing::No | Standing::Declined | Standing::Expired | Standing::System => said,
    }
}

/// What people said about it. An item that nobody answers is left to its proof.
fn said(item: &Item, evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> Standing {
    let answers: Vec<_> = evidence.attestations.iter().filter(|answer| answer.item == item.id).collect();
    let current = |answer: &Attestation| fresh(answer.at, protocol.attestation, now);
    let set_aside = answers
        .iter()
        .any(|answer| answer.answer == Answer::Declined && current(answer) && may_decline(item, answer.role));
    if answers.iter().any(|answer| answer.answer == Answer::No) {
        return Standing::No;
    }
    if set_aside {
        return Standing::Declined;
    }
    let by = |role: &Role| {
        answers.iter().find(|answer| answer.role == *role && answer.answer == Answer::Yes).copied()
    };
    match item.who {
        Who::Nobody => Standing::Yes,
        Who::Any(roles) if roles.iter().filter_map(by).any(current) => Standing::Yes,
        Who::Any(roles) => unanswered(roles.iter().filter_map(by).count()),
        Who::All(roles) if roles.iter().all(|role| by(role).is_some_and(current)) => Standing::Yes,
        Who::All(roles) if roles.iter().all(|role| by(role).is_some()) => Standing::Expired,
        Who::All(_) => Standing::Open,
    }
}

const fn unanswered(old_answers: usize) -> Standing {
    if old_answers == 0 { Standing::Open } else { Standing::Expired }
}

fn may_decline(item: &Item, role: Role) -> bool {
    match item.weight {
        Weight::Blocking => false,
        Weight::BlockingUnless { set_aside_by, .. } => set_aside_by == role,
        Weight::Advisory => item.who.roles().contains(&role),
    }
}

/// Whether the house's own fact holds.
fn is_proven(proof: Proof, evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> bool {
    let within = |at: Option<Timestamp>, valid: Span| at.is_some_and(|at| fresh(at, valid, now));
    match proof {
        Proof::Circulation => vitals_fine(evidence, protocol, now, |set| Some(set.circulation())),
        Proof::Breathing => vitals_fine(evidence, protocol, now, Set::breathing),
        Proof::Address => within(evidence.address_at, protocol.attestation) && confirmed_after(evidence),
        Proof::Consents => evidence.consents,
        Proof::Agreement => evidence.agreement,
        Proof::Training => within(evidence.training_at, protocol.training),
        Proof::Phone => within(evidence.phone_at, protocol.attestation),
        Proof::Presence => within(evidence.presence_at, protocol.presence),
        Proof::OnCall => evidence.on_call_at.is_some(),
        Proof::Contacts => evidence.contacts >= CONTACTS_WANTED,
        Proof::Watch => evidence.watch_at.is_some(),
        Proof::Screen => evidence.screen_at.is_some(),
        Proof::Engine => evidence.stands.is_some_and(|stands| stands.is_live(now)),
        Proof::Clocks => evidence.stands.is_some_and(|stands| stands.clocks_agree),
        Proof::Standby => evidence.stands.is_some_and(|stands| stands.standby == Backing::There),
        Proof::Watchdog => evidence.stands.is_some_and(|stands| stands.watchdog == Backing::There),
        Proof::Amber => !evidence.vitals.undecided(evidence.decision),
        Proof::Interval => evidence.last_dose_at.is_none_or(|at| now.since(at) >= protocol.interval),
        Proof::OneSession => !evidence.therapist_elsewhere,
    }
}

/// A fresh set, known to the end, with nothing red today. Amber passes here: `RX-AMB` keeps it.
fn vitals_fine(
    evidence: &Evidence,
    protocol: &Protocol,
    now: Timestamp,
    band: impl Fn(&Set) -> Option<Band>,
) -> bool {
    !evidence.vitals.red_today(&band)
        && evidence
            .vitals
            .latest()
            .is_some_and(|set| fresh(set.at, protocol.vitals, now) && band(set).is_some())
}

/// The therapist confirmed the address that is there now, not the one before it.
fn confirmed_after(evidence: &Evidence) -> bool {
    evidence.attestations.iter().any(|answer| {
        answer.item == "PT-LOC" && evidence.address_at.is_some_and(|typed_at| answer.at >= typed_at)
    })
}

fn red(item: &Item, evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> Red {
    Red {
        id: item.id.to_owned(),
        title: item.title.to_owned(),
        owner: owner(item, evidence, protocol, now),
        why: item.why.to_owned(),
        todo: todo(item, evidence, protocol, now).to_owned(),
    }
}

/// The first of its people who has not said a fresh yes, or whoever can make the house's fact true.
fn owner(item: &Item, evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> Owner {
    let proven = item.proof.is_none_or(|proof| is_proven(proof, evidence, protocol, now));
    let has_said = |role: &Role| {
        evidence.attestations.iter().any(|answer| {
            answer.item == item.id
                && answer.role == *role
                && answer.answer == Answer::Yes
                && fresh(answer.at, protocol.attestation, now)
        })
    };
    let asked = item.who.roles().iter().find(|role| !has_said(role));
    match (item.proof, asked) {
        (Some(Proof::OnCall), _) if !proven => evidence.page.owner(),
        (Some(proof), _) if !proven => proof_owner(proof),
        (_, Some(role)) => Owner::Role(*role),
        (Some(proof), None) => proof_owner(proof),
        (None, None) => Owner::Role(Role::Therapist),
    }
}

const fn proof_owner(proof: Proof) -> Owner {
    match proof {
        Proof::Circulation | Proof::Breathing | Proof::OneSession | Proof::Screen => {
            Owner::Role(Role::Therapist)
        }
        Proof::Address | Proof::Consents | Proof::Interval => Owner::Role(Role::Patient),
        Proof::Agreement | Proof::Training | Proof::Phone | Proof::Presence => Owner::Role(Role::Sitter),
        Proof::Amber => Owner::Role(Role::Prescriber),
        Proof::OnCall => Owner::OnCall,
        Proof::Contacts | Proof::Watch => Owner::Role(Role::Coordinator),
        Proof::Engine | Proof::Clocks | Proof::Standby | Proof::Watchdog => Owner::Role(Role::Admin),
    }
}

/// The sentence that fits what is known about vitals; otherwise the item's own.
fn todo(item: &Item, evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> &'static str {
    if let Some(advice) = stands::advice(item.proof, evidence) {
        return advice;
    }
    let vitals = &evidence.vitals;
    let band: fn(&Set) -> Option<Band> = match item.proof {
        Some(Proof::Circulation) => |set| Some(set.circulation()),
        Some(Proof::Breathing) => Set::breathing,
        Some(Proof::Amber) if vitals.latest().is_some_and(Set::is_amber) => {
            return amber_todo(evidence);
        }
        Some(Proof::OnCall) => return evidence.page.todo().unwrap_or(item.todo),
        Some(_) | None => return item.todo,
    };
    match vitals.latest() {
        Some(_) if vitals.red_today(band) => {
            "A red reading means no dose today. Tell the prescriber today and choose another day."
        }
        Some(set) if band(set).is_none() => {
            "Measure again with both oxygen and a count of breaths for a minute."
        }
        Some(set) if !fresh(set.at, protocol.vitals, now) => {
            "The reading is older than 30 minutes. Measure twice again."
        }
        None if vitals.waiting.is_some() => "One reading is in. Wait a minute and measure once more.",
        Some(_) | None => item.todo,
    }
}

fn amber_todo(evidence: &Evidence) -> &'static str {
    if evidence.decision.is_some_and(|decision| !decision.proceed) {
        "The prescriber decided against a dose today. End the session and choose another day."
    } else if evidence.vitals.may_proceed() {
        "It is still amber after a rest. The prescriber decides now."
    } else {
        "It is amber. Rest quietly for ten minutes, then measure twice again."
    }
}

fn hold(cause: &str) -> Red {
    Red {
        id: "HOLD".to_owned(),
        title: "No safety hold is open.".to_owned(),
        owner: Owner::Role(Role::Prescriber),
        why: format!("Something happened that the prescriber has to look at first: {cause}."),
        todo: "Call the prescriber. Only they can lift the hold.".to_owned(),
    }
}

/// Three people press ready, each within the hour (clinical.md §3.5).
fn not_ready(evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> impl Iterator<Item = Red> {
    let presses = [
        ("READY-PATIENT", Role::Patient, evidence.ready.patient, "The patient has pressed ready."),
        ("READY-SITTER", Role::Sitter, evidence.ready.sitter, "The sitter has pressed ready."),
        ("READY-THERAPIST", Role::Therapist, evidence.ready.therapist, "The therapist has pressed ready."),
    ];
    let valid = protocol.attestation;
    presses.into_iter().filter(move |(_, _, at, _)| !at.is_some_and(|at| fresh(at, valid, now))).map(
        |(id, role, _, title)| Red {
            id: id.to_owned(),
            title: title.to_owned(),
            owner: Owner::Role(role),
            why: "Nothing begins before all three want it.".to_owned(),
            todo: "Press ready on your own page.".to_owned(),
        },
    )
}

#[cfg(test)]
mod tests;
