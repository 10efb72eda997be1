//! Somebody with good credentials tries to reach through the relay what is none of their business, and somebody with
//! bad ones tries to reach anything: nobody hears of it. The media port is reached, over UDP and over TCP.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

use anyhow::{Context as _, ensure};
use chassis::clock::Clock;
use kernel::id::PersonId;
use kernel::time::Span;
use media::time::now;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;
use tests::turn::{Client, Said, Way};
use video::relay::credentials::Credentials;
use video::relay::desk::Desk;
use video::relay::serve;
use video::relay::step::Port;

const SECRET: &str = "a secret of the drill";
/// Long enough for a datagram on one machine, many times over.
const HEARD_WITHIN: Duration = Duration::from_millis(300);

fn main() -> anyhow::Result<()> {
    let clock = Clock::system();
    let media = UdpSocket::bind("127.0.0.1:0")?;
    let bystander = UdpSocket::bind("127.0.0.1:0")?;
    for socket in [&media, &bystander] {
        socket.set_read_timeout(Some(HEARD_WITHIN))?;
    }
    let port = media.local_addr()?;
    let desk = Desk::new(SECRET.into(), vec![Port { told: port, here: port }]);
    let relay = serve::start("127.0.0.1:0".parse()?, desk, clock.clone())?;
    let good = Credentials::of(SECRET, chassis::ids::fresh(), clock.now());
    let (mut attempts, mut refused, mut reached) = (0, 0, 0);
    for way in [Way::Udp, Way::Tcp] {
        let mut client = Client::connect(relay.address, way, &good)?;
        ensure!(client.allocate()? == Said::Yes, "good credentials are refused over {way:?}");
        for peer in forbidden(&bystander.local_addr()?, &relay.address, &port) {
            for said in client.tries(peer, peer.ip() != port.ip())? {
                attempts += 1;
                refused += usize::from(said == Said::No(403));
                if said != Said::No(403) {
                    eprintln!("{way:?}: {peer} is answered with {said:?}");
                }
            }
        }
        reached += usize::from(heard(&bystander)?);
        round_trip(&mut client, &media, port).with_context(|| format!("the media port over {way:?}"))?;
    }
    let strangers = strangers(relay.address, &good, &clock)?;
    let quota = quota(relay.address, &clock)?;
    println!(
        "{}",
        json!({
            "attempts": attempts, "not_refused": attempts - refused, "reached": reached,
            "strangers": strangers.0, "strangers_let_in": strangers.0 - strangers.1, "ways": 2, "allocations_of_one": quota, "rss_mb": tests::proc::rss_mb(std::process::id())?.round(),
        })
    );
    ensure!(attempts >= 60 && refused == attempts && reached == 0, "somebody was reached");
    Ok(())
}

/// Whom a relay must never reach: the own house and its network, what clouds and routers answer on, everybody else.
fn forbidden(bystander: &SocketAddr, relay: &SocketAddr, media: &SocketAddr) -> Vec<SocketAddr> {
    let mut peers = vec![*bystander, *relay, SocketAddr::new(media.ip(), media.port() ^ 1)];
    let four = [
        [0, 0, 0, 0],
        [10, 0, 0, 1],
        [10, 255, 255, 254],
        [100, 64, 0, 1],
        [127, 0, 0, 2],
        [127, 255, 255, 254],
        [169, 254, 0, 1],
        [169, 254, 169, 254],
        [172, 16, 0, 1],
        [172, 31, 255, 254],
        [192, 0, 0, 1],
        [192, 0, 2, 1],
        [192, 168, 0, 1],
        [192, 168, 255, 254],
        [198, 18, 0, 1],
        [203, 0, 113, 9],
        [224, 0, 0, 1],
        [239, 255, 255, 250],
        [240, 0, 0, 1],
        [255, 255, 255, 255],
        [8, 8, 8, 8],
        [1, 1, 1, 1],
    ];
    peers.extend(four.map(|octets| SocketAddr::new(IpAddr::from(octets), media.port())));
    let six =
        ["::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"];
    let six = six.iter().filter_map(|text| text.parse::<Ipv6Addr>().ok());
    peers.extend(six.map(|ip| SocketAddr::new(ip.into(), media.port())));
    peers.push(SocketAddr::new(Ipv4Addr::new(169, 254, 169, 254).into(), 80));
    peers
}

fn heard(socket: &UdpSocket) -> anyhow::Result<bool> {
    match socket.recv_from(&mut [0; 2_048]) {
        Ok(_) => Ok(true),
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// The one peer that there is: there and back, as an indication and in a channel.
fn round_trip(client: &mut Client, media: &UdpSocket, port: SocketAddr) -> anyhow::Result<()> {
    ensure!(client.permit(port)? == Said::Yes, "the media port is refused");
    let mut buffer = [0; 2_048];
    for channel in [None, Some(0x4001)] {
        if let Some(number) = channel {
            ensure!(client.bind(number, port)? == Said::Yes, "a channel to the media port is refused");
        }
        client.send(channel, port, b"there")?;
        let (length, from) = media.recv_from(&mut buffer).context("nothing comes out of the relay")?;
        ensure!(buffer.get(..length) == Some(&b"there"[..]), "something else comes out of the relay");
        media.send_to(b"and back", from)?;
        ensure!(client.hear()?.ends_with(b"and back") || channel.is_some(), "nothing comes back");
    }
    Ok(())
}

/// Credentials that are wrong, old or another's: how many were tried, and how many refused.
fn strangers(relay: SocketAddr, good: &Credentials, clock: &Clock) -> anyhow::Result<(usize, usize)> {
    let person: PersonId = chassis::ids::fresh();
    let yesterday = clock.now().minus(Span::hours(24));
    let bad = [
        Credentials::of(SECRET, person, yesterday),
        Credentials::of("another secret", person, clock.now()),
        Credentials { username: good.username.replacen('1', "2", 1), password: good.password.clone() },
        Credentials { username: "9999999999:".into(), password: String::new() },
        Credentials { username: good.username.clone(), password: "password".into() },
        Credentials { username: "admin".into(), password: "admin".into() },
    ];
    let mut refused = 0;
    for (way, one) in [Way::Udp, Way::Tcp].into_iter().flat_map(|way| bad.iter().map(move |one| (way, one))) {
        let said = Client::connect(relay, way, one)?.allocate()?;
        refused += usize::from(said == Said::No(401));
    }
    Ok((bad.len() * 2, refused))
}

/// How many allocations one person gets before the relay says no.
fn quota(relay: SocketAddr, clock: &Clock) -> anyhow::Result<usize> {
    let one = Credentials::of(SECRET, chassis::ids::fresh(), clock.now());
    let began = now();
    let mut held = vec![];
    while held.len() < 1_000 && began.elapsed() < Duration::from_secs(20) {
        let mut client = Client::connect(relay, Way::Udp, &one)?;
        match client.allocate()? {
            Said::Yes => held.push(client),
            Said::No(486) => return Ok(held.len()),
            other @ Said::No(_) => anyhow::bail!("the quota is answered with {other:?}"),
        }
    }
    anyhow::bail!("one person has {} allocations and no end", held.len())
}
