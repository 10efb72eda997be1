//! `holdspace split`: cuts one house on Postgres into a folder per process, each with its configuration, its share of
//! the keys and the password of its own database role, and nothing that is another's.

use anyhow::{Context as _, bail, ensure};
use chassis::config::Config;
use chassis::keys::Keys;
use chassis::roles;
use clap::Args;
use gateway::routes::SERVICES;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The port of every service where each has a host of its own.
const PORT: u16 = 8080;
/// What a part calls the certificates that others are known by.
const MAIL_CA: &str = "mail-ca.pem";
const SECOND_MAIL_CA: &str = "second-mail-ca.pem";
const WATCHDOG_CA: &str = "watchdog-ca.pem";
const TELEPHONY_CA: &str = "telephony-ca.pem";
const NTFY_CA: &str = "ntfy-ca.pem";
const WEBHOOK_CA: &str = "webhook-ca.pem";
/// How long the gateway goes on after it was told to stop: a load balancer asks `/ready` every second or so.
const DRAIN_SECONDS: i64 = 2;

/// Where the house is, and how its parts will find each other.
#[derive(Args)]
pub struct Options {
    /// The configuration of the house, on Postgres.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Where to write a folder per process.
    #[arg(long)]
    to: PathBuf,
    /// The bus, such as <redis://redis:6379>.
    #[arg(long)]
    bus: String,
    /// Everything on this machine, on ports from this one on; without it each service has a host of its name.
    #[arg(long)]
    ports_from: Option<u16>,
}

/// Makes roles and folders.
///
/// # Errors
/// When the house is not on Postgres, or was split into this folder before.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let mut house = Config::read(options.config.as_deref())?;
    ensure!(
        house.database_url.starts_with("postgres"),
        "many processes need Postgres; this house is on {}",
        house.database_url.split(':').next().unwrap_or_default()
    );
    house.bus_url.clone_from(&options.bus);
    let keys = Keys::load(&house.key_file()).context("the key file of the house")?;
    let places = Places::of(options.ports_from)?;
    let passwords = roles::make(&house.database_url, &SERVICES).await?;
    for service in SERVICES.into_iter().chain(["gateway"]) {
        let folder = std::path::absolute(options.to.join(service))?;
        let config = part(&house, service, &folder, &places, passwords.get(service))?;
        write(&folder, service, config, &keys).with_context(|| format!("the folder of {service}"))?;
    }
    Ok(())
}

/// Where each service listens, and where it is found.
struct Places(BTreeMap<&'static str, (String, String)>);

impl Places {
    fn of(ports_from: Option<u16>) -> anyhow::Result<Self> {
        let mut places = BTreeMap::new();
        for (number, service) in (0_u16..).zip(SERVICES) {
            let place = match ports_from {
                Some(first) => {
                    let port = first.checked_add(number).context("the ports end at 65535")?;
                    (format!("127.0.0.1:{port}"), format!("127.0.0.1:{port}"))
                }
                None => (format!("0.0.0.0:{PORT}"), format!("{service}:{PORT}")),
            };
            places.insert(service, place);
        }
        Ok(Self(places))
    }
}

/// What one process is told: the whole house's settings, less what is none of its business.
fn part(
    house: &Config,
    service: &str,
    folder: &Path,
    places: &Places,
    password: Option<&String>,
) -> anyhow::Result<Config> {
    let common = Config {
        data_dir: folder.to_owned(),
        bus_url: house.bus_url.clone(),
        public_url: house.public_url.clone(),
        demo: house.demo,
        demo_pace: house.demo_pace,
        workers: 1,
        ..Config::default()
    };
    let Some((listen, _found_at)) = places.0.get(service) else {
        return Ok(Config {
            listen: house.listen.clone(),
            tls: house.tls.clone(),
            web_dir: house.web_dir.clone(),
            trusted_proxies: house.trusted_proxies.clone(),
            budgets: house.budgets,
            watchdog: house.watchdog.clone(),
            workers: house.workers,
            upstreams: places.0.iter().map(|(name, (_, at))| ((*name).to_owned(), at.clone())).collect(),
            drain_seconds: DRAIN_SECONDS,
            ..common
        });
    };
    let password = password.context("a service without a role")?;
    let own = Config {
        listen: listen.clone(),
        database_url: roles::enter_as(&house.database_url, service, password)?,
        ..common
    };
    Ok(match service {
        "checkins" => Config {
            alarm_smtp: house.alarm_smtp.clone().or(house.smtp.clone()),
            smtp_second: house.smtp_second.clone(),
            telephony: house.telephony.clone(),
            ntfy: house.ntfy.clone(),
            webhook: house.webhook.clone(),
            watchdog: house.watchdog.clone(),
            interlock: house.interlock,
            ..own
        },
        "identity" => Config { watchdog: house.watchdog.clone(), ..own },
        "notify" => Config { smtp: house.smtp.clone(), ..own },
        "video" => Config {
            media_listen: house.media_listen.clone(),
            media_public_ip: house.media_public_ip.clone(),
            media_threads: house.media_threads,
            relay: house.relay.clone(),
            ..own
        },
        _other => own,
    })
}

fn write(folder: &Path, service: &str, mut config: Config, keys: &Keys) -> anyhow::Result<()> {
    let file = folder.join("holdspace.toml");
    if file.exists() {
        bail!("{} is there already: this house was split before", file.display());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    keys.write_share(service, &config.key_file())?;
    keep_certificates(&mut config, folder)?;
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
    out.write_all(toml::to_string_pretty(&config)?.as_bytes())?;
    Ok(out.sync_all()?)
}

/// The certificates of others come along: a part reads no folder but its own.
fn keep_certificates(config: &mut Config, folder: &Path) -> anyhow::Result<()> {
    let mail = [&mut config.smtp, &mut config.alarm_smtp].into_iter().flatten();
    let mail = mail.map(|smtp| (MAIL_CA, &mut smtp.ca));
    let second = config.smtp_second.as_mut().map(|smtp| (SECOND_MAIL_CA, &mut smtp.ca));
    let watchdog = config.watchdog.as_mut().map(|watchdog| (WATCHDOG_CA, &mut watchdog.ca));
    let telephony = config.telephony.as_mut().map(|telephony| (TELEPHONY_CA, &mut telephony.ca));
    let ntfy = config.ntfy.as_mut().map(|ntfy| (NTFY_CA, &mut ntfy.ca));
    let webhook = config.webhook.as_mut().map(|webhook| (WEBHOOK_CA, &mut webhook.ca));
    let others = [second, watchdog, telephony, ntfy, webhook];
    for (name, ca) in mail.chain(others.into_iter().flatten()) {
        if let Some(ca) = ca {
            let own = folder.join(name);
            std::fs::copy(&*ca, &own).with_context(|| format!("cannot copy {}", ca.display()))?;
            *ca = own;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house() -> Config {
        let smtp = crate::setup::mail("127.0.0.1:25", "no-reply@clinic.example", None).unwrap();
        Config {
            database_url: "postgres://owner:secret@db:5432/holdspace".into(),
            bus_url: "redis://redis:6379".into(),
            smtp: Some(smtp),
            smtp_second: Some(crate::setup::mail("127.0.0.2:25", "alarm@second.example", None).unwrap()),
            ..Config::default()
        }
    }

    fn told(service: &str) -> String {
        let places = Places::of(None).unwrap();
        let config = part(&house(), service, Path::new("/house"), &places, Some(&"word".into())).unwrap();
        toml::to_string(&config).unwrap()
    }

    #[test]
    fn each_part_enters_the_database_as_itself() {
        assert!(told("care").contains("postgres://holdspace_care:word@db:5432/holdspace"));
        assert!(!told("care").contains("secret"));
    }

    #[test]
    fn a_part_finds_the_mail_servers_certificate_in_its_own_folder() {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("whole.pem");
        std::fs::write(&ca, "a certificate").unwrap();
        let smtp = crate::setup::mail("localhost:25", "no-reply@clinic.example", Some(ca)).unwrap();
        let own = folder.path().join("checkins");
        let config = Config { data_dir: own.clone(), alarm_smtp: Some(smtp), ..Config::default() };
        write(&own, "checkins", config, &Keys::generate()).unwrap();
        let told = std::fs::read_to_string(own.join("holdspace.toml")).unwrap();
        assert!(told.contains(&format!("ca = \"{}\"", own.join(MAIL_CA).display())), "{told}");
        assert_eq!(std::fs::read_to_string(own.join(MAIL_CA)).unwrap(), "a certificate");
    }

    #[test]
    fn only_the_two_that_write_mail_know_the_mail_account() {
        for service in SERVICES.into_iter().chain(["gateway"]) {
            let knows = told(service).contains("host = \"127.0.0.1\"");
            assert_eq!(knows, ["checkins", "notify"].contains(&service), "{service}");
        }
    }

    #[test]
    fn the_second_account_is_the_watchs_alone() {
        for service in SERVICES.into_iter().chain(["gateway"]) {
            assert_eq!(told(service).contains("host = \"127.0.0.2\""), service == "checkins", "{service}");
        }
    }

    #[test]
    fn the_gateway_knows_every_service_and_no_database() {
        let told = told("gateway");
        assert!(SERVICES.iter().all(|service| told.contains(&format!("{service} = \"{service}:8080\""))));
        assert!(!told.contains("postgres"));
    }
}
