//! The people of many sessions, and the facts that identity and safety would say about them.

use anyhow::{Context as _, ensure};
use chassis::ids;
use chassis::keys::Keys;
use chassis::vault::Vault;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::identity::ContactChanged;
use proto::events::safety::{DoseRecorded, Member, SessionOpened};
use proto::sealed::{CONTACT, Contact, DOSE_COUNT, DoseCount};
use std::collections::BTreeSet;
use std::path::Path;

/// The first look falls due five minutes after the dose, and silence lasts two (clinical.md §6.1).
pub const SILENCE: Span = Span::minutes(7);
/// Where the on-call lead reads alarms.
pub const NOOR: &str = "noor@clinic.test";

/// One clinic. Dr. Lee leads, Dr. Okafor prescribes and Noor is on call for all of its sessions; each has a patient and
/// a sitter of its own.
pub struct Clinic {
    id: ClinicId,
    staff: [(PersonId, Role, &'static str); 3],
    pace: Pace,
    vault: Vault,
}

/// One session.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    patient: PersonId,
    sitter: PersonId,
}

impl Clinic {
    /// A clinic whose services share the key file in `folder`.
    ///
    /// # Errors
    /// When the key file cannot be made.
    pub fn new(folder: &Path, pace: Pace) -> anyhow::Result<Self> {
        Self::founded(folder, pace, ids::fresh(), [ids::fresh(), ids::fresh(), ids::fresh()])
    }

    /// A clinic that a house knows already, with its therapist, its prescriber and whoever is on call.
    ///
    /// # Errors
    /// When the key file cannot be made.
    pub fn founded(folder: &Path, pace: Pace, id: ClinicId, staff: [PersonId; 3]) -> anyhow::Result<Self> {
        let keys = Keys::load_or_create(&folder.join("holdspace.keys"))?;
        let [lee, okafor, noor] = staff;
        let staff = [
            (lee, Role::Therapist, "lee@clinic.test"),
            (okafor, Role::Prescriber, "okafor@clinic.test"),
            (noor, Role::Coordinator, NOOR),
        ];
        Ok(Self { id, staff, pace, vault: Vault::new("safety", keys) })
    }

    /// Its id.
    pub fn id(&self) -> ClinicId {
        self.id
    }

    /// Whoever of the staff has this role.
    ///
    /// # Errors
    /// When nobody has.
    pub fn staff(&self, role: Role) -> anyhow::Result<PersonId> {
        let found = self.staff.iter().find(|(_, theirs, _)| *theirs == role);
        Ok(found.context("nobody in that role")?.0)
    }

    /// Where the staff can be reached.
    ///
    /// # Errors
    /// When a contact cannot be sealed.
    pub fn contacts(&self) -> anyhow::Result<Vec<Envelope>> {
        self.staff.iter().map(|(person, role, email)| self.reached(*person, *role, email)).collect()
    }

    fn reached(&self, person: PersonId, role: Role, email: &str) -> anyhow::Result<Envelope> {
        let contact = Contact {
            first_name: "Staff".into(),
            email: email.into(),
            phone: None,
            time_zone: "America/New_York".into(),
        };
        let sealed = self.vault.seal_for_bus(CONTACT, person, &serde_json::to_vec(&contact)?)?;
        self.envelope(&ContactChanged { person, role, sealed }, None)
    }

    /// The session has its people.
    ///
    /// # Errors
    /// When the fact cannot be written.
    pub fn opened(&self, session: &Session, at: Timestamp) -> anyhow::Result<Envelope> {
        self.envelope(&self.session_opened(session, at), Some(session.id))
    }

    /// The same, as the fact alone.
    pub fn session_opened(&self, session: &Session, at: Timestamp) -> SessionOpened {
        let staff = self.staff.map(|(person, role, email)| Member { person, role, on_call: email == NOOR });
        let home = [(session.patient, Role::Patient), (session.sitter, Role::Sitter)]
            .map(|(person, role)| Member { person, role, on_call: false });
        SessionOpened {
            session: session.id,
            people: staff.into_iter().chain(home).collect(),
            starts_at: at,
            ends_at: at.plus(Span::minutes(210)),
            drill: self.pace != Pace::REAL,
            pace: self.pace,
        }
    }

    /// The dose after which silence becomes an incident exactly at `deadline_at`.
    ///
    /// # Errors
    /// When the pace does not divide the silence, or the count cannot be sealed.
    pub fn dosed(&self, session: &Session, deadline_at: Timestamp) -> anyhow::Result<Envelope> {
        let silence = SILENCE.at(self.pace);
        ensure!(silence.times(self.pace.factor()) == SILENCE, "a pace that divides seven minutes");
        let count = serde_json::to_vec(&DoseCount { lozenges: 2 })?;
        let fact = DoseRecorded {
            session: session.id,
            patient: session.patient,
            at: deadline_at.minus(silence),
            sealed: self.vault.seal_for_bus(DOSE_COUNT, session.patient, &count)?,
            out_of_order: false,
        };
        self.envelope(&fact, Some(session.id))
    }

    /// A fact of this clinic.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn envelope<E: Event>(&self, fact: &E, subject: Option<SessionId>) -> anyhow::Result<Envelope> {
        Ok(Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/safety".into(),
            name: E::NAME.into(),
            occurred_at: Timestamp::from_micros(crate::now()),
            clinic: self.id,
            subject,
            audience: vec![],
            data: serde_json::to_value(fact)?,
        })
    }
}

impl Session {
    /// Sessions that mails can tell apart.
    pub fn many(count: usize) -> Vec<Self> {
        let mut labels = BTreeSet::new();
        std::iter::repeat_with(|| Self { id: ids::fresh(), patient: ids::fresh(), sitter: ids::fresh() })
            .filter(|session| labels.insert(session.label()))
            .take(count)
            .collect()
    }

    /// Whom it is about.
    pub fn patient(&self) -> PersonId {
        self.patient
    }

    /// How mails name it.
    pub fn label(&self) -> String {
        let text = self.id.to_string();
        text.chars().skip(text.chars().count().saturating_sub(6)).collect::<String>().to_uppercase()
    }
}
