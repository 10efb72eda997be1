//! Hundreds who send slowly, hold sockets open and push bodies without end; honest people notice nothing.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]
#![expect(clippy::disallowed_methods, reason = "a proof is outside the house: it measures")]

use anyhow::Context as _;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tests::caller::Caller;
use tests::process::{Plan, free_port};
use tests::{folder, now, pause, told};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// One address opens at most so many: below what the house allows one, or it would cut them off at once.
const PER_ADDRESS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// A head, a letter a second.
    Head,
    /// A body, a letter a second.
    Body,
    /// Nothing at all.
    Idle,
    /// 50 MB, as fast as they are taken.
    Flood,
}

/// What became of the slow ones.
#[derive(Default)]
struct Seen {
    opened: Cell<u32>,
    let_go: Cell<u32>,
    /// Who is connected right now.
    held: RefCell<Vec<Manner>>,
}

impl Seen {
    fn held(&self, manner: Manner) -> usize {
        self.held.borrow().iter().filter(|held| **held == manner).count()
    }

    fn come(&self, manner: Manner) {
        self.opened.set(self.opened.get() + 1);
        self.held.borrow_mut().push(manner);
    }

    fn go(&self, manner: Manner) {
        self.let_go.set(self.let_go.get() + 1);
        let mut held = self.held.borrow_mut();
        if let Some(place) = held.iter().position(|one| *one == manner) {
            held.swap_remove(place);
        }
    }
}

fn main() -> anyhow::Result<()> {
    let seconds: u64 = std::env::args().nth(1).map_or(Ok(30), |word| word.parse())?;
    let share: usize = std::env::args().nth(2).map_or(Ok(1), |word| word.parse())?;
    actix_web::rt::System::new().block_on(async {
        let work = folder("house")?;
        let plan = Plan {
            program: told("PROOF_PROGRAM")?.into(),
            data: work.join("house"),
            port: free_port()?,
            database: None,
            smtp: None,
            pace: 6,
            session: true,
        };
        std::fs::create_dir_all(&plan.data)?;
        let house = plan.start()?;
        let honest = Honest::enter(&house.ready, plan.port).await?;
        let seen = Rc::new(Seen::default());
        let crowd = [(Manner::Head, 500), (Manner::Body, 500), (Manner::Idle, 200), (Manner::Flood, 20)];
        let mut number = 0;
        for (manner, count) in crowd {
            for _ in 0..count / share {
                actix_web::rt::spawn(press(manner, number, plan.port, seconds, Rc::clone(&seen)));
                number += 1;
            }
        }
        pause(1_000).await;
        eprintln!("{} slow clients; honest ones for {seconds} s", seen.opened.get());
        let watched = actix_web::rt::spawn(watch(Rc::clone(&seen), seconds));
        let mut figures = honest.live(Duration::from_secs(seconds)).await?;
        let (heads, bodies, idle) = watched.await?;
        let seen = [
            ("slow", json!(seen.opened.get())),
            ("let_go", json!(seen.let_go.get())),
            ("heads_held", json!(heads)),
            ("bodies_held", json!(bodies)),
            ("idle_held", json!(idle)),
            ("rss_mb_max", json!(house.memory_mb()?)),
        ];
        figures.extend(seen.map(|(name, figure)| (name.to_owned(), figure)));
        println!("{}", Value::from(figures));
        Ok(())
    })
}

/// How many of each kind were connected at once, twice a second: the median.
async fn watch(seen: Rc<Seen>, seconds: u64) -> (usize, usize, usize) {
    let mut looks: [Vec<usize>; 3] = Default::default();
    for _ in 0..seconds * 2 {
        pause(500).await;
        for (look, manner) in looks.iter_mut().zip([Manner::Head, Manner::Body, Manner::Idle]) {
            look.push(seen.held(manner));
        }
    }
    let [heads, bodies, idle] = looks.map(|mut look| {
        look.sort_unstable();
        look.get(look.len() / 2).copied().unwrap_or_default()
    });
    (heads, bodies, idle)
}

/// The people who mean well: one reads, one answers looks and raises alarms.
struct Honest {
    therapist: Caller,
    sitter: Caller,
    session: String,
}

impl Honest {
    async fn enter(ready: &Value, port: u16) -> anyhow::Result<Self> {
        let session = ready.get("session").and_then(Value::as_str).context("no session")?.to_owned();
        let (therapist, sitter) = (Caller::new("therapist", port), Caller::new("sitter", port));
        for (role, caller) in [("therapist", &therapist), ("sitter", &sitter)] {
            let link = ready.pointer(&format!("/links/{role}")).and_then(Value::as_str).context("no link")?;
            caller.enter(link).await?;
        }
        Ok(Self { therapist, sitter, session })
    }

    /// Ten reads a second, and a check-in every second: the last look once more, or the open one.
    async fn live(&self, length: Duration) -> anyhow::Result<serde_json::Map<String, Value>> {
        let (began, mut took, mut failed, mut checkins, mut taken) = (Instant::now(), vec![], 0, 0, 0);
        let watch = format!("/api/checkins/sessions/{}/watch", self.session);
        let board = "/api/safety/sessions".to_owned();
        let mut beats = tokio::time::interval(Duration::from_millis(100));
        let mut beat = 0_u64;
        while began.elapsed() < length {
            beats.tick().await;
            beat += 1;
            let sent = Instant::now();
            let path = if beat.is_multiple_of(2) { &watch } else { &board };
            let answer = self.therapist.get(path).await;
            took.push(sent.elapsed().as_millis());
            failed += u32::from(!answer.is_ok_and(|answer| answer.status == 200));
            if beat.is_multiple_of(10) {
                let sent = Instant::now();
                checkins += 1;
                taken += u32::from(self.look().await.unwrap_or(false));
                took.push(sent.elapsed().as_millis());
            }
        }
        took.sort_unstable();
        let rank = |share: usize| took.get(took.len() * share / 100).and_then(|ms| u64::try_from(*ms).ok());
        let figures = json!({
            "requests": took.len(), "failed": failed, "checkins": checkins, "checkins_refused": checkins - taken,
            "p50_ms": rank(50), "p99_ms": rank(99), "ms_max": took.last().and_then(|ms| u64::try_from(*ms).ok()),
        });
        figures.as_object().cloned().context("no figures")
    }

    /// A worry may be reported at any time: it is never too early for one.
    async fn look(&self) -> anyhow::Result<bool> {
        let answers = json!({ "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds" });
        let report = json!({ "sequence": 2, "answers": answers, "answered_at": now() });
        let path = format!("/api/checkins/sessions/{}/checkins", self.session);
        Ok(self.sitter.post(&path, &report).await?.status == 200)
    }
}

/// One who does not mean well, from an address that is not crowded yet; comes back when let go.
async fn press(manner: Manner, number: usize, port: u16, seconds: u64, seen: Rc<Seen>) {
    let until = Instant::now() + Duration::from_secs(seconds + 5);
    let from = Ipv4Addr::new(127, 1, 1, u8::try_from(1 + number / PER_ADDRESS).unwrap_or(1));
    while Instant::now() < until {
        if let Ok(mut line) = open(from, port).await {
            seen.come(manner);
            let _ended = behave(manner, &mut line, port, until).await;
            seen.go(manner);
        }
        pause(100).await;
    }
}

async fn open(from: Ipv4Addr, port: u16) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Until the house lets go, or the time is over.
async fn behave(manner: Manner, line: &mut TcpStream, port: u16, until: Instant) -> std::io::Result<()> {
    let head = format!(
        "POST /api/care/journal HTTP/1.1\r\nhost: localhost:{port}\r\norigin: http://localhost:{port}\r\n\
         x-holdspace: 1\r\ncontent-type: application/json\r\n"
    );
    let (start, letter) = match manner {
        Manner::Head => ("GET /api/time HTTP/1.1\r\nx-slow: ".to_owned(), "a"),
        Manner::Body => (format!("{head}content-length: 5000\r\n\r\n{{"), " "),
        Manner::Idle => (String::new(), ""),
        Manner::Flood => (format!("{head}content-length: 50000000\r\n\r\n"), ""),
    };
    line.write_all(start.as_bytes()).await?;
    if matches!(manner, Manner::Flood) {
        let piece = vec![b'a'; 64 * 1024];
        for _ in 0..50_000_000 / piece.len() {
            line.write_all(&piece).await?;
        }
    }
    let mut piece = [0; 512];
    while Instant::now() < until {
        match tokio::time::timeout(Duration::from_secs(1), line.read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) => return Ok(()),
            Ok(Ok(_answer)) => {}
            Err(_still_open) => line.write_all(letter.as_bytes()).await?,
        }
    }
    Ok(())
}
