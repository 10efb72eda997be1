//! Who is written to at a step, over which channels, and over which one when another failed.

use crate::channels;
use crate::store::notifications::{self, INCIDENT, LOOK_ASKED, Message, SECOND_CONTACT, What};
use crate::store::{browsers, rows, second_contacts};
use chassis::problem::Failure;
use chassis::work::Work;
use checkins_core::escalation::{Cause, Matter};
use checkins_core::ladder::{Channel, Rung};
use checkins_core::second_contact::Called;
use kernel::id::{IncidentId, PersonId, SessionId};
use proto::events::checkins::QUIET_CALL;
use proto::events::safety::Member;

/// Writes the messages of one step: to whom and over what is the ladder's word.
pub(super) async fn tell_people(
    work: &mut Work,
    incident: IncidentId,
    session: SessionId,
    matter: &Matter,
    (step, round): (i64, i64),
) -> Result<(), Failure> {
    let Some(rung) = matter.ladder.rung(step) else { return Ok(()) };
    let turn = |member: &Member| {
        rung.turn(member.role, member.on_call).filter(|_turn| matter.cause.may_reach(member.role))
    };
    let kind = if matter.cause == Cause::QuietCall { QUIET_CALL } else { INCIDENT };
    let members = work.members(session).await?.into_iter();
    let mut told: Vec<(usize, &str, PersonId)> =
        members.filter_map(|member| turn(&member).map(|turn| (turn, kind, member.person))).collect();
    if let Some(turn) = rung.second_contacts_turn() {
        let called = second_contact(work, incident, session, matter.cause, step).await?;
        told.extend(called.map(|person| (turn, SECOND_CONTACT, person)));
    }
    // Where one is told after the other, the step's own order counts.
    told.sort_by_key(|(turn, _kind, _person)| *turn);
    let mut next_at = work.now();
    let mut shared = vec![];
    for (_turn, kind, person) in told {
        for channel in ways(work, person, kind, rung, step).await? {
            if channel.is_shared() {
                if shared.contains(&channel) {
                    continue;
                }
                shared.push(channel);
            }
            let (kind, incident) = (kind.to_owned(), Some(incident));
            let what = What { session, incident, kind, step, round, person, channel };
            notifications::write(work, &Message { what, next_at }).await?;
        }
        next_at = next_at.plus(rung.pause());
    }
    Ok(())
}

/// The second contact, if this step calls them. Whether and why not is kept beside the incident, and in the trail.
async fn second_contact(
    work: &mut Work,
    incident: IncidentId,
    session: SessionId,
    cause: Cause,
    step: i64,
) -> Result<Option<PersonId>, Failure> {
    let known = second_contacts::of(work, session).await?;
    let called = Called::at_step(known.standing, cause, known.is_dosed);
    second_contacts::note(work, incident, called).await?;
    work.audit("second_contact.step", format!("step {step}: {}", called.as_str()), Some(session));
    Ok(known.person.filter(|_person| called == Called::Called))
}

/// The step's channels that this person can be reached over. What the ladder wants may not be set up here: then what
/// is, and mail where nothing is, for it fails loudly.
async fn ways(
    work: &Work,
    person: PersonId,
    kind: &str,
    rung: &Rung,
    step: i64,
) -> Result<Vec<Channel>, Failure> {
    let mut usable = usable(work, person).await?;
    usable.retain(|way| is_fit(kind, *way));
    let mut ways: Vec<_> = rung.channels.iter().copied().filter(|way| usable.contains(way)).collect();
    if step > 1 && !ways.iter().any(|way| way.reaches_away()) {
        let away = usable.into_iter().find(|way| way.reaches_away());
        ways.push(away.unwrap_or(Channel::Mail));
    }
    Ok(ways)
}

/// Every channel that is set up and that this person has an address for, in their order.
async fn usable(work: &Work, person: PersonId) -> Result<Vec<Channel>, Failure> {
    let config = &work.store().ground().config;
    let has_phone = rows::has_phone(work, person).await?;
    let has_browser = browsers::has_any(work, person).await?;
    let has_address = |channel: Channel| match channel {
        Channel::Sms | Channel::Voice => has_phone,
        Channel::Push => has_browser,
        Channel::Screen | Channel::Mail | Channel::Ntfy | Channel::Webhook => true,
    };
    let all = Channel::ALL.into_iter();
    Ok(all.filter(|channel| channels::is_set_up(config, *channel) && has_address(*channel)).collect())
}

/// A look is asked of the sitter alone, and a second contact has neither a page nor a browser of ours.
fn is_fit(kind: &str, channel: Channel) -> bool {
    match kind {
        LOOK_ASKED => !channel.is_shared(),
        SECOND_CONTACT => channel.reaches_strangers(),
        _others => true,
    }
}

/// A message failed: the next channel has the same at once, while the failed one is tried again (reliability.md §2.4,
/// step 4). Whoever has that channel already is not written to twice.
pub(crate) async fn advance(work: &Work, failed: &What) -> Result<(), Failure> {
    if !notifications::is_wanted(work, failed).await? {
        return Ok(());
    }
    if failed.kind == SECOND_CONTACT && !second_contacts::of(work, failed.session).await?.may_be_called() {
        return Ok(());
    }
    let usable = usable(work, failed.person).await?;
    let next = failed.channel.after(|channel| usable.contains(&channel) && is_fit(&failed.kind, channel));
    let Some(channel) = next else { return Ok(()) };
    let what = What { channel, ..failed.clone() };
    if channel.is_shared() && notifications::is_shared_already(work, &what).await? {
        return Ok(());
    }
    notifications::write(work, &Message { what, next_at: work.now() }).await
}
