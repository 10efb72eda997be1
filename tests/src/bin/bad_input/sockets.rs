//! Row 26, and a screen's own ear: sockets by hand.

use crate::caller::{Ask, Caller};
use crate::house::{House, Session};
use chassis::keys::Keys;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::tokens::Mint;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Everybody who should hear has heard by then.
const HEARD_WITHIN: Duration = Duration::from_secs(4);

/// One frame.
enum Frame {
    Text(String),
    Close(u16),
    Other,
}

/// A page's socket that stands.
pub async fn live(who: &Caller) -> anyhow::Result<TcpStream> {
    let (answer, mut stream) = who.socket("/api/live", &format!("http://{}", who.host)).await?;
    anyhow::ensure!(answer.status == 101, "no socket: {} {}", answer.status, answer.body);
    // The place among the sockets is taken when the first beat comes.
    let _beat = tokio::time::timeout(HEARD_WITHIN, frame(&mut stream)).await;
    Ok(stream)
}

/// Whether this page hears of that, about this session.
pub async fn told(mut stream: TcpStream, what: &str, session: &str) -> bool {
    let hears = async {
        loop {
            match frame(&mut stream).await {
                Some(Frame::Text(text)) if text.contains(what) && text.contains(session) => return true,
                Some(Frame::Text(_) | Frame::Other) => {}
                Some(Frame::Close(_)) | None => return false,
            }
        }
    };
    tokio::time::timeout(HEARD_WITHIN, hears).await.unwrap_or(false)
}

/// The next frame from the house: never masked, never longer than 64 KiB.
async fn frame(stream: &mut TcpStream) -> Option<Frame> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.ok()?;
    let [first, second] = head;
    let length = match second & 0x7f {
        126 => usize::from(stream.read_u16().await.ok()?),
        127 => usize::try_from(stream.read_u64().await.ok()?).ok()?,
        short => usize::from(short),
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(match first & 0x0f {
        1 => Frame::Text(String::from_utf8_lossy(&body).into_owned()),
        8 => Frame::Close(match body.as_slice() {
            [high, low, ..] => u16::from_be_bytes([*high, *low]),
            _short => 1005,
        }),
        _other => Frame::Other,
    })
}

/// A text frame as browsers send it: masked.
fn masked(text: &str) -> Vec<u8> {
    let mask = [7, 77, 177, 17];
    let mut bytes = vec![0x81];
    match u16::try_from(text.len()) {
        Ok(short) if short < 126 => bytes.push(0x80 | u8::try_from(short).unwrap_or_default()),
        Ok(length) => bytes.extend([&[0x80 | 0x7e], length.to_be_bytes().as_slice()].concat()),
        Err(_long) => bytes.extend(
            [&[0x80 | 0x7f], u64::try_from(text.len()).unwrap_or_default().to_be_bytes().as_slice()].concat(),
        ),
    }
    bytes.extend(mask);
    bytes.extend(text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// How a socket closes after this first word.
async fn closes_after(who: &Caller, first: Option<String>) -> anyhow::Result<u16> {
    let (answer, mut stream) = who.socket("/api/video/signal", &format!("http://{}", who.host)).await?;
    anyhow::ensure!(answer.status == 101, "no socket: {} {}", answer.status, answer.body);
    if let Some(text) = first {
        stream.write_all(&masked(&text)).await?;
    }
    let closing = async {
        loop {
            match frame(&mut stream).await {
                Some(Frame::Close(code)) => return code,
                Some(Frame::Text(_) | Frame::Other) => {}
                None => return 1006,
            }
        }
    };
    Ok(tokio::time::timeout(Duration::from_secs(8), closing).await.unwrap_or(0))
}

fn hello(token: &str) -> String {
    json!({ "type": "hello", "token": token }).to_string()
}

/// Whoever is on call for a session is paged ten times, and then no more: nothing is written while a socket is silent.
async fn nobody_is_paged(house: &House) -> anyhow::Result<()> {
    let paging = "select count(*) from {checkins_pager} where phase = 'paging'";
    for _look in 0..90 {
        if house.ledger.count(paging).await? == 0 {
            return Ok(());
        }
        tests::pause(1_000).await;
    }
    anyhow::bail!("somebody is paged without end")
}

/// Row 26.
pub async fn rows(house: &House, session: &Session) -> anyhow::Result<()> {
    let lee = &house.therapist;
    nobody_is_paged(house).await?;
    house.ledger.settle().await?;
    for (what, first) in [
        ("silence", None),
        ("no ticket", Some(hello(""))),
        ("a ticket of nobody", Some(hello("a.b.c"))),
        ("something else first", Some(json!({ "type": "bye" }).to_string())),
        ("no JSON", Some("hello".into())),
    ] {
        let code = house.writes_only(what, &[], async || closes_after(lee, first).await).await?;
        house.holds(26, &format!("{what} closes with {code}"), code == 4401);
    }
    let wanted = json!({ "fingerprint": (["AB"; 32].join(":")), "device": "bad-input-device" });
    let ticket = lee.good(&Ask::post(&format!("/api/rooms/{}/ticket", session.id), &wanted)).await?;
    let ticket = ticket.get("token").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (answer, mut stream) = lee.socket("/api/video/signal", &format!("http://{}", lee.host)).await?;
    house.shows(26, "a good ticket", &answer, answer.status == 101);
    stream.write_all(&masked(&hello(&ticket))).await?;
    let first = tokio::time::timeout(HEARD_WITHIN, frame(&mut stream)).await.ok().flatten();
    house.holds(26, "a good ticket opens nothing", matches!(first, Some(Frame::Text(_))));
    let code = closes_after(lee, Some(hello(&ticket))).await?;
    house.holds(26, &format!("a used ticket closes with {code}"), code == 4401);
    let mint = Mint::new(Keys::load_or_create(&house.standing.keys)?, tests::now() / 1_000_000);
    let code = closes_after(lee, Some(hello(&mint.good()))).await?;
    house.holds(26, &format!("a token of another purpose closes with {code}"), code == 4403);
    drop(stream);
    for path in ["/api/live", "/api/video/signal"] {
        for origin in ["http://evil.example", "null", "-", "http://patient.localhost"] {
            let (answer, _stream) = lee.socket(path, origin).await?;
            let what = format!("{path} from {origin}");
            house.shows(26, &what, &answer, answer.status == 403 && answer.code() == "csrf.refused");
        }
    }
    let nobody = house.stranger("therapist");
    let (answer, _stream) = nobody.socket("/api/live", &format!("http://{}", nobody.host)).await?;
    house.shows(26, "nobody's page", &answer, answer.status == 401 && answer.code() == "auth.invalid");
    Ok(())
}
