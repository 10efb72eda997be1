//! The people of the demo's clinic, all made up, added through the same doors as real ones.

use crate::house::House;
use crate::inside::{Acting, Inside};
use chassis::ids;
use identity::{Clinic, NewPerson};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Span;
use serde_json::{Value, json};
use uuid::Uuid;

/// A demo's weekly availability is around the clock, so that a newcomer can book at once.
const ALL_DAY: [i64; 7] = [1, 2, 3, 4, 5, 6, 7];

/// Who there is.
pub struct People {
    /// The clinic.
    pub clinic: ClinicId,
    /// Sam takes the medicine.
    pub patient: PersonId,
    /// Ana sits.
    pub sitter: PersonId,
    /// Dr. Lee leads.
    pub therapist: PersonId,
    /// Dr. Okafor orders.
    pub prescriber: PersonId,
    /// Noor is on call.
    pub on_call: PersonId,
    /// Mia runs the day.
    pub coordinator: PersonId,
    /// Jo runs the accounts.
    pub admin: PersonId,
}

/// Name, role, first name, last name and zone of everyone who is there from the start.
const ROSTER: [(&str, Role, &str, &str, &str); 8] = [
    ("patient", Role::Patient, "Sam", "Rivera", "America/Los_Angeles"),
    ("sitter", Role::Sitter, "Ana", "Rivera", "America/Los_Angeles"),
    ("therapist", Role::Therapist, "Dr. Lee", "Morgan", "America/New_York"),
    ("prescriber", Role::Prescriber, "Dr. Okafor", "Chidi", "America/New_York"),
    ("noor", Role::Therapist, "Noor", "Haddad", "America/New_York"),
    ("coordinator", Role::Coordinator, "Mia", "Santos", "America/New_York"),
    ("admin", Role::Admin, "Jo", "Berg", "America/New_York"),
    ("patient-two", Role::Patient, "Kim", "Doyle", "America/Chicago"),
];

impl People {
    /// The five roles that get a link.
    pub fn by_role(&self) -> [(&'static str, PersonId); 5] {
        [
            ("patient", self.patient),
            ("sitter", self.sitter),
            ("therapist", self.therapist),
            ("prescriber", self.prescriber),
            ("coordinator", self.coordinator),
        ]
    }

    /// Somebody, acting.
    pub fn acting(
        &self,
        inside: &Inside,
        person: PersonId,
        role: Role,
        session: Option<SessionId>,
    ) -> Acting {
        inside.acting(self.clinic, person, role, session)
    }
}

/// Fixed ids: the same demo has the same people each time.
pub fn known() -> People {
    People {
        clinic: derived("clinic"),
        patient: person("patient"),
        sitter: person("sitter"),
        therapist: person("therapist"),
        prescriber: person("prescriber"),
        on_call: person("noor"),
        coordinator: person("coordinator"),
        admin: person("admin"),
    }
}

/// Everyone's id by name, for stories.
pub fn ids() -> Value {
    ROSTER
        .iter()
        .map(|(name, ..)| ((*name).to_owned(), json!(person(name))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn person(name: &str) -> PersonId {
    derived(name)
}

/// Founds the clinic, adds the people, fills the calendar and the on-call roster.
///
/// # Errors
/// When a service refuses a step.
pub async fn found(house: &House, inside: &Inside) -> anyhow::Result<People> {
    let people = known();
    let failed = |failure: chassis::problem::Failure| anyhow::anyhow!("{failure}");
    let clinic = Clinic {
        name: "Harbor House (demo)".into(),
        phone: "+1 555 0100".into(),
        time_zone: "America/New_York".into(),
    };
    house.identity.found(people.clinic, &clinic).await.map_err(failed)?;
    for (name, role, first_name, last_name, time_zone) in ROSTER {
        let new = NewPerson {
            role,
            first_name: first_name.into(),
            last_name: last_name.into(),
            email: format!("{name}@demo.example"),
            phone: "+1 555 0101".into(),
            time_zone: time_zone.into(),
            named_by: (role == Role::Sitter).then_some(people.patient),
        };
        house.identity.enrol(people.clinic, person(name), &new).await.map_err(failed)?;
    }
    calendar(house, inside, &people).await?;
    Ok(people)
}

async fn calendar(house: &House, inside: &Inside, people: &People) -> anyhow::Result<()> {
    let weekly: Vec<_> =
        ALL_DAY.iter().map(|day| json!({ "weekday": day, "from": "00:00", "until": "24:00" })).collect();
    let availability = json!({ "time_zone": "America/New_York", "weekly": weekly });
    let therapist = people.acting(inside, people.therapist, Role::Therapist, None);
    therapist.post("/api/scheduling/availability", &availability).await?;
    let now = house.ground.clock.now();
    let until_at = now.plus(Span::hours(24 * 30));
    let coordinator = people.acting(inside, people.coordinator, Role::Coordinator, None);
    // Scheduling hears of people a moment after identity adds them.
    for week in 0..4 {
        let from_at = now.plus(Span::hours(24 * (7 * week - 1)));
        let duty = json!({ "person": people.on_call, "from_at": from_at, "until_at": from_at.plus(Span::hours(24 * 7)) });
        super::session::insist(&coordinator, "/api/scheduling/on-call", &duty).await?;
    }
    let prescriber = people.acting(inside, people.prescriber, Role::Prescriber, None);
    let order = json!({
        "strength_mg": 100, "lozenges": 2, "hold_minutes": 10, "disposal": "spit", "max_sessions": 6,
        "min_interval_hours": 72, "valid_until_at": until_at,
    });
    let path = format!("/api/care/patients/{}/dose-orders", people.patient);
    super::session::insist(&prescriber, &path, &order).await.map(drop)
}

/// The namespace of the demo's ids; any fixed value serves.
const DEMO: u128 = 0x0193_4d6e_0000_7000_8000_0000_0000_0000;

fn derived<T: From<Uuid>>(word: &str) -> T {
    ids::derived(Uuid::from_u128(DEMO), word)
}
