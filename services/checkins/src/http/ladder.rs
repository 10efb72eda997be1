//! Routes of the clinic's ladder: read it, propose another, publish what somebody else proposed.

use super::{Answer, Done};
use crate::store::ladders::{self, Kept};
use crate::{Checkins, channels};
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::words;
use chassis::work::Work;
use checkins_core::ladder::{Bound, Channel, Ladder, Order, Rung, SERIAL_GAP_SECONDS, Who};
use garde::Validate;
use kernel::id::PersonId;
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::permissions::{ProposeLadder, PublishLadder, ReadLadder};
use proto::problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{Array, ArrayBuilder, Object};

/// More steps, people or channels than any ladder has: the bounds themselves say why, in words.
const LIST_MAX: usize = 16;

fn who_words() -> Array {
    let words = Who::ALL.map(Who::as_str);
    ArrayBuilder::new().items(words::one_of("What they are to the session.", words)).build()
}

fn channel_words() -> Array {
    let words = Channel::ALL.map(Channel::as_str);
    ArrayBuilder::new().items(words::one_of("A way to reach somebody.", words)).build()
}

fn order_words() -> Object {
    words::one_of("All at once, or one after the other.", Order::ALL.map(Order::as_str))
}

/// One step of a ladder.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct RungBody {
    /// Seconds after the step before it; 0 for the first, which is taken at the deadline.
    #[garde(skip)]
    after_seconds: i64,
    /// Whom it tells.
    #[garde(length(max = LIST_MAX))]
    #[schema(schema_with = who_words)]
    who: Vec<Who>,
    /// Over what.
    #[garde(length(max = LIST_MAX))]
    #[schema(schema_with = channel_words)]
    channels: Vec<Channel>,
    /// All at once, or one after the other.
    #[garde(skip)]
    #[schema(schema_with = order_words)]
    order: Order,
    /// Seconds between two people, when they are told one after the other.
    #[serde(default = "usual_gap")]
    #[garde(skip)]
    gap_seconds: i64,
}

const fn usual_gap() -> i64 {
    SERIAL_GAP_SECONDS
}

/// A ladder.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct LadderBody {
    /// The steps, in order.
    #[garde(length(max = LIST_MAX), dive)]
    #[schema(max_items = 16)]
    rungs: Vec<RungBody>,
    /// Seconds until the last step is taken again.
    #[garde(skip)]
    repeat_seconds: i64,
    /// Seconds that "I'm on it" holds.
    #[garde(skip)]
    hold_seconds: i64,
}

impl From<Ladder> for LadderBody {
    fn from(ladder: Ladder) -> Self {
        let rung = |Rung { after_seconds, who, channels, order, gap_seconds }| RungBody {
            after_seconds,
            who,
            channels,
            order,
            gap_seconds,
        };
        let Ladder { rungs, repeat_seconds, hold_seconds } = ladder;
        Self { rungs: rungs.into_iter().map(rung).collect(), repeat_seconds, hold_seconds }
    }
}

impl From<LadderBody> for Ladder {
    fn from(body: LadderBody) -> Self {
        let rung = |RungBody { after_seconds, who, channels, order, gap_seconds }| Rung {
            after_seconds,
            who,
            channels,
            order,
            gap_seconds,
        };
        let LadderBody { rungs, repeat_seconds, hold_seconds } = body;
        Self { rungs: rungs.into_iter().map(rung).collect(), repeat_seconds, hold_seconds }
    }
}

/// A ladder, with who wanted it and who agreed.
#[derive(Debug, Serialize, ToSchema)]
struct LadderVersion {
    /// Which; it counts up.
    version: i64,
    /// The ladder.
    ladder: LadderBody,
    /// Why it was proposed.
    reason: String,
    /// Who proposed it.
    proposed_by: PersonId,
    /// As what.
    proposed_role: Role,
    /// When.
    proposed_at: Timestamp,
    /// Who published it.
    published_by: Option<PersonId>,
    /// When; from then on it counts.
    published_at: Option<Timestamp>,
}

impl From<Kept> for LadderVersion {
    fn from(kept: Kept) -> Self {
        let Kept { version, ladder, reason, proposed_by, proposed_role, proposed_at, .. } = kept;
        let (published_by, published_at) = (kept.published_by, kept.published_at);
        let ladder = ladder.into();
        Self { version, ladder, reason, proposed_by, proposed_role, proposed_at, published_by, published_at }
    }
}

/// The ladder in use, and what is proposed.
#[derive(Debug, Serialize, ToSchema)]
struct LadderView {
    /// What new incidents climb: nothing while the shipped one does.
    published: Option<LadderVersion>,
    /// The newest proposal that waits for a second person.
    proposed: Option<LadderVersion>,
    /// What the product ships: reliability.md §2.5. No medical director has approved it until a clinic's does.
    shipped: LadderBody,
    /// The channels that are not set up here, each in a sentence: a step that wants one goes over another.
    missing: Vec<String>,
    /// What no ladder may cross.
    bounds: Vec<LadderBound>,
}

/// A bound, and why.
#[derive(Debug, Serialize, ToSchema)]
struct LadderBound {
    /// The field it is for; of each step where a step has it.
    field: &'static str,
    /// Not below.
    least: i64,
    /// Not above.
    most: i64,
    /// Why.
    why: &'static str,
}

impl From<Bound> for LadderBound {
    fn from(Bound { field, least, most, why }: Bound) -> Self {
        Self { field, least, most, why }
    }
}

#[utoipa::path(tag = "checkins", responses((status = 200, body = LadderView)))]
#[get("/ladder")]
pub(super) async fn read_ladder(checkins: Guard<ReadLadder, Checkins>) -> Answer {
    let (store, clinic) = (checkins.store(), checkins.who()?.clinic);
    let published = ladders::published(store.db(), store, clinic).await?.map(LadderVersion::from);
    let proposed = ladders::proposed(store, clinic).await?.map(LadderVersion::from);
    let (shipped, missing) = (Ladder::default().into(), channels::missing(&store.ground().config));
    let bounds = Ladder::BOUNDS.into_iter().map(LadderBound::from).collect();
    Ok(HttpResponse::Ok().json(LadderView { published, proposed, shipped, missing, bounds }))
}

/// Another ladder, and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct LadderProposal {
    /// The ladder.
    #[garde(dive)]
    ladder: LadderBody,
    /// Why, in at least 20 characters: whoever publishes it reads this.
    #[garde(length(chars, min = 20, max = 500))]
    #[schema(min_length = 20, max_length = 500)]
    reason: String,
}

/// A version.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct VersionNumber {
    /// Which.
    #[garde(skip)]
    version: i64,
}

#[utoipa::path(tag = "checkins", operation_id = "propose_ladder", request_body = LadderProposal,
    responses((status = 200, body = VersionNumber), (status = 422, body = ProblemBody)))]
#[post("/ladder")]
pub(super) async fn propose_ladder(
    checkins: Guard<ProposeLadder, Checkins>,
    body: Body<LadderProposal>,
) -> Answer {
    let role = checkins.who()?.role;
    let LadderProposal { ladder, reason } = body.0;
    let ladder = Ladder::from(ladder);
    let faults = ladder.faults();
    if !faults.is_empty() {
        return Err(crate::problems::ladder(faults));
    }
    let kept = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        let version = ladders::propose(work, role, &ladder, reason.trim()).await?;
        work.audit("ladder.proposed", format!("version {version}"), None);
        Ok(VersionNumber { version })
    });
    Ok(HttpResponse::Ok().json(kept.await?))
}

#[utoipa::path(tag = "checkins", operation_id = "publish_ladder", request_body = VersionNumber,
    responses((status = 200, body = Done), (status = 409, body = ProblemBody)))]
#[post("/ladder/publication")]
pub(super) async fn publish_ladder(
    checkins: Guard<PublishLadder, Checkins>,
    body: Body<VersionNumber>,
) -> Answer {
    let who = checkins.who()?.clone();
    let version = body.0.version;
    let done = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        let newest = ladders::newest(work).await?;
        let is_meant = |kept: &Kept| kept.version == version && kept.published_at.is_none();
        let kept = newest.filter(is_meant).ok_or_else(|| Problem::new(&problems::LADDER_GONE))?;
        if kept.proposed_by == who.person {
            return Err(Problem::new(&problems::LADDER_OWN).into());
        }
        if ![kept.proposed_role, who.role].contains(&Role::Prescriber) {
            return Err(Problem::new(&problems::LADDER_ROLES).into());
        }
        ladders::publish(work, version).await?;
        work.audit("ladder.published", format!("version {version}"), None);
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(done.await?))
}
