//! Envelope encryption for clinical and personal columns: root → clinic → person → value.
//!
//! A value is bound to its place, so a value moved to another clinic, table, column, row or person
//! does not open (reliability.md §4.2).

use crate::crypto::{self, DoesNotOpen, SecretKey};
use crate::keys::Keys;
use kernel::id::{ClinicId, PersonId};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The layout version in front of every sealed value.
const LAYOUT: u8 = 1;

/// Where a sealed value stands. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Whose clinic.
    pub clinic: ClinicId,
    /// Whose data: the key is theirs.
    pub person: PersonId,
    /// The table, with its service prefix.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row.
    pub row: Uuid,
}

/// Data keys by clinic, person and version.
type Cache = HashMap<(ClinicId, PersonId, i64), SecretKey>;

/// The keys of one service. Data keys are cached once they are committed.
#[derive(Clone)]
pub struct Vault {
    service: &'static str,
    keys: Keys,
    cache: Arc<RwLock<Cache>>,
}

/// One person's data key.
#[derive(Clone)]
pub struct DataKey {
    pub(crate) version: i64,
    pub(crate) key: SecretKey,
}

impl Vault {
    /// The vault of one service.
    pub fn new(service: &'static str, keys: Keys) -> Self {
        Self { service, keys, cache: Arc::default() }
    }

    pub(crate) fn cached(&self, clinic: ClinicId, person: PersonId, version: i64) -> Option<DataKey> {
        let cache = self.cache.read().ok()?;
        cache.get(&(clinic, person, version)).map(|key| DataKey { version, key: key.clone() })
    }

    /// Remembers a key whose row is committed.
    pub(crate) fn remember(&self, clinic: ClinicId, person: PersonId, data_key: &DataKey) {
        if let Ok(mut cache) = self.cache.write() {
            cache.insert((clinic, person, data_key.version), data_key.key.clone());
        }
    }

    /// A new data key and its wrapped form, with a commitment to the key (GCM does not commit).
    pub(crate) fn make(&self, clinic: ClinicId, person: PersonId) -> Result<(DataKey, Vec<u8>), DoesNotOpen> {
        let data_key = DataKey { version: 1, key: Zeroizing::new(crypto::random()) };
        let commitment = crypto::derive(&data_key.key, &[b"commitment"]);
        let plain = Zeroizing::new([data_key.key.as_slice(), commitment.as_slice()].concat());
        let kek = self.keys.clinic_key(self.service, clinic.0.as_bytes());
        let wrapped = crypto::seal(&kek, &self.wrap_aad(clinic, person, data_key.version), &plain)?;
        Ok((data_key, wrapped))
    }

    pub(crate) fn unwrap(
        &self,
        clinic: ClinicId,
        person: PersonId,
        version: i64,
        wrapped: &[u8],
    ) -> Result<DataKey, DoesNotOpen> {
        let kek = self.keys.clinic_key(self.service, clinic.0.as_bytes());
        let plain = Zeroizing::new(crypto::open(&kek, &self.wrap_aad(clinic, person, version), wrapped)?);
        let (key, commitment) = plain.split_at_checked(32).ok_or(DoesNotOpen)?;
        let key: SecretKey = Zeroizing::new(key.try_into().map_err(|_length| DoesNotOpen)?);
        if crypto::derive(&key, &[b"commitment"]).as_slice() != commitment {
            return Err(DoesNotOpen);
        }
        Ok(DataKey { version, key })
    }

    fn wrap_aad(&self, clinic: ClinicId, person: PersonId, version: i64) -> Vec<u8> {
        let parts: [&[u8]; 5] = [
            b"dek",
            self.service.as_bytes(),
            clinic.0.as_bytes(),
            person.0.as_bytes(),
            &version.to_be_bytes(),
        ];
        parts.iter().flat_map(|part| crypto::framed(part)).collect()
    }

    /// A blind index: equal values in one clinic give equal bytes, and nothing else is learned.
    pub fn blind_index(&self, clinic: ClinicId, column: &str, value: &str) -> Vec<u8> {
        let key = self.keys.index_key(self.service, clinic.0.as_bytes());
        let tag = crypto::derive(&key, &[column.as_bytes(), value.trim().to_lowercase().as_bytes()]);
        tag.split_at(16).0.to_vec()
    }

    /// Seals a value for the bus: only services with the key file read it, and only for `purpose`.
    ///
    /// # Errors
    /// When the value is too long for the cipher.
    pub fn seal_for_bus(&self, purpose: &str, person: PersonId, plain: &[u8]) -> Result<String, DoesNotOpen> {
        let aad = [crypto::framed(purpose.as_bytes()), crypto::framed(person.0.as_bytes())].concat();
        crypto::seal(&self.keys.bus_key(), &aad, plain).map(|sealed| crypto::to_base64(&sealed))
    }

    /// Opens a value from the bus.
    ///
    /// # Errors
    /// When purpose, person or key differ.
    pub fn open_from_bus(
        &self,
        purpose: &str,
        person: PersonId,
        sealed: &str,
    ) -> Result<Vec<u8>, DoesNotOpen> {
        let aad = [crypto::framed(purpose.as_bytes()), crypto::framed(person.0.as_bytes())].concat();
        crypto::open(&self.keys.bus_key(), &aad, &crypto::from_base64(sealed)?)
    }
}

impl DataKey {
    /// `layout ‖ key version ‖ nonce ‖ ciphertext ‖ tag`.
    pub(crate) fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let version = u32::try_from(self.version).map_err(|_range| DoesNotOpen)?;
        let sealed = crypto::seal(&self.key, &place.aad(), plain)?;
        Ok([[LAYOUT].as_slice(), &version.to_be_bytes(), &sealed].concat())
    }

    pub(crate) fn open(&self, place: &Place<'_>, value: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let (_, sealed) = value.split_at_checked(5).ok_or(DoesNotOpen)?;
        crypto::open(&self.key, &place.aad(), sealed)
    }
}

/// The key version a sealed value names.
pub(crate) fn version_of(value: &[u8]) -> Result<i64, DoesNotOpen> {
    match value {
        [LAYOUT, a, b, c, d, ..] => Ok(i64::from(u32::from_be_bytes([*a, *b, *c, *d]))),
        _other => Err(DoesNotOpen),
    }
}

impl Place<'_> {
    fn aad(&self) -> Vec<u8> {
        let parts: [&[u8]; 6] = [
            b"v1",
            self.clinic.0.as_bytes(),
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
            self.person.0.as_bytes(),
        ];
        parts.iter().flat_map(|part| crypto::framed(part)).collect()
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({})", self.service)
    }
}
