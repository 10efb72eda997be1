//! A role and a schema per service on Postgres, made once by the database's owner.

use crate::crypto;
use anyhow::{Context as _, ensure};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use std::collections::BTreeMap;

const ROLES: &str = include_str!("../../../../deploy/postgres/roles.sql");

/// Makes the roles, hands them their tables, and gives each a new password.
///
/// # Errors
/// When the owner cannot come in, or may not make roles.
pub async fn make(
    owner_url: &str,
    services: &[&'static str],
) -> anyhow::Result<BTreeMap<&'static str, String>> {
    // A statement is logged as it stands, and these hold passwords.
    let mut options = ConnectOptions::new(owner_url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    let owner = Database::connect(options).await.context("the database's owner cannot come in")?;
    owner.execute_unprepared(ROLES).await.context("the roles cannot be made")?;
    let mut passwords = BTreeMap::new();
    for service in services {
        let role = role(owner_url, service)?;
        // Letters, digits, `-` and `_`: nothing to escape in SQL or in an address.
        let password = crypto::random_token();
        owner.execute_unprepared(&format!("alter role \"{role}\" password '{password}'")).await?;
        passwords.insert(*service, password);
    }
    owner.close().await?;
    Ok(passwords)
}

/// The same database, entered as one service's role.
///
/// # Errors
/// When the address has no scheme.
pub fn enter_as(url: &str, service: &str, password: &str) -> anyhow::Result<String> {
    let (scheme, rest) = url.split_once("://").context("the database address has no scheme")?;
    let place = rest.split_once('@').map_or(rest, |(_owner, place)| place);
    Ok(format!("{scheme}://{}:{password}@{place}", role(url, service)?))
}

/// Roles belong to the whole server, so their names begin with the database's.
fn role(url: &str, service: &str) -> anyhow::Result<String> {
    let path = url.split('?').next().unwrap_or_default();
    let database = path.rsplit_once('/').context("the database address names no database")?.1;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    ensure!(!database.is_empty() && database.chars().all(is_plain), "a plain name for the database, please");
    Ok(format!("{database}_{service}"))
}
