//! The one place that makes ids.

use crate::crypto;
use kernel::time::Timestamp;
use std::cell::RefCell;
use uuid::Uuid;

/// A new id of any kind: time-ordered, so rows stay near their neighbours.
#[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
pub fn fresh<T: From<Uuid>>() -> T {
    Uuid::now_v7().into()
}

/// 256 ids for one question to the operating system: such a question takes longer than all else about an id.
const AT_ONCE: usize = 256;

thread_local! {
    static RANDOM: RefCell<Vec<[u8; 10]>> = const { RefCell::new(Vec::new()) };
}

/// A new id for what is named and not kept, such as a request: as unique as any, and made many times as fast.
pub fn passing(now: Timestamp) -> Uuid {
    let random = RANDOM.with_borrow_mut(|left| {
        if left.is_empty() {
            left.extend(crypto::random::<{ 10 * AT_ONCE }>().as_chunks().0);
        }
        left.pop().unwrap_or_else(crypto::random)
    });
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// An id derived from another one and a word, so that doing something twice names the same row.
pub fn derived<T: From<Uuid>>(from: Uuid, word: &str) -> T {
    let digest = crate::crypto::sha256(&[from.as_bytes(), word.as_bytes()].concat());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(digest.split_at(16).0);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn passing_ids_are_all_different_and_of_the_seventh_kind() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let ids: BTreeSet<Uuid> = (0..3 * AT_ONCE).map(|_| passing(now)).collect();
        assert_eq!(ids.len(), 3 * AT_ONCE);
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
