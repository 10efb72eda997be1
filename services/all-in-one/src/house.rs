//! Stands all services up in one process. Nothing in a service knows which way it stands.

use chassis::clock::Clock;
use chassis::config::Config;
use chassis::pool::Pool;
use chassis::problem::Problem;
use chassis::process;
use chassis::run::{self, Mounted, Part};
use chassis::service::Ground;
use futures_util::future::LocalBoxFuture;
use gateway::Gateway;
use gateway::door::Resolve;
use identity::Identity;
use proto::standing::{Standing, Touch};
use std::net::TcpListener;
use std::sync::Arc;

/// A house that stands.
pub struct House {
    /// What all services stand on.
    pub ground: Ground,
    /// The door.
    pub gateway: Gateway,
    /// Identity, for founding clinics and for the door.
    pub identity: Arc<Identity>,
    /// All services.
    pub mounted: Vec<Mounted>,
}

/// The one internal call of the house: the gateway asks identity how a cookie stands.
struct AskIdentity(Arc<Identity>);

impl Resolve for AskIdentity {
    fn resolve<'a>(
        &'a self,
        cookie: &'a str,
        touch: Touch,
    ) -> LocalBoxFuture<'a, Result<Option<Standing>, Problem>> {
        Box::pin(async move { Ok(self.0.resolve(cookie, touch).await?) })
    }
}

impl House {
    /// Mounts every service on one ground, and the gateway before them.
    ///
    /// # Errors
    /// When the database, the key file or a service is not fit to run.
    pub async fn stand_up(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let ground = run::ground(config, clock)?;
        let url = ground.config.database();
        // SQLite has one writer, so all services share one pool and its turn; on Postgres each has its own.
        let shared = if url.starts_with("sqlite:") { Some(Pool::open(&url, None).await?) } else { None };
        let (identity, first) = run::mount::<Identity>(&ground, shared.as_ref()).await?;
        let mut mounted = vec![first];
        for part in others() {
            mounted.push(part.mount_on(&ground, shared.as_ref()).await?);
        }
        let asked = Arc::new(AskIdentity(Arc::clone(&identity)));
        let gateway = Gateway::new(&ground, asked, mounted.clone())?;
        Ok(Self { ground, gateway, identity, mounted })
    }

    /// Serves on this socket until told to stop by SIGTERM or SIGINT.
    ///
    /// # Errors
    /// When the socket or the certificate cannot be used.
    pub async fn serve(&self, socket: TcpListener) -> anyhow::Result<()> {
        actix_web::rt::spawn(self.gateway.clone().listen());
        let server = self.gateway.serve(socket)?;
        let handle = server.handle();
        actix_web::rt::spawn(async move {
            process::told_to_stop().await;
            handle.stop(true).await;
        });
        Ok(server.await?)
    }
}

/// Every service but identity, which a house knows by its type: it founds clinics with it.
fn others() -> [Part; 6] {
    [scheduling::part(), safety::part(), checkins::part(), care::part(), video::part(), notify::part()]
}
