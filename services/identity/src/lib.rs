//! Who people are here, how they prove it, and which of their browsers still counts.

mod entry;
pub mod http;
mod listen;
pub mod migrations;
mod problems;
mod publish;
mod second_contacts;
mod secrets;
mod store;

pub use store::people::{Clinic, NewPerson};

use chassis::problem::Failure;
use chassis::run::Part;
use chassis::service::{Service, earliest};
use chassis::store::Store;
use chassis::work::{Act, Work};
use entry::Purpose;
use identity_core::invitation::Link;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::{Span, Timestamp};
use proto::envelope::Envelope;
use proto::standing::{Standing, Touch};
use utoipa_actix_web::service_config::ServiceConfig;

/// 30 days: a demonstration house is thrown away long before.
const DEMONSTRATION: Span = Span::hours(24 * 30);

/// The service.
#[derive(Clone)]
pub struct Identity {
    pub(crate) store: Store,
}

/// How a process or a whole house mounts it.
#[inline(never)]
pub fn part() -> Part {
    Part::of::<Identity>()
}

impl Service for Identity {
    const NAME: &'static str = "identity";
    const HEARS: &'static [&'static str] = listen::HEARS;
    type Migrations = migrations::Migrations;

    fn new(store: Store) -> anyhow::Result<Self> {
        Ok(Self { store })
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn routes(config: &mut ServiceConfig) {
        config
            .service(http::sign_in::sign_in)
            .service(http::sign_in::sign_out)
            .service(http::sign_in::me)
            .service(http::sign_in::redeem)
            .service(http::sign_in::keys)
            .service(http::account::set)
            .service(http::account::confirm)
            .service(http::people::add)
            .service(http::people::list)
            .service(http::people::invite)
            .service(http::people::of_session)
            .service(http::sitters::name)
            .service(http::sitters::invite)
            .service(http::sitters::revoke)
            .service(http::replacement::replace)
            .service(http::second_contacts::name)
            .service(http::second_contacts::read)
            .service(http::second_contacts::question)
            .service(http::second_contacts::answer)
            .service(http::presence::shown)
            .service(http::presence::prove);
        // No person's page ever asks this, so it stands in no document; the gateway lets nobody through to it.
        config.route("/internal/standing", actix_web::web::post().to(http::standing::read));
    }

    async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
        listen::hear(work, envelope).await
    }

    async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
        let sign_in = self.store.tick::<store::SignIns>().await?;
        let link = self.store.tick::<store::Links>().await?;
        let presence = self.store.tick::<store::Presences>().await?;
        store::throttles::tick(&self.store).await?;
        Ok(earliest([sign_in, link, presence]))
    }
}

impl Identity {
    /// How a cookie stands now; `None` when it counts no longer. For the gateway only.
    ///
    /// # Errors
    /// When the rows cannot be read. Nobody is let in on a guess.
    pub async fn resolve(&self, cookie: &str, touch: Touch) -> Result<Option<Standing>, Failure> {
        entry::resolve(&self.store, cookie, touch).await
    }

    /// Founds a clinic, or renames it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn found(&self, clinic: ClinicId, named: &Clinic) -> Result<(), Failure> {
        let founded = async |work: &mut Work| {
            work.audit("founded the clinic", clinic, None);
            store::people::keep_clinic(work, named).await
        };
        self.store.work(Act::clock(clinic), founded).await
    }

    /// Adds a person under an id of the caller's choosing: the first administrator, or a demonstration's people.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn enrol(&self, clinic: ClinicId, person: PersonId, new: &NewPerson) -> Result<(), Failure> {
        self.store.work(Act::clock(clinic), async |work| http::people::enrol(work, person, new).await).await
    }

    /// Makes the link that opens a person's account and returns its token: for the first administrator, whom
    /// nobody inside can invite. It is mailed as well.
    ///
    /// # Errors
    /// When there is no such person.
    pub async fn invitation(&self, clinic: ClinicId, person: PersonId) -> Result<String, Failure> {
        let send = async |work: &mut Work| {
            store::people::load(work, person).await?;
            entry::send(work, Link::account(work.now()), person, Purpose::Account, None).await
        };
        self.store.work(Act::clock(clinic), send).await
    }

    /// A link into a demonstration: signs in without a password, as often as it is pressed.
    ///
    /// # Errors
    /// When this is not a demonstration, or there is no such person.
    pub async fn demonstration(
        &self,
        clinic: ClinicId,
        person: PersonId,
        session: Option<SessionId>,
    ) -> Result<String, Failure> {
        if !self.store.ground().config.demo {
            return Err(Failure::Missing);
        }
        let send = async |work: &mut Work| {
            store::people::load(work, person).await?;
            let link = Link::demonstration(work.now(), DEMONSTRATION);
            entry::send(work, link, person, Purpose::Demonstration, session).await
        };
        self.store.work(Act::clock(clinic), send).await
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}
