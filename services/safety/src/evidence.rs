//! Gathers what the gate and the discharge look at, from this service's own rows.
//!
//! What other services know is here only as far as they said it; what was not said is missing, and so red.

use crate::store::records::{self, Answered, Kind, Measured};
use crate::store::sessions::{self, Folder};
use crate::store::{Reader, holds, house, papers};
use chassis::problem::Failure;
use safety_core::consent;
use safety_core::discharge;
use safety_core::gate::{self, Evidence, Verdict};
use safety_core::session::Session;
use safety_core::vitals::{Assessment, Decision, Moment, Reading, Set, assess};
use serde::{Deserialize, Serialize};

/// What the prescriber said about amber.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Decided {
    /// Whether the session may go on.
    pub(crate) proceed: bool,
    /// Why.
    pub(crate) reason: String,
}

/// What the gate looks at, and the answers it came from.
pub(crate) struct Gathered {
    pub(crate) evidence: Evidence,
    pub(crate) answers: Vec<Answered>,
}

/// Everything the gate looks at.
pub(crate) async fn gather(
    reader: &impl Reader,
    folder: &Folder,
    session: &Session,
) -> Result<Gathered, Failure> {
    let answers = records::attestations(reader, folder).await?;
    let signed = papers::signed(reader, folder.patient).await?;
    let signed: Vec<_> = signed.iter().map(|signed| (signed.kind, signed.version)).collect();
    let decision = records::last_statement::<Decided>(reader, folder, Kind::Decision).await?;
    let mut evidence = Evidence {
        attestations: answers.iter().map(|answered| answered.attestation.clone()).collect(),
        vitals: before(&records::vitals(reader, folder).await?, session),
        decision: decision.map(|said| Decision { proceed: said.content.proceed, at: said.at }),
        address_at: records::address_at(reader, folder).await?,
        consents: consent::patient_is_current(&signed),
        presence_at: folder.presence_at,
        on_call_at: folder.on_call_at,
        page: folder.page,
        contacts: folder.contacts,
        watch_at: folder.watch_at,
        screen_at: folder.screen_at,
        stands: house::stands(reader).await?,
        last_dose_at: sessions::last_dose(reader, folder).await?,
        therapist_elsewhere: sessions::is_elsewhere(reader, folder).await?,
        holds: holds::open(reader, folder).await?,
        ready: session.ready(),
        ..Evidence::default()
    };
    if let Some(sitter) = folder.sitter {
        let signed = papers::signed(reader, sitter).await?;
        let signed: Vec<_> = signed.iter().map(|signed| (signed.kind, signed.version)).collect();
        evidence.agreement = consent::is_current(consent::Kind::SitterAgreement, &signed);
        evidence.training_at = papers::training_at(reader, sitter).await?;
        evidence.phone_at = papers::phone_at(reader, folder.session, sitter).await?;
    }
    Ok(Gathered { evidence, answers })
}

/// The gate's answer now.
pub(crate) async fn verdict(
    reader: &impl Reader,
    folder: &Folder,
    session: &Session,
) -> Result<Verdict, Failure> {
    let gathered = gather(reader, folder, session).await?;
    Ok(gate::verdict(&gathered.evidence, &session.protocol, reader.now()))
}

/// What the readings before the dose add up to.
pub(crate) fn before(measured: &[Measured], session: &Session) -> Assessment {
    let dosed_at = session.course().map(|course| course.first_at);
    let readings: Vec<Reading> = measured
        .iter()
        .filter(|one| one.moment == Moment::Before)
        .map(|one| one.reading)
        .filter(|reading| dosed_at.is_none_or(|dosed_at| reading.at <= dosed_at))
        .collect();
    assess(&readings, &session.protocol)
}

/// The baseline: the last set before the dose, or the last single reading where there was no set.
fn baseline(measured: &[Measured], session: &Session) -> Option<Set> {
    let before = before(measured, session);
    before.measured.or_else(|| before.waiting.map(|alone| Set::of(alone, alone)))
}

/// What is still missing for a discharge.
pub(crate) async fn unmet(
    reader: &impl Reader,
    folder: &Folder,
    session: &Session,
    ticked: Vec<String>,
    score: discharge::Score,
) -> Result<Vec<discharge::Unmet>, Failure> {
    let measured = records::vitals(reader, folder).await?;
    let latest = measured.iter().rev().find(|one| one.moment == Moment::Discharge);
    let evidence = discharge::Evidence {
        ticked,
        score,
        latest: latest.map(|one| one.reading),
        baseline: baseline(&measured, session),
        open_incidents: sessions::open_incidents(reader, folder.session).await?,
    };
    Ok(discharge::unmet(&evidence, &session.protocol, reader.now()))
}
