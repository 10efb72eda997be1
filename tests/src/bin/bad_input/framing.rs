//! Rows 1 to 3: what is no proper HTTP, and what never finishes arriving.

use crate::caller::{Ask, Caller, key};
use crate::house::House;
use crate::wire::{Answer, Wire, closes};
use std::rc::Rc;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;

/// The house's bound, and a second for the way.
const SLOW_MS_MAX: i64 = 11_000;

/// One slow sender: what it did, its command id, and what it got after how many milliseconds.
type Slow = JoinHandle<anyhow::Result<(&'static str, String, Answer, i64)>>;

/// Rows 1 and 2.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    let host = &house.coordinator.host;
    let cookie = house.coordinator.cookie().unwrap_or_default();
    let start = format!(
        "POST /api/identity/people HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nx-holdspace: 1\r\ncookie: {cookie}\r\n\
         content-type: application/json\r\nidempotency-key: {}\r\n",
        key()
    );
    let ends = [
        (
            1,
            "a length and chunks",
            "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_owned(),
            400,
        ),
        (1, "two lengths", "content-length: 2\r\ncontent-length: 3\r\n\r\n{}1".to_owned(), 400),
        (
            1,
            "a coding nobody knows",
            "transfer-encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_owned(),
            400,
        ),
        (1, "a length with a sign", "content-length: +2\r\n\r\n{}".to_owned(), 400),
        (2, "200 KiB of header", format!("x-long: {}\r\n\r\n", "a".repeat(200 * 1024)), 431),
        (
            2,
            "200 headers",
            format!("{}\r\n", (0..200).map(|n| format!("x-{n}: 1\r\n")).collect::<Vec<_>>().concat()),
            431,
        ),
        (2, "a NUL in a header", "x-odd: a\0b\r\n\r\n".to_owned(), 400),
        (2, "a bare CR in a header", "x-odd: a\rb\r\n\r\n".to_owned(), 400),
        (2, "a folded header", "x-odd: a\r\n b\r\n\r\n".to_owned(), 400),
        (2, "a space before the colon", "x-odd : a\r\n\r\n".to_owned(), 400),
    ];
    for (row, what, end, status) in ends {
        let request = format!("{start}{end}");
        let answer =
            house.writes_only(what, &[], async || broken(&house.wire, request.as_bytes()).await).await?;
        let (answer, is_closed) = answer;
        house.shows(row, &format!("{what}: not {status}"), &answer, answer.status == status);
        house.holds(row, &format!("{what}: stays open"), is_closed);
    }
    Ok(())
}

async fn broken(wire: &Rc<Wire>, request: &[u8]) -> anyhow::Result<(Answer, bool)> {
    let mut stream = wire.connect(std::net::Ipv4Addr::new(127, 0, 9, 1)).await?;
    let _cut = stream.write_all(request).await;
    let answer = wire.answer(&mut stream).await?;
    Ok((answer, closes(&mut stream).await))
}

/// Row 3 takes ten seconds and touches nothing: it goes on beside the others.
pub fn slow_bodies(house: &House) -> Vec<Slow> {
    let whole = r#"{"role":"patient","first_name":"Slow","last_name":"Sender","email":"slow@demo.example","phone":"+1 555 0199","time_zone":"Europe/Lisbon"}"#;
    let mut started: Vec<Slow> = vec![];
    for (what, at_once) in [("a byte a second", 1), ("three bytes of it, then silence", 3)] {
        let caller: Caller = house.coordinator.clone();
        let command = key();
        let ask = Ask::raw("/api/identity/people", whole).key(&command);
        let bytes = caller.bytes(&ask);
        let head = bytes.len() - whole.len();
        let wire = Rc::clone(&house.wire);
        started.push(actix_web::rt::spawn(async move {
            let began = tests::now();
            let mut stream = wire.connect(caller.from).await?;
            stream.write_all(bytes.get(..head + at_once).unwrap_or_default()).await?;
            let (mut reading, mut writing) = stream.into_split();
            let dripping = actix_web::rt::spawn(async move {
                for byte in bytes.iter().skip(head + at_once).take(if at_once == 1 { 30 } else { 0 }) {
                    tests::pause(1_000).await;
                    if writing.write_all(&[*byte]).await.is_err() {
                        break;
                    }
                }
                tests::pause(15_000).await;
            });
            let answer = crate::wire::read(&mut reading).await?;
            dripping.abort();
            Ok((what, command, answer, (tests::now() - began) / 1_000))
        }));
    }
    started
}

/// What became of them.
pub async fn slow_answers(house: &House, slow: Vec<Slow>) -> anyhow::Result<()> {
    for one in slow {
        let (what, command, answer, took) = one.await??;
        let is_told = answer.status == 408 && answer.code() == "http.slow_body";
        house.shows(3, &format!("{what}: not 408 http.slow_body"), &answer, is_told);
        house.holds(3, &format!("{what}: after {took} ms"), took <= SLOW_MS_MAX);
        let sql = format!("select count(*) from {{identity_command}} where id = {{id:{command}}}");
        house.holds(3, &format!("{what}: was done"), house.ledger.count(&sql).await? == 0);
    }
    Ok(())
}
