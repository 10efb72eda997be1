//! Doors before the same backend: ours, nginx as a plain proxy, and haproxy verifying a JWT, barely or with all that
//! ours does besides.

use crate::backend;
use actix_web::http::header::{HeaderMap, HeaderValue};
use anyhow::{Context as _, ensure};
use chassis::keys::Keys;
use chassis::process;
use chassis::token::Verifier;
use gateway::headers::{self, Kind};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::time::Timestamp;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tests::process::free_port;
use tests::{now, pause, told};

/// 32 bytes, as HS256 wants at least.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const ISSUER: &str = "bench";
const AUDIENCE: &str = "care";
/// The year 2100, and 1970: until when a token of haproxy's holds.
const FAR: u64 = 4_102_444_800;
const EXPIRED: u64 = 1;
/// What is asked of every door.
pub const PATH: &str = "/api/care/journal";

/// A door, and what a request through it carries.
pub struct Door {
    /// Its name in the figures.
    pub name: &'static str,
    /// Where it listens.
    pub port: u16,
    /// The process whose time it takes.
    pub process: u32,
    /// The same headers for all, but for the algorithm of the token that haproxy verifies.
    pub headers: Vec<(&'static str, String)>,
}

/// The doors' processes and the backend's. Dropping them ends them.
pub struct Street {
    /// All doors, the backend itself first.
    pub doors: Vec<Door>,
    children: Vec<Child>,
    keys: Keys,
}

impl Street {
    /// Starts everything in this folder, and waits until each answers.
    pub async fn open(folder: &Path) -> anyhow::Result<Self> {
        let backend = free_port()?;
        let mut street = Self {
            doors: vec![],
            children: vec![],
            keys: Keys::load_or_create(&folder.join("holdspace.keys"))?,
        };
        let mut command = Command::new(std::env::current_exe()?);
        street.start(command.args(["backend", &backend.to_string()]))?;
        let (hs256, es256) = (hs256(FAR)?, es256(folder)?);
        street.add("direct", backend, &hs256);
        street.ours(folder, backend, &hs256)?;
        street.nginx(folder, backend, &hs256)?;
        street.haproxy(folder, backend, (&hs256, &es256))?;
        for door in &street.doors {
            door.stands().await.with_context(|| door.name)?;
        }
        Ok(street)
    }

    /// The process started last. The cookie is ours and the token haproxy's; every door is sent both.
    fn add(&mut self, name: &'static str, port: u16, token: &str) {
        let cookie = format!("__Host-sid={}", backend::COOKIE);
        let headers = vec![("cookie", cookie), ("authorization", format!("Bearer {token}"))];
        let process = self.children.last().map_or(0, Child::id);
        self.doors.push(Door { name, port, process, headers });
    }

    fn start(&mut self, command: &mut Command) -> anyhow::Result<()> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        self.children
            .push(child.with_context(|| format!("{} does not start", command.get_program().display()))?);
        Ok(())
    }

    /// As in production, but for the budgets: wrk is one person at one address, and asks as a city does.
    fn ours(&mut self, folder: &Path, backend: u16, token: &str) -> anyhow::Result<()> {
        let (port, config) = (free_port()?, folder.join("gateway.toml"));
        let most = u32::MAX / 10;
        std::fs::write(
            &config,
            format!(
                "data_dir = \"{}\"\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://localhost:{port}\"\n\
                 workers = 2\n[upstreams]\nidentity = \"127.0.0.1:{backend}\"\ncare = \"127.0.0.1:{backend}\"\n\
                 [budgets]\naddress = {most}\nperson = {most}\nclinic = {most}\n",
                folder.display()
            ),
        )?;
        let program = PathBuf::from(told("PROOF_PROGRAM")?).with_file_name("holdspace-gateway");
        let log = std::fs::File::create(folder.join("gateway.log"))?;
        self.start(Command::new(program).arg("--config").arg(config).stderr(log))?;
        self.add("ours", port, token);
        Ok(())
    }

    fn nginx(&mut self, folder: &Path, backend: u16, token: &str) -> anyhow::Result<()> {
        let (port, config, at) = (free_port()?, folder.join("nginx.conf"), folder.display());
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {at}/nginx-{kind}; "))
            .concat();
        std::fs::write(
            &config,
            format!(
                "worker_processes 2; daemon off; pid {at}/nginx.pid; error_log {at}/nginx.log;\n\
                 events {{ worker_connections 4096; }}\n\
                 http {{ access_log off; keepalive_requests 10000000; {temporary}\n\
                 upstream backend {{ server 127.0.0.1:{backend}; keepalive 128; keepalive_requests 10000000; }}\n\
                 server {{ listen 127.0.0.1:{port}; location / {{ proxy_http_version 1.1; \
                 proxy_set_header Connection \"\"; proxy_pass http://backend; }} }} }}\n"
            ),
        )?;
        let log = std::fs::File::create(folder.join("nginx.err"))?;
        self.start(Command::new(told("PROOF_NGINX")?).arg("-c").arg(config).stderr(log))?;
        self.add("nginx", port, token);
        Ok(())
    }

    /// Three of its doors: one that only looks at algorithm and signature, and two that do what ours does.
    fn haproxy(&mut self, folder: &Path, backend: u16, tokens: (&str, &str)) -> anyhow::Result<()> {
        let (bare, hs256, es256) = (free_port()?, free_port()?, free_port()?);
        let config = folder.join("haproxy.cfg");
        let public = folder.join("es256.pub");
        let public = public.display().to_string();
        std::fs::write(
            &config,
            format!(
                "global\n  nbthread 2\n  maxconn 8000\n  tune.bufsize 32768\n\
                 defaults\n  mode http\n  timeout client 30s\n  timeout server 30s\n  timeout connect 2s\n  \
                 http-reuse always\n{}{}{}{TABLES}backend behind\n  server backend 127.0.0.1:{backend} maxconn 4000\n",
                haproxy_door("bare", bare, &verifies("HS256", SECRET)),
                haproxy_door("hs", hs256, &duties("HS256", SECRET)),
                haproxy_door("es", es256, &duties("ES256", &public)),
            ),
        )?;
        let log = std::fs::File::create(folder.join("haproxy.err"))?;
        self.start(Command::new(told("PROOF_HAPROXY")?).arg("-db").arg("-f").arg(config).stderr(log))?;
        self.add("haproxy_bare", bare, tokens.0);
        self.add("haproxy_hs256", hs256, tokens.0);
        self.add("haproxy_es256", es256, tokens.1);
        Ok(())
    }

    /// Ours hands over a token of its own that holds, and nothing of what the browser sent; each door that checks
    /// anything refuses what is not good.
    pub async fn prove(&self) -> anyhow::Result<()> {
        for door in &self.doors {
            let status = door.ask(PATH, &door.headers).await?.0;
            ensure!(status == 200, "{} answered {status} to what is good", door.name);
            let forged =
                [("authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x".to_owned()), Door::bad_cookie()];
            let status = door.ask(PATH, &forged).await?.0;
            let lets_all_through = matches!(door.name, "direct" | "nginx");
            ensure!(
                lets_all_through || matches!(status, 401 | 403),
                "{} let a forger in: {status}",
                door.name
            );
        }
        let haproxy = self.doors.iter().find(|door| door.name == "haproxy_hs256").context("no haproxy")?;
        let status = haproxy.ask(PATH, &[("authorization", format!("Bearer {}", hs256(EXPIRED)?))]).await?.0;
        ensure!(status == 403, "haproxy answered {status} to a token of the past");
        for door in self.doors.iter().filter(|door| ["ours", "haproxy_hs256"].contains(&door.name)) {
            let mut foreign = door.headers.clone();
            foreign.push(("host", "evil.example".to_owned()));
            let status = door.ask(PATH, &foreign).await?.0;
            ensure!(matches!(status, 403 | 404), "{} answered {status} under a foreign name", door.name);
        }
        let ours = self.doors.iter().find(|door| door.name == "ours").context("no door of ours")?;
        let told = ours.ask("/api/care/told", &ours.headers).await?.1;
        let told: Vec<(String, String)> = serde_json::from_value(told)?;
        let heard = |name: &str| {
            told.iter()
                .filter(|(found, _)| found == name)
                .map(|(_, value)| value.as_str())
                .collect::<Vec<_>>()
        };
        let authorization = heard("authorization");
        let [token] = authorization.as_slice() else {
            anyhow::bail!("{} tokens reached the service", authorization.len())
        };
        let token = token.strip_prefix("Bearer ").context("no bearer")?;
        let access =
            Verifier::new(self.keys.trusted()).verify_access(token, "care", Timestamp::from_micros(now()))?;
        ensure!(access.sub == backend::standing().person, "a token for somebody else");
        ensure!(access.exp - access.nbf == 60, "a token that lives {} s", access.exp - access.nbf);
        ensure!(heard("cookie").is_empty(), "the cookie reached the service");
        ensure!(heard("x-request-id").len() == 1, "no request id");
        Ok(())
    }
}

/// Counts for each person and clinic, as our budgets do.
const TABLES: &str = "backend people\n  stick-table type string len 48 size 100k expire 60s store http_req_rate(1s)\n\
     backend clinics\n  stick-table type string len 48 size 100k expire 60s store http_req_rate(1s)\n";

fn haproxy_door(name: &str, port: u16, rules: &[String]) -> String {
    format!("frontend {name}\n  bind 127.0.0.1:{port}\n  {}\n  default_backend behind\n", rules.join("\n  "))
}

/// The least that can be called verifying a JWT.
fn verifies(algorithm: &str, key: &str) -> Vec<String> {
    vec![
        "http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')".to_owned(),
        format!("http-request deny unless {{ var(txn.alg) -m str {algorithm} }}"),
        format!("http-request deny unless {{ http_auth_bearer,jwt_verify(txn.alg,\"{key}\") -m int 1 }}"),
    ]
}

/// What ours does for each request, in haproxy's own words: host, budgets of address, person and clinic, claims and
/// time of the token, a request id, nothing left of who a stranger says they are, and headers on the answer.
fn duties(algorithm: &str, key: &str) -> Vec<String> {
    let claim = |name: &str| {
        format!("http-request set-var(txn.{name}) http_auth_bearer,jwt_payload_query('$.{name}')")
    };
    let within = |counter: u8| {
        format!("http-request deny deny_status 429 if {{ sc_http_req_rate({counter}) gt 400000000 }}")
    };
    let mut rules = vec![
        "unique-id-format %[uuid()]".to_owned(),
        "stick-table type ip size 100k expire 60s store http_req_rate(1s)".to_owned(),
        "http-request deny unless { hdr(host) -m beg localhost 127.0.0.1 }".to_owned(),
        "http-request track-sc0 src".to_owned(),
        within(0),
    ];
    rules.extend(verifies(algorithm, key));
    rules.extend(["iss", "aud", "sub", "clinic"].map(claim));
    rules.extend([
        "http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')".to_owned(),
        "http-request set-var(txn.now) date()".to_owned(),
        format!("http-request deny unless {{ var(txn.iss) -m str {ISSUER} }}"),
        format!("http-request deny unless {{ var(txn.aud) -m str {AUDIENCE} }}"),
        "http-request deny if { var(txn.exp),sub(txn.now) -m int le 0 }".to_owned(),
        "http-request track-sc1 var(txn.sub) table people".to_owned(),
        within(1),
        "http-request track-sc2 var(txn.clinic) table clinics".to_owned(),
        within(2),
    ]);
    // The token is what haproxy hands on, and the other two are set anew below.
    let stays = ["authorization", headers::FROM, process::REQUEST_ID];
    let stripped = headers::IDENTITY.into_iter().filter(|name| !stays.contains(name)).chain(["cookie"]);
    rules.extend(stripped.map(|name| format!("http-request del-header {name}")));
    rules.push("http-request set-header x-holdspace-from %[src]".to_owned());
    rules.push("http-request set-header x-request-id %[unique-id]".to_owned());
    rules.push("http-response set-header x-request-id %[unique-id]".to_owned());
    let mut worn = HeaderMap::new();
    headers::dress(&mut worn, Kind::Data, false, &HeaderValue::from_static(""));
    rules.extend(worn.iter().filter_map(|(name, value)| {
        Some(format!("http-response set-header {name} \"{}\"", value.to_str().ok()?))
    }));
    rules
}

impl Drop for Street {
    fn drop(&mut self) {
        for child in &mut self.children {
            // nginx ends its workers when it is asked to end, and leaves them when it is killed.
            let _ = Command::new("sh").args(["-c", &format!("kill -s TERM {}", child.id())]).status();
            let _ = child.wait();
        }
    }
}

impl Door {
    fn bad_cookie() -> (&'static str, String) {
        ("cookie", format!("__Host-sid={}", backend::COOKIE.replace("lee", "eve")))
    }

    async fn stands(&self) -> anyhow::Result<()> {
        for _ in 0..200 {
            if self.ask(PATH, &self.headers).await.is_ok_and(|(status, _)| status == 200) {
                return Ok(());
            }
            pause(50).await;
        }
        anyhow::bail!("it does not stand; see its log")
    }

    async fn ask(&self, path: &str, headers: &[(&'static str, String)]) -> anyhow::Result<(u16, Value)> {
        let mut request = awc::Client::default().get(format!("http://127.0.0.1:{}{path}", self.port));
        for (name, value) in headers {
            request = request.insert_header((*name, value.clone()));
        }
        let mut answer = request.send().await.map_err(|error| anyhow::anyhow!("{}: {error}", self.name))?;
        let body = answer.body().await?;
        Ok((answer.status().as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }
}

fn claims(exp: u64) -> Value {
    let standing = backend::standing();
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": standing.person, "clinic": standing.clinic, "exp": exp, "scope": "care:read care:write" })
}

fn hs256(exp: u64) -> anyhow::Result<String> {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(exp), &key)?)
}

/// A token, and the public half of its key as a file.
fn es256(folder: &Path) -> anyhow::Result<String> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    std::fs::write(folder.join("es256.pub"), key.public_key_pem())?;
    let key = EncodingKey::from_ec_pem(key.serialize_pem().as_bytes())?;
    Ok(jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims(FAR), &key)?)
}
