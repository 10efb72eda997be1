//! The one place that makes ids.

use uuid::Uuid;

/// A new id of any kind: time-ordered, so rows stay near their neighbours.
#[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
pub fn fresh<T: From<Uuid>>() -> T {
    Uuid::now_v7().into()
}

/// An id derived from another one and a word, so that doing something twice names the same row.
pub fn derived<T: From<Uuid>>(from: Uuid, word: &str) -> T {
    let digest = crate::crypto::sha256(&[from.as_bytes(), word.as_bytes()].concat());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(digest.split_at(16).0);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().into()
}
