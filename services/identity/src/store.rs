//! Rows of identity: machines are sealed JSON, people are sealed columns, tokens are hashes.

pub(crate) mod doors;
pub(crate) mod people;
pub(crate) mod second_contacts;
pub(crate) mod sessions;
pub(crate) mod throttles;

use crate::{problems, publish};
use chassis::keeper::{Keeper, Row, Waiting, sealed};
use chassis::problem::{Failure, Problem};
use chassis::store::Store;
use chassis::work::Work;
use identity_core::account::{self, Account};
use identity_core::invitation::{self, Link};
use identity_core::presence::{self, Presence};
use identity_core::session::{self, SignIn};
use kernel::id::{PersonId, RecordId, SignInId};
use kernel::time::Timestamp;

/// Makes the keeper of one sealed machine: the same six functions, four times.
macro_rules! keepers {
    ($($(#[$doc:meta])* $name:ident: $machine:ty, $id:ty, $event:ty, $refusal:ty, $publish:path, $problem:path;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl Keeper for $name {
            type M = $machine;
            type Id = $id;

            async fn load(work: &Work, id: $id) -> Result<Option<Row<$machine>>, Failure> {
                sealed::load(work, id).await
            }

            async fn save(work: &mut Work, id: $id, row: &Row<$machine>) -> Result<(), Failure> {
                sealed::save(work, id, row).await
            }

            async fn publish(work: &mut Work, id: $id, row: &Row<$machine>, events: &[$event]) -> Result<(), Failure> {
                $publish(work, id, row, events).await
            }

            fn problem(refusal: $refusal) -> Problem {
                $problem(refusal)
            }

            async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<$id>>, Failure> {
                sealed::due::<$machine, $id>(store, by).await
            }
        }
    )*};
}

keepers! {
    /// Keeps signed-in browsers.
    SignIns: SignIn, SignInId, session::Event, session::Refusal, publish::sign_in, problems::sign_in;
    /// Keeps links.
    Links: Link, RecordId, invitation::Event, invitation::Refusal, publish::link, problems::link;
    /// Keeps accounts.
    Accounts: Account, PersonId, account::Event, account::Refusal, publish::account, problems::account;
    /// Keeps the proof of presence, one for each sitter of each session.
    Presences: Presence, RecordId, presence::Event, presence::Refusal, publish::presence, problems::presence;
}
