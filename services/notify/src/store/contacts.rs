//! The rows of contacts: who can be reached how.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::vault::Place;
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId};
use kernel::role::Role;
use proto::events::identity::ContactChanged;
use proto::sealed::{CONTACT, Contact};
use sea_orm::{ConnectionTrait as _, QueryResult};

/// A person who can be reached.
pub(crate) struct Known {
    /// As what.
    pub(crate) role: Role,
    /// How.
    pub(crate) contact: Contact,
}

/// Keeps a contact that came sealed over the bus, sealed with the person's own key.
pub(crate) async fn remember_contact(work: &mut Work, fact: &ContactChanged) -> Result<(), Failure> {
    let plain = work.store().vault().open_from_bus(CONTACT, fact.person, &fact.sealed)?;
    // Read once before it is kept: a contact nobody can read must fail here, not at three in the morning.
    parse(&plain)?;
    let sealed = work.seal(&place(work.clinic(), fact.person), &plain).await?;
    let sql = "insert into notify_contact (clinic_id, person_id, role, contact, updated_at)
        values ($1, $2, $3, $4, $5) on conflict (clinic_id, person_id) do update
        set role = excluded.role, contact = excluded.contact, updated_at = excluded.updated_at";
    let values = [
        work.clinic().0.into(),
        fact.person.0.into(),
        fact.role.as_str().into(),
        sealed.into(),
        work.now().micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// How to reach a person.
pub(crate) async fn contact(
    store: &Store,
    clinic: ClinicId,
    person: PersonId,
) -> Result<Option<Known>, Failure> {
    let sql = "select role, contact from notify_contact where clinic_id = $1 and person_id = $2";
    let Some(row) = store.db().query_one_raw(store.sql(sql, [clinic.0.into(), person.0.into()])).await?
    else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.try_get("", "contact")?;
    let contact = parse(&store.open(&place(clinic, person), &sealed).await?)?;
    Ok(Some(Known { role: role(&row)?, contact }))
}

/// Those who must see that a message did not leave.
pub(crate) async fn overseers(work: &Work) -> Result<Vec<PersonId>, Failure> {
    let sql = "select person_id from notify_contact where clinic_id = $1 and role in ('coordinator', 'admin')
        order by person_id limit 100";
    let rows = work.tx().query_all_raw(work.store().sql(sql, [work.clinic().0.into()])).await?;
    rows.iter().map(|row| Ok(store::id(row, "person_id")?)).collect()
}

fn role(row: &QueryResult) -> Result<Role, Failure> {
    let word: String = row.try_get("", "role")?;
    word.parse().map_err(|_word| Failure::Stored(format!("role {word}")))
}

fn parse(plain: &[u8]) -> Result<Contact, Failure> {
    serde_json::from_slice(plain).map_err(|error| Failure::Stored(error.to_string()))
}

fn place(clinic: ClinicId, person: PersonId) -> Place<'static> {
    Place { clinic, person, table: "notify_contact", column: "contact", row: person.0 }
}
