//! Rows and what they hold. Everything personal is sealed with the patient's key.

pub mod aftercare;
pub mod journal;
pub mod orders;
pub mod people;
pub mod responses;

use chassis::problem::Failure;
use chassis::vault::Place;
use kernel::id::{ClinicId, PersonId, RecordId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// At most this many rows in one list: years of weekly answers, and a page a person can still read.
const ROWS_MAX: u64 = 200;

/// Where a value of a patient's stands.
fn place<'a>(
    clinic: ClinicId,
    patient: PersonId,
    table: &'a str,
    column: &'a str,
    row: RecordId,
) -> Place<'a> {
    Place { clinic, person: patient, table, column, row: row.0 }
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Stored(error.to_string()))
}

fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(plain).map_err(|error| Failure::Stored(error.to_string()))
}
