//! Everybody comes into Janus's rooms: each with a connection to publish and another one to receive.

use super::talk::Talk;
use crate::load::Load;
use crate::load::crowd::{Crowd, STEP};
use crate::load::peer::{Peer, Shape};
use anyhow::Context as _;
use std::net::{IpAddr, SocketAddr};

/// Janus numbers the demo room of its documentation 1234; ours are far from it.
const FIRST_ROOM: u32 = 5000;

/// Everybody enters. They stay for as long as the sessions do.
///
/// # Errors
/// When Janus turns somebody away.
pub fn enter(load: &Load, janus: SocketAddr) -> anyhow::Result<(Crowd, Vec<Talk>)> {
    let own = janus.ip();
    let (mut crowd, mut talks) = (Crowd::default(), vec![]);
    for room in (FIRST_ROOM..).take(usize::try_from(load.rooms)?) {
        let mut people = vec![];
        for person in 0..load.people {
            let mut talk = Talk::open(janus)?;
            let feed = publish(own, &mut crowd, &mut talk, room, (person == 0).then_some(load.people));
            people.push((talk, feed.with_context(|| format!("publishing in room {room}"))?));
        }
        // A stream can be subscribed to once its connection stands.
        crowd.settle()?;
        let feeds: Vec<u64> = people.iter().map(|(_, feed)| *feed).collect();
        for (mut talk, theirs) in people {
            let others: Vec<u64> = feeds.iter().copied().filter(|feed| *feed != theirs).collect();
            if !others.is_empty() {
                subscribe(own, &mut crowd, &mut talk, room, &others)
                    .with_context(|| format!("subscribing in room {room}"))?;
            }
            talks.push(talk);
        }
        crowd.settle()?;
    }
    Ok((crowd, talks))
}

fn publish(
    own: IpAddr,
    crowd: &mut Crowd,
    talk: &mut Talk,
    room: u32,
    to_make: Option<u32>,
) -> anyhow::Result<u64> {
    let handle = talk.attach()?;
    if let Some(people) = to_make {
        talk.create(handle, room, people)?;
    }
    let feed = talk.join(handle, room)?;
    let mut peer = Peer::new(own)?;
    peer.offer(Shape { others: 0 }, |offer| talk.publish(handle, &offer))?;
    crowd.peers.push(peer);
    crowd.mingle(STEP)?;
    Ok(feed)
}

fn subscribe(
    own: IpAddr,
    crowd: &mut Crowd,
    talk: &mut Talk,
    room: u32,
    feeds: &[u64],
) -> anyhow::Result<()> {
    let handle = talk.attach()?;
    let offer = talk.subscribe(handle, room, feeds)?;
    let mut peer = Peer::new(own)?;
    talk.start(handle, &peer.answer(&offer)?)?;
    crowd.peers.push(peer);
    crowd.mingle(STEP)
}
