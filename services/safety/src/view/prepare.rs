//! What screens are shown before the dose: the gate, the checklist, the readings.

use crate::evidence::{self, Gathered};
use crate::store::records::{self, Measured};
use crate::store::sessions::{self, Folder};
use crate::store::{Reader, View};
use chassis::problem::Failure;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};
use safety_core::checklist::{Answer, Group, Item, Method, Weight, Who};
use safety_core::gate::{self, Owner, Red, Standing};
use safety_core::session::Session;
use safety_core::vitals::alarms::finding;
use safety_core::vitals::{Band, Moment, Set, clock_is_off};
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that stands in the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedView {
    /// The item.
    pub id: String,
    /// What has to be true.
    pub title: String,
    /// Which role can settle it; `on_call` for the duty.
    pub owner_role: &'static str,
    /// Who that is here.
    pub owner: Option<PersonId>,
    /// Why it matters.
    pub why: String,
    /// What to do now.
    pub todo: String,
}

/// The gate.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateView {
    /// Whether a dose may begin.
    pub open: bool,
    /// What keeps it closed.
    pub red: Vec<RedView>,
    /// What is advised and still open.
    pub amber: Vec<RedView>,
}

/// The gate as it stands now.
pub(crate) async fn gate(view: &View<'_>, id: SessionId) -> Result<GateView, Failure> {
    let folder = sessions::folder(view, id).await?;
    let session = view.session(id).await?;
    let verdict = evidence::verdict(view, &folder, &session).await?;
    let shown = |reds: Vec<Red>| reds.into_iter().map(|red| red_view(red, &folder)).collect();
    Ok(GateView { open: verdict.is_open(), red: shown(verdict.red), amber: shown(verdict.amber) })
}

fn red_view(red: Red, folder: &Folder) -> RedView {
    let owner = match red.owner {
        Owner::OnCall => Some(folder.on_call),
        Owner::Role(role) => folder.person(role),
    };
    RedView {
        id: red.id,
        title: red.title,
        owner_role: red.owner.as_str(),
        owner,
        why: red.why,
        todo: red.todo,
    }
}

/// One item of the checklist.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    /// The item.
    pub id: &'static str,
    /// `patient`, `sitter`, `therapist` or `prescriber`.
    #[schema(value_type = String)]
    pub group: Group,
    /// What has to be true.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do when it is not true yet.
    pub todo: &'static str,
    /// Whether the gate stays closed without it.
    pub blocking: bool,
    /// When a blocking item does not apply.
    pub unless: Option<&'static str>,
    /// Who may set it aside or decline it, with a reason.
    pub declined_by: Vec<Role>,
    /// Who answers it.
    pub attesters: &'static [Role],
    /// `all` when every one of them has to say yes, `any` when one is enough.
    pub quorum: &'static str,
    /// `self`, `on_camera`, `measured`, `document` or `system`.
    #[schema(value_type = String)]
    pub method: Method,
    /// `open`, `yes`, `no`, `declined`, `expired` or `system`.
    #[schema(value_type = String)]
    pub state: Standing,
    /// Each role's last answer.
    pub answers: Vec<AnswerView>,
    /// Who answered last.
    pub attested_by: Option<PersonId>,
    /// When.
    pub attested_at: Option<Timestamp>,
    /// Until when that counts.
    pub expires_at: Option<Timestamp>,
}

/// One role's last answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerView {
    /// As what.
    pub role: Role,
    /// `yes`, `no` or `declined`.
    #[schema(value_type = String)]
    pub answer: Answer,
    /// When.
    pub at: Timestamp,
}

/// The checklist as it stands now.
pub(crate) async fn checklist(view: &View<'_>, id: SessionId) -> Result<Vec<ItemView>, Failure> {
    let folder = sessions::folder(view, id).await?;
    let session = view.session(id).await?;
    let gathered = evidence::gather(view, &folder, &session).await?;
    let standings = gate::standings(&gathered.evidence, &session.protocol, view.now());
    let valid = session.protocol.attestation;
    Ok(standings
        .into_iter()
        .map(|(group, item, state)| item_view(group, item, state, &gathered, valid))
        .collect())
}

fn item_view(
    group: Group,
    item: &'static Item,
    state: Standing,
    gathered: &Gathered,
    valid: Span,
) -> ItemView {
    let answers: Vec<_> =
        gathered.answers.iter().filter(|answered| answered.attestation.item == item.id).collect();
    let last = answers.last();
    let (blocking, unless, declined_by) = match item.weight {
        Weight::Blocking => (true, None, vec![]),
        Weight::BlockingUnless { unless, set_aside_by } => (true, Some(unless), vec![set_aside_by]),
        Weight::Advisory => (false, None, item.who.roles().to_vec()),
    };
    ItemView {
        id: item.id,
        group,
        title: item.title,
        why: item.why,
        todo: item.todo,
        blocking,
        unless,
        declined_by,
        attesters: item.who.roles(),
        quorum: if matches!(item.who, Who::All(_)) { "all" } else { "any" },
        method: item.method,
        state,
        attested_by: last.map(|answered| answered.by),
        attested_at: last.map(|answered| answered.attestation.at),
        expires_at: last.map(|answered| answered.attestation.at.plus(valid)),
        answers: answers
            .iter()
            .map(|answered| AnswerView {
                role: answered.attestation.role,
                answer: answered.attestation.answer,
                at: answered.attestation.at,
            })
            .collect(),
    }
}

/// One reading with what it means.
#[derive(Debug, Serialize, ToSchema)]
pub struct VitalsView {
    /// The record.
    pub record: RecordId,
    /// `before`, `during` or `discharge`.
    #[schema(value_type = String)]
    pub moment: Moment,
    /// Upper blood pressure.
    pub systolic: u16,
    /// Lower blood pressure.
    pub diastolic: u16,
    /// Pulse.
    pub heart_rate: u16,
    /// Oxygen.
    pub spo2: Option<u16>,
    /// Breaths.
    pub respiratory_rate: Option<u16>,
    /// `upper_arm` or `wrist`, which is less exact.
    pub device: &'static str,
    /// Whether a symptom came with it.
    pub symptoms: bool,
    /// `green`, `amber`, `red`, `crisis`, or `incomplete` when something is unknown.
    pub band: &'static str,
    /// How bad.
    pub severity: Severity,
    /// Whether it completes a set of two, whose mean the band is about.
    pub completes_set: bool,
    /// When to measure again.
    pub recheck_at: Option<Timestamp>,
    /// What to do now.
    pub todo: &'static str,
    /// When it was taken, by the device.
    pub taken_at: Timestamp,
    /// When the server had it.
    pub recorded_at: Timestamp,
    /// Whether the device's clock was more than ten minutes off: the reading counts from when the server had it.
    pub clock_off: bool,
    /// Who recorded it.
    pub recorded_by: PersonId,
}

/// Every reading of a session with what it means.
pub(crate) async fn vitals(view: &View<'_>, id: SessionId) -> Result<Vec<VitalsView>, Failure> {
    let folder = sessions::folder(view, id).await?;
    let session = view.session(id).await?;
    let all = records::vitals(view, &folder).await?;
    Ok(all.iter().map(|one| vitals_view(one, &all, &session)).collect())
}

/// The severity of one reading among the others: what other services hear.
pub(crate) fn severity(one: &Measured, all: &[Measured]) -> Severity {
    finding(one.moment, one.reading, &earlier(one, all)).severity
}

fn earlier(one: &Measured, all: &[Measured]) -> Vec<safety_core::vitals::Reading> {
    all.iter().take_while(|other| other.record != one.record).map(|other| other.reading).collect()
}

fn vitals_view(one: &Measured, all: &[Measured], session: &Session) -> VitalsView {
    let reading = one.reading;
    let found = finding(one.moment, reading, &earlier(one, all));
    let until_now: Vec<_> = all.iter().filter(|other| other.reading.at <= reading.at).cloned().collect();
    let sets = evidence::before(&until_now, session);
    let set = sets.measured.filter(|set| one.moment == Moment::Before && set.at == reading.at);
    let band = set.unwrap_or_else(|| Set::of(reading, reading)).band();
    let rested = found.recheck.map(|after| reading.at.plus(after.at(session.protocol.pace)));
    let (recheck_at, asked) = match one.moment {
        Moment::Before => (sets.recheck_at(&session.protocol).or(rested), sets.todo()),
        Moment::During | Moment::Discharge => (rested, None),
    };
    let is_calm = found.severity <= Severity::Watch && band <= Some(Band::Amber);
    VitalsView {
        record: one.record,
        moment: one.moment,
        systolic: reading.systolic,
        diastolic: reading.diastolic,
        heart_rate: reading.heart_rate,
        spo2: reading.spo2,
        respiratory_rate: reading.respiratory_rate,
        device: if reading.wrist { "wrist" } else { "upper_arm" },
        symptoms: reading.symptoms,
        band: band.map_or("incomplete", Band::as_str),
        severity: found.severity,
        completes_set: set.is_some(),
        recheck_at,
        todo: asked.filter(|_| is_calm).unwrap_or(found.todo),
        taken_at: one.taken_at,
        recorded_at: one.recorded_at,
        clock_off: clock_is_off(one.taken_at, one.recorded_at),
        recorded_by: one.by,
    }
}
