//! Cookies and links: which hash stands for what. The tokens themselves are nowhere.

use chassis::crypto;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, RecordId, SessionId, SignInId};
use kernel::role::Role;
use sea_orm::{ConnectionTrait as _, QueryResult};

/// What a cookie stands for.
#[derive(Debug, Clone)]
pub(crate) struct Cookie {
    pub(crate) clinic: ClinicId,
    pub(crate) sign_in: SignInId,
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    pub(crate) session: Option<SessionId>,
}

/// What a link stands for.
#[derive(Debug, Clone)]
pub(crate) struct LinkRow {
    pub(crate) clinic: ClinicId,
    pub(crate) link: RecordId,
    pub(crate) person: PersonId,
    pub(crate) purpose: String,
    pub(crate) session: Option<SessionId>,
}

/// Keeps a new cookie, by its hash.
pub(crate) async fn keep_cookie(work: &Work, token: &str, cookie: &Cookie) -> Result<(), Failure> {
    let sql = "insert into identity_cookie (clinic_id, hash, sign_in_id, person_id, role, session_id)
               values ($1, $2, $3, $4, $5, $6)";
    let values = [
        cookie.clinic.0.into(),
        crypto::sha256(token.as_bytes()).to_vec().into(),
        cookie.sign_in.0.into(),
        cookie.person.0.into(),
        cookie.role.as_str().into(),
        cookie.session.map(|session| session.0).into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// What this cookie stands for, if anything.
pub(crate) async fn cookie(store: &Store, token: &str) -> Result<Option<Cookie>, Failure> {
    let sql =
        "select clinic_id, sign_in_id, person_id, role, session_id from identity_cookie where hash = $1";
    let values = [crypto::sha256(token.as_bytes()).to_vec().into()];
    let row = store.db().query_one_raw(store.sql(sql, values)).await?;
    row.map(|row| parsed_cookie(&row)).transpose()
}

/// Every browser of a person; of one session only, if it is named.
pub(crate) async fn cookies_of(
    work: &Work,
    person: PersonId,
    only: Option<SessionId>,
) -> Result<Vec<Cookie>, Failure> {
    let sql = "select clinic_id, sign_in_id, person_id, role, session_id from identity_cookie
               where clinic_id = $1 and person_id = $2 order by sign_in_id";
    let values = [work.clinic().0.into(), person.0.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    let all = rows.iter().map(parsed_cookie).collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|cookie| only.is_none() || cookie.session == only).collect())
}

/// Every browser that a link to one session opened.
pub(crate) async fn cookies_of_session(work: &Work, session: SessionId) -> Result<Vec<Cookie>, Failure> {
    let sql = "select clinic_id, sign_in_id, person_id, role, session_id from identity_cookie
               where clinic_id = $1 and session_id = $2 order by sign_in_id";
    let rows =
        work.tx().query_all_raw(work.store().sql(sql, [work.clinic().0.into(), session.0.into()])).await?;
    rows.iter().map(parsed_cookie).collect()
}

/// Forgets the cookie of a sign-in that ended.
pub(crate) async fn drop_cookie(work: &Work, sign_in: SignInId) -> Result<(), Failure> {
    let sql = "delete from identity_cookie where clinic_id = $1 and sign_in_id = $2";
    let values = [work.clinic().0.into(), sign_in.0.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Keeps a new link, by its hash.
pub(crate) async fn keep_link(work: &Work, token: &str, link: &LinkRow) -> Result<(), Failure> {
    let sql = "insert into identity_link (clinic_id, hash, link_id, person_id, purpose, session_id)
               values ($1, $2, $3, $4, $5, $6)";
    let values = [
        link.clinic.0.into(),
        crypto::sha256(token.as_bytes()).to_vec().into(),
        link.link.0.into(),
        link.person.0.into(),
        link.purpose.clone().into(),
        link.session.map(|session| session.0).into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// What this link stands for, if anything.
pub(crate) async fn link(store: &Store, token: &str) -> Result<Option<LinkRow>, Failure> {
    let sql = "select clinic_id, link_id, person_id, purpose, session_id from identity_link where hash = $1";
    let values = [crypto::sha256(crypto::token_in(token).as_bytes()).to_vec().into()];
    let row = store.db().query_one_raw(store.sql(sql, values)).await?;
    row.map(|row| parsed_link(&row)).transpose()
}

/// Every link of one purpose that a person was sent, for one session or for none.
pub(crate) async fn links_of(
    work: &Work,
    person: PersonId,
    purpose: &str,
    session: Option<SessionId>,
) -> Result<Vec<RecordId>, Failure> {
    let sql = "select clinic_id, link_id, person_id, purpose, session_id from identity_link
               where clinic_id = $1 and person_id = $2 and purpose = $3 order by link_id";
    let values = [work.clinic().0.into(), person.0.into(), purpose.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    let all = rows.iter().map(parsed_link).collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|link| link.session == session).map(|link| link.link).collect())
}

fn parsed_cookie(row: &QueryResult) -> Result<Cookie, Failure> {
    let role: String = row.try_get("", "role")?;
    Ok(Cookie {
        clinic: store::id(row, "clinic_id")?,
        sign_in: store::id(row, "sign_in_id")?,
        person: store::id(row, "person_id")?,
        role: role.parse().map_err(|_word| Failure::Stored(format!("role {role}")))?,
        session: store::maybe_id(row, "session_id")?,
    })
}

fn parsed_link(row: &QueryResult) -> Result<LinkRow, Failure> {
    Ok(LinkRow {
        clinic: store::id(row, "clinic_id")?,
        link: store::id(row, "link_id")?,
        person: store::id(row, "person_id")?,
        purpose: row.try_get("", "purpose")?,
        session: store::maybe_id(row, "session_id")?,
    })
}
