//! `holdspace setup`: an empty real clinic, step by step, with everything a first day needs.
#![expect(clippy::print_stdout, reason = "a conversation with the person at the terminal")]

use crate::house::House;
use crate::inside::{Acting, Inside};
use anyhow::{Context as _, bail};
use chassis::clock::{self, Clock};
use chassis::config::interlock::{Interlock, Standby};
use chassis::config::{Config, Relay, Smtp, SmtpTls, Tls};
use chassis::ids;
use chassis::store::LOOK_AGAIN;
use clap::Args;
use identity::{Clinic, NewPerson};
use kernel::id::{ClinicId, PersonId};
use kernel::role::Role;
use std::io::{BufRead as _, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What one service says, another hears within milliseconds; a busy machine takes longer.
const HEARD_WITHIN: Duration = Duration::from_secs(10);

/// What setup needs to know. Whatever is not given as an option is asked for.
#[derive(Args)]
pub struct Answers {
    /// The folder for the database, the key file and the configuration.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A Postgres database, such as <postgres://owner@host/holdspace>; empty for the embedded one.
    #[arg(long)]
    database: Option<String>,
    /// The clinic's name.
    #[arg(long)]
    clinic: Option<String>,
    /// The number people call.
    #[arg(long)]
    phone: Option<String>,
    /// The clinic's IANA time zone, such as America/Denver.
    #[arg(long)]
    time_zone: Option<String>,
    /// The address browsers use, such as <https://clinic.example>.
    #[arg(long)]
    public_url: Option<String>,
    /// Where to listen.
    #[arg(long)]
    listen: Option<String>,
    /// PEM certificate chain; empty when a proxy in front ends TLS.
    #[arg(long)]
    certificate: Option<String>,
    /// PEM private key.
    #[arg(long)]
    key: Option<String>,
    /// The UDP address for video, such as 0.0.0.0:3478.
    #[arg(long)]
    media: Option<String>,
    /// The public IP address for video, when it differs.
    #[arg(long)]
    media_public_ip: Option<String>,
    /// The address and port, UDP and TCP, of the way in for networks that let no media through; empty for none.
    #[arg(long)]
    relay: Option<String>,
    /// The first administrator's first name.
    #[arg(long)]
    admin_first_name: Option<String>,
    /// The first administrator's last name.
    #[arg(long)]
    admin_last_name: Option<String>,
    /// The first administrator's e-mail address.
    #[arg(long)]
    admin_email: Option<String>,
    /// The mail server as host:port.
    #[arg(long)]
    smtp: Option<String>,
    /// The mail account's user name.
    #[arg(long)]
    smtp_user: Option<String>,
    /// The mail account's password.
    #[arg(long)]
    smtp_password: Option<String>,
    /// The sender, such as <no-reply@clinic.example>.
    #[arg(long)]
    mail_from: Option<String>,
    /// An extra certificate to trust for the mail server.
    #[arg(long)]
    smtp_ca: Option<PathBuf>,
    /// There is a second engine, or a process that stands by: no dose begins without it.
    #[arg(long)]
    second_engine: bool,
}

/// Asks, writes, founds, and prints the first link.
///
/// # Errors
/// When an answer cannot be used, or there is a clinic already.
pub async fn run(mut answers: Answers) -> anyhow::Result<()> {
    let data = PathBuf::from(ask(
        "Folder for the data",
        answers.data.take().map(|path| path.display().to_string()),
        Some("holdspace-data"),
    )?);
    let file = data.join("holdspace.toml");
    if file.exists() {
        bail!("{} is there already: this clinic is set up", file.display());
    }
    let clinic = Clinic {
        name: ask("Name of the clinic", answers.clinic.take(), None)?,
        phone: ask("Telephone number of the clinic", answers.phone.take(), None)?,
        time_zone: ask("Time zone of the clinic", answers.time_zone.take(), Some("America/New_York"))?,
    };
    let config = configuration(&data, &mut answers)?;
    let admin = NewPerson {
        role: Role::Admin,
        first_name: ask("First name of the first administrator", answers.admin_first_name.take(), None)?,
        last_name: ask("Last name", answers.admin_last_name.take(), None)?,
        email: ask("E-mail address", answers.admin_email.take(), None)?,
        phone: clinic.phone.clone(),
        time_zone: clinic.time_zone.clone(),
        named_by: None,
    };
    let keys = config.key_file();
    let text = toml::to_string_pretty(&config)?;
    let founded = found(config, &clinic, &admin).await?;
    write_secret(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
    println!("\nThe clinic is set up.\n");
    match founded.mail_fault {
        None => println!("A test mail is on its way to {}.\n", admin.email),
        Some(fault) => println!(
            "THE TEST MAIL DID NOT LEAVE, and alarms would not either. {fault}\n\
             Correct [smtp] in {}; the administrator can send another one.\n",
            file.display()
        ),
    }
    println!(
        "1. Back up {} now, apart from the database. Without it no record can be read again.",
        keys.display()
    );
    println!("2. Start the house:  holdspace serve --config {}", file.display());
    println!("3. Open this link once to make the first administrator's account:\n   {}", founded.link);
    Ok(())
}

/// The configuration holds the password of the mail account.
fn write_secret(file: &Path, text: &str) -> std::io::Result<()> {
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()
}

/// The configuration, from the answers.
fn configuration(data: &Path, answers: &mut Answers) -> anyhow::Result<Config> {
    let public_url = ask("Address that browsers use", answers.public_url.take(), None)?;
    let certificate =
        ask("Certificate file (empty if a proxy ends TLS)", answers.certificate.take(), Some(""))?;
    let tls = if certificate.is_empty() {
        None
    } else {
        Some(Tls {
            certificate: certificate.into(),
            key: ask("Private key file", answers.key.take(), None)?.into(),
        })
    };
    let base = Config::default();
    let database = optional("Postgres database, if not the embedded one", answers.database.take())?;
    Ok(Config {
        data_dir: data.to_owned(),
        database_url: database.unwrap_or_else(|| base.database_url.clone()),
        public_url: public_url.trim_end_matches('/').into(),
        listen: ask("Address to listen on", answers.listen.take(), Some("0.0.0.0:8443"))?,
        media_listen: ask("UDP address for video", answers.media.take(), Some("0.0.0.0:3478"))?,
        media_public_ip: optional("Public IP for video, if another", answers.media_public_ip.take())?,
        relay: relay(answers)?,
        tls,
        smtp: Some(account(answers)?),
        interlock: Interlock {
            standby: if answers.second_engine { Standby::Required } else { Standby::NotSetUp },
        },
        ..base
    })
}

/// The relay, from the answers.
fn relay(answers: &mut Answers) -> anyhow::Result<Option<Relay>> {
    let question = "Address of the relay, UDP and TCP (empty for none)";
    let listen = ask(question, answers.relay.take(), Some("0.0.0.0:3479"))?;
    if listen.is_empty() {
        return Ok(None);
    }
    Ok(Some(Relay::Own { listen: listen.parse().context("the relay needs an address and a port")? }))
}

/// The mail account, from the answers.
fn account(answers: &mut Answers) -> anyhow::Result<Smtp> {
    let server = ask("Mail server (host:port)", answers.smtp.take(), None)?;
    let from = ask("Sender address", answers.mail_from.take(), None)?;
    let smtp = mail(&server, &from, answers.smtp_ca.take())?;
    let user = optional("User at the mail server", answers.smtp_user.take())?;
    let password = optional("Password there", answers.smtp_password.take())?;
    Ok(Smtp { user, password, ..smtp })
}

/// What came of founding.
struct Founded {
    /// The administrator's link.
    link: String,
    /// Why the test mail did not leave, if it did not.
    mail_fault: Option<String>,
}

/// Founds the clinic, adds the administrator, and sends them a test mail.
async fn found(config: Config, clinic: &Clinic, admin: &NewPerson) -> anyhow::Result<Founded> {
    let public_url = config.public_url.clone();
    let house = House::stand_up(config, Clock::system()).await?;
    let (id, person) = (ids::fresh::<ClinicId>(), ids::fresh::<PersonId>());
    let failed = |failure: chassis::problem::Failure| anyhow::anyhow!("{failure}");
    house.identity.found(id, clinic).await.map_err(failed)?;
    house.identity.enrol(id, person, admin).await.map_err(failed)?;
    let token = house.identity.invitation(id, person).await.map_err(failed)?;
    let inside = Inside::new(&house.ground, &house.mounted).await?;
    let administrator = inside.acting(id, person, Role::Admin, None);
    let mail_fault = test_mail(&administrator).await?;
    Ok(Founded { link: format!("{public_url}/link#{token}"), mail_fault })
}

/// Why a test mail to them did not leave, if it did not. Their address is on its way to whoever writes mail.
async fn test_mail(administrator: &Acting) -> anyhow::Result<Option<String>> {
    let asked = clock::monotonic();
    loop {
        let (status, answer) =
            administrator.try_post("/api/notify/test-mail", &serde_json::json!({})).await?;
        let detail = answer.get("detail").and_then(serde_json::Value::as_str).unwrap_or_default();
        if detail != notify::NO_ADDRESS || asked.elapsed() > HEARD_WITHIN {
            return Ok((status != 200).then(|| detail.to_owned()));
        }
        clock::wait(LOOK_AGAIN).await;
    }
}

/// TLS from the first byte on its own port, STARTTLS elsewhere. A relay on this machine needs neither, unless it
/// comes with a certificate.
///
/// # Errors
/// When the server is not host:port.
pub fn mail(server: &str, from: &str, ca: Option<PathBuf>) -> anyhow::Result<Smtp> {
    let (host, port) = server.rsplit_once(':').context("the mail server is host:port")?;
    let port: u16 = port.parse().context("the port of the mail server is a number")?;
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let tls = match (port, is_here && ca.is_none()) {
        (465, _) => SmtpTls::Wrapped,
        (_, true) => SmtpTls::LocalPlain,
        (_, false) => SmtpTls::StartTls,
    };
    Ok(Smtp { host: host.into(), port, tls, user: None, password: None, from: from.into(), ca })
}

/// An empty line is none.
fn optional(question: &str, given: Option<String>) -> anyhow::Result<Option<String>> {
    let answer = ask(&format!("{question} (may stay empty)"), given, Some(""))?;
    Ok(Some(answer).filter(|answer| !answer.is_empty()))
}

/// The given answer, or one from the terminal, or the default for an empty line.
fn ask(question: &str, given: Option<String>, default: Option<&str>) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given);
    }
    let hint = default.filter(|default| !default.is_empty());
    let hint = hint.map(|default| format!(" [{default}]")).unwrap_or_default();
    print!("{question}{hint}: ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return default.map(str::to_owned).with_context(|| format!("no answer to: {question}"));
    }
    let line = line.trim();
    match (line.is_empty(), default) {
        (false, _) => Ok(line.to_owned()),
        (true, Some(default)) => Ok(default.to_owned()),
        (true, None) => bail!("an answer is needed: {question}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protected(server: &str, ca: Option<&str>) -> SmtpTls {
        mail(server, "no-reply@clinic.example", ca.map(PathBuf::from)).unwrap().tls
    }

    #[test]
    fn only_a_relay_on_this_machine_goes_without_tls() {
        assert_eq!(protected("localhost:25", None), SmtpTls::LocalPlain);
        assert_eq!(protected("127.0.0.1:2525", None), SmtpTls::LocalPlain);
        assert_eq!(protected("mail:25", None), SmtpTls::StartTls);
        assert_eq!(protected("mail:465", None), SmtpTls::Wrapped);
    }

    #[test]
    fn a_certificate_means_tls_here_too() {
        assert_eq!(protected("localhost:25", Some("ca.pem")), SmtpTls::StartTls);
    }
}
