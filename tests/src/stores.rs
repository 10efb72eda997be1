//! Databases of a proof's own.

use anyhow::Context as _;
use sea_orm::{ConnectionTrait as _, Database};

/// A fresh database on the throwaway server, named after the proof.
///
/// # Errors
/// When the server is not there.
pub async fn fresh_database(proof: &str) -> anyhow::Result<String> {
    let url = crate::told("TEST_POSTGRES_URL")?;
    let token = chassis::crypto::random_token();
    let letters: String = token.chars().filter(char::is_ascii_lowercase).take(12).collect();
    let name = format!("{proof}_{letters}");
    Database::connect(&url).await?.execute_unprepared(&format!("create database {name}")).await?;
    let base = url.rsplit_once('/').context("no database in the address")?.0;
    Ok(format!("{base}/{name}"))
}
