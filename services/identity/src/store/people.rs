//! People, clinics and credentials. Names, contacts and secrets are sealed with the person's own key.

use chassis::problem::{Failure, Problem};
use chassis::store::{self, Store};
use chassis::vault::Place;
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId};
use kernel::role::Role;
use proto::problems;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

/// A clinic, as `/me` names it.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// Its name.
    pub name: String,
    /// The number people call.
    pub phone: String,
    /// Its IANA time zone.
    pub time_zone: String,
}

/// A person before they have an id.
#[derive(Clone)]
pub struct NewPerson {
    /// As what.
    pub role: Role,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// IANA time zone.
    pub time_zone: String,
    /// The patient who named them, for sitters.
    pub named_by: Option<PersonId>,
}

impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewPerson({})", self.role.as_str())
    }
}

/// A person as read: what is sealed stays so until someone needs it.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) clinic: ClinicId,
    pub(crate) id: PersonId,
    pub(crate) role: Role,
    pub(crate) named_by: Option<PersonId>,
    pub(crate) time_zone: String,
    first_name: Vec<u8>,
    last_name: Vec<u8>,
    email: Vec<u8>,
    phone: Vec<u8>,
}

/// A password hash and an app secret, opened.
pub(crate) struct Credential {
    pub(crate) password: Vec<u8>,
    pub(crate) totp: Vec<u8>,
}

/// A sealed column of a person.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    FirstName,
    LastName,
    Email,
    Phone,
}

const PERSON: &str = "identity_person";
const CREDENTIAL: &str = "identity_credential";
const COLUMNS: &str = "select clinic_id, id, role, named_by, time_zone, first_name, last_name, email, phone from identity_person";
/// One address in this many clinics at most is tried at sign-in.
const CLINICS_PER_EMAIL_MAX: u64 = 3;
/// 500 people of one role are listed; a clinic that has more needs a search.
const LISTED_MAX: u64 = 500;

/// The index of an address is the same in every clinic: at sign-in nobody has said which.
pub(crate) fn email_index(store: &Store, email: &str) -> Vec<u8> {
    store.vault().blind_index(ClinicId(Uuid::nil()), "email", email)
}

/// Keeps a clinic.
pub(crate) async fn keep_clinic(work: &Work, clinic: &Clinic) -> Result<(), Failure> {
    let sql = "insert into identity_clinic (clinic_id, name, phone, time_zone) values ($1, $2, $3, $4)
               on conflict (clinic_id) do update set name = excluded.name, phone = excluded.phone,
               time_zone = excluded.time_zone";
    let values = [
        work.clinic().0.into(),
        clinic.name.clone().into(),
        clinic.phone.clone().into(),
        clinic.time_zone.clone().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// A clinic.
pub(crate) async fn clinic(store: &Store, clinic: ClinicId) -> Result<Option<Clinic>, Failure> {
    let sql = "select name, phone, time_zone from identity_clinic where clinic_id = $1";
    let row = store.db().query_one_raw(store.sql(sql, [clinic.0.into()])).await?;
    row.map(|row| {
        Ok(Clinic {
            name: row.try_get("", "name")?,
            phone: row.try_get("", "phone")?,
            time_zone: row.try_get("", "time_zone")?,
        })
    })
    .transpose()
}

/// Keeps a new person, every personal column sealed.
pub(crate) async fn keep(work: &mut Work, id: PersonId, person: &NewPerson) -> Result<(), Failure> {
    let clinic = work.clinic();
    let index = match person.role {
        Role::Sitter => None,
        Role::Patient
        | Role::Therapist
        | Role::Prescriber
        | Role::Coordinator
        | Role::Admin
        | Role::Auditor => Some(email_index(work.store(), &person.email)),
    };
    if is_taken(work, index.as_ref()).await? {
        return Err(Problem::new(&problems::EMAIL_TAKEN).into());
    }
    let place = |column| Place { clinic, person: id, table: PERSON, column, row: id.0 };
    let first_name = work.seal(&place("first_name"), person.first_name.as_bytes()).await?;
    let last_name = work.seal(&place("last_name"), person.last_name.as_bytes()).await?;
    let email = work.seal(&place("email"), person.email.as_bytes()).await?;
    let phone = work.seal(&place("phone"), person.phone.as_bytes()).await?;
    let sql =
        "insert into identity_person (clinic_id, id, role, email_index, named_by, time_zone, first_name,
               last_name, email, phone, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = [
        clinic.0.into(),
        id.0.into(),
        person.role.as_str().into(),
        index.into(),
        person.named_by.map(|by| by.0).into(),
        person.time_zone.clone().into(),
        first_name.into(),
        last_name.into(),
        email.into(),
        phone.into(),
        work.now().micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

async fn is_taken(work: &Work, index: Option<&Vec<u8>>) -> Result<bool, Failure> {
    let Some(index) = index else { return Ok(false) };
    let sql = "select 1 as one from identity_person where clinic_id = $1 and email_index = $2";
    let values = [work.clinic().0.into(), index.clone().into()];
    Ok(work.tx().query_one_raw(work.store().sql(sql, values)).await?.is_some())
}

/// A person, inside a transaction.
pub(crate) async fn load(work: &Work, id: PersonId) -> Result<Person, Failure> {
    one(work.tx(), work.store(), work.clinic(), id).await
}

/// A person, for showing.
pub(crate) async fn see(store: &Store, clinic: ClinicId, id: PersonId) -> Result<Person, Failure> {
    one(store.db(), store, clinic, id).await
}

async fn one(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    id: PersonId,
) -> Result<Person, Failure> {
    let sql = format!("{COLUMNS} where clinic_id = $1 and id = $2");
    let row = db.query_one_raw(store.sql(sql, [clinic.0.into(), id.0.into()])).await?;
    parsed(&row.ok_or(Failure::Missing)?)
}

/// Everyone with this address, in any clinic.
pub(crate) async fn with_email(store: &Store, email: &str) -> Result<Vec<Person>, Failure> {
    let sql = format!("{COLUMNS} where email_index = $1 order by clinic_id limit {CLINICS_PER_EMAIL_MAX}");
    let rows = store.db().query_all_raw(store.sql(sql, [email_index(store, email).into()])).await?;
    rows.iter().map(parsed).collect()
}

/// A clinic's people of one role.
pub(crate) async fn of_role(store: &Store, clinic: ClinicId, role: Role) -> Result<Vec<Person>, Failure> {
    let sql =
        format!("{COLUMNS} where clinic_id = $1 and role = $2 order by created_at, id limit {LISTED_MAX}");
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), role.as_str().into()])).await?;
    rows.iter().map(parsed).collect()
}

impl Person {
    /// Opens one sealed column.
    pub(crate) async fn open(&self, store: &Store, column: Column) -> Result<String, Failure> {
        let (place, value) = self.column(column);
        text(store.open(&place, value).await?)
    }

    /// The same inside a transaction.
    pub(crate) async fn open_in(&self, work: &Work, column: Column) -> Result<String, Failure> {
        let (place, value) = self.column(column);
        text(work.open(&place, value).await?)
    }

    fn column(&self, column: Column) -> (Place<'static>, &[u8]) {
        let (name, value) = match column {
            Column::FirstName => ("first_name", &self.first_name),
            Column::LastName => ("last_name", &self.last_name),
            Column::Email => ("email", &self.email),
            Column::Phone => ("phone", &self.phone),
        };
        let place =
            Place { clinic: self.clinic, person: self.id, table: PERSON, column: name, row: self.id.0 };
        (place, value)
    }
}

fn text(plain: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(plain).map_err(|error| Failure::Stored(error.to_string()))
}

/// Keeps a password hash and an app secret.
pub(crate) async fn keep_credential(
    work: &mut Work,
    person: PersonId,
    new: &Credential,
) -> Result<(), Failure> {
    let clinic = work.clinic();
    let place = |column| Place { clinic, person, table: CREDENTIAL, column, row: person.0 };
    let password = work.seal(&place("password"), &new.password).await?;
    let totp = work.seal(&place("totp"), &new.totp).await?;
    let sql = "insert into identity_credential (clinic_id, person_id, password, totp, set_at)
               values ($1, $2, $3, $4, $5) on conflict (clinic_id, person_id)
               do update set password = excluded.password, totp = excluded.totp, set_at = excluded.set_at";
    let values = [clinic.0.into(), person.0.into(), password.into(), totp.into(), work.now().micros().into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// A person's password hash and app secret.
pub(crate) async fn credential(
    store: &Store,
    clinic: ClinicId,
    person: PersonId,
) -> Result<Option<Credential>, Failure> {
    let sql = "select password, totp from identity_credential where clinic_id = $1 and person_id = $2";
    let row = store.db().query_one_raw(store.sql(sql, [clinic.0.into(), person.0.into()])).await?;
    let Some(row) = row else { return Ok(None) };
    let (password, totp): (Vec<u8>, Vec<u8>) = (row.try_get("", "password")?, row.try_get("", "totp")?);
    let place = |column| Place { clinic, person, table: CREDENTIAL, column, row: person.0 };
    let password = store.open(&place("password"), &password).await?;
    Ok(Some(Credential { password, totp: store.open(&place("totp"), &totp).await? }))
}

fn parsed(row: &QueryResult) -> Result<Person, Failure> {
    let role: String = row.try_get("", "role")?;
    Ok(Person {
        clinic: store::id(row, "clinic_id")?,
        id: store::id(row, "id")?,
        role: role.parse().map_err(|_word| Failure::Stored(format!("role {role}")))?,
        named_by: store::maybe_id(row, "named_by")?,
        time_zone: row.try_get("", "time_zone")?,
        first_name: row.try_get("", "first_name")?,
        last_name: row.try_get("", "last_name")?,
        email: row.try_get("", "email")?,
        phone: row.try_get("", "phone")?,
    })
}
