//! Stands all services up in one process. Nothing in a service knows which way it stands.

use chassis::clock::Clock;
use chassis::config::Config;
use chassis::problem::Problem;
use chassis::run::{self, Mounted};
use chassis::service::{Ground, Service};
use chassis::store::Pool;
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
        let ground = run::ground(config, clock).await?;
        let url = ground.config.database();
        // SQLite has one writer, so all services share one pool and its turn; on Postgres each has its own.
        let shared = if url.starts_with("sqlite:") { Some(Pool::open(&url, None).await?) } else { None };
        let mut mounted = vec![];
        let identity = add::<Identity>(&ground, shared.as_ref(), &mut mounted).await?;
        add::<scheduling::Scheduling>(&ground, shared.as_ref(), &mut mounted).await?;
        add::<safety::Safety>(&ground, shared.as_ref(), &mut mounted).await?;
        add::<checkins::Checkins>(&ground, shared.as_ref(), &mut mounted).await?;
        add::<care::Care>(&ground, shared.as_ref(), &mut mounted).await?;
        add::<video::Video>(&ground, shared.as_ref(), &mut mounted).await?;
        add::<notify::Notify>(&ground, shared.as_ref(), &mut mounted).await?;
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
            stop_signal().await;
            handle.stop(true).await;
        });
        Ok(server.await?)
    }
}

async fn add<S: Service>(
    ground: &Ground,
    shared: Option<&Pool>,
    mounted: &mut Vec<Mounted>,
) -> anyhow::Result<Arc<S>> {
    let (service, standing) = run::mount::<S>(ground, shared).await?;
    mounted.push(standing);
    Ok(service)
}

/// SIGTERM from a supervisor, or Control-C from a person.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _told = terminate.recv() => {}
        _pressed = tokio::signal::ctrl_c() => {}
    }
}
