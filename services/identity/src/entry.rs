//! Ways in: opening and ending browsers, sending and taking back links, and saying how a cookie stands.

use crate::publish;
use crate::store::doors::{self, Cookie, LinkRow};
use crate::store::{Links, Presences, SignIns, sessions};
use chassis::keeper::{About, Keeper as _};
use chassis::problem::Failure;
use chassis::store::Store;
use chassis::work::{Act, Work};
use chassis::{crypto, ids};
use identity_core::invitation::{self, Link};
use identity_core::presence::{self, Presence};
use identity_core::session::{self, Ending, Kind, SignIn};
use kernel::id::{PersonId, RecordId, SessionId, SignInId};
use kernel::role::Role;
use proto::standing::{Reach, Standing, Touch};

/// What a link was sent for. The word is a column and part of `identity.link_issued`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Account,
    Sitter,
    /// Whether a second contact can be reached.
    Question,
    /// The sitter's place, for a second contact who is called.
    Place,
    Morning,
    Demonstration,
}

impl Purpose {
    const ALL: [Self; 6] =
        [Self::Account, Self::Sitter, Self::Question, Self::Place, Self::Morning, Self::Demonstration];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "patient_invitation",
            Self::Sitter => "sitter_invitation",
            Self::Question => "second_contact_question",
            Self::Place => "second_contact_place",
            Self::Morning => "next_morning",
            Self::Demonstration => "demonstration",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }
}

/// Opens a browser for a person; returns the cookie's value, which is kept nowhere.
pub(crate) async fn open(
    work: &mut Work,
    sign_in: SignIn,
    person: PersonId,
    role: Role,
    session: Option<SessionId>,
) -> Result<String, Failure> {
    let (token, id) = (crypto::random_token(), ids::fresh::<SignInId>());
    let about = About { clinic: work.clinic(), session, person };
    work.create::<SignIns>(id, about, sign_in, &[]).await?;
    let cookie = Cookie { clinic: work.clinic(), sign_in: id, person, role, session };
    doors::keep_cookie(work, &token, &cookie).await?;
    for live in sessions::live_of(work, person).await? {
        work.step::<SignIns>(id, session::Command::Live(live)).await?;
    }
    work.audit("signed in", person, session);
    Ok(token)
}

/// Ends every browser of a person; of one session only, if it is named.
pub(crate) async fn end_all(
    work: &mut Work,
    person: PersonId,
    only: Option<SessionId>,
    why: Ending,
) -> Result<(), Failure> {
    for cookie in doors::cookies_of(work, person, only).await? {
        work.step::<SignIns>(cookie.sign_in, session::Command::End(why)).await?;
    }
    Ok(())
}

/// Makes a link and takes earlier ones of the same purpose back. Returns the token, which is kept nowhere.
pub(crate) async fn send(
    work: &mut Work,
    link: Link,
    person: PersonId,
    purpose: Purpose,
    session: Option<SessionId>,
) -> Result<String, Failure> {
    take_back(work, person, purpose, session).await?;
    let (token, id) = (crypto::random_token(), ids::fresh::<RecordId>());
    let about = About { clinic: work.clinic(), session, person };
    work.create::<Links>(id, about, link, &[]).await?;
    let row = LinkRow { clinic: work.clinic(), link: id, person, purpose: purpose.as_str().into(), session };
    doors::keep_link(work, &token, &row).await?;
    match (purpose, link.expires_at()) {
        // The demonstration shows its links itself, and the place is told of by the ladder; nobody is mailed.
        (Purpose::Demonstration | Purpose::Place, _) | (_, None) => {}
        (Purpose::Account | Purpose::Sitter | Purpose::Question | Purpose::Morning, Some(expires_at)) => {
            publish::link_issued(work, &row, &token, expires_at)?;
        }
    }
    Ok(token)
}

/// Takes back every link of one purpose.
pub(crate) async fn take_back(
    work: &mut Work,
    person: PersonId,
    purpose: Purpose,
    session: Option<SessionId>,
) -> Result<(), Failure> {
    for id in doors::links_of(work, person, purpose.as_str(), session).await? {
        work.step::<Links>(id, invitation::Command::Revoke).await?;
    }
    Ok(())
}

/// The proof of one sitter's presence in one session: another sitter has another.
fn presence_of(session: SessionId, sitter: PersonId) -> RecordId {
    ids::derived(session.0, &sitter.to_string())
}

/// Makes room for the proof of presence, if there is none yet.
pub(crate) async fn expect(work: &mut Work, session: SessionId, sitter: PersonId) -> Result<(), Failure> {
    let id = presence_of(session, sitter);
    if Presences::load(work, id).await?.is_none() {
        let about = About { clinic: work.clinic(), session: Some(session), person: sitter };
        work.create::<Presences>(id, about, Presence::Unproven, &[]).await?;
    }
    Ok(())
}

/// Steps the proof of presence of a session, which begins unproven.
pub(crate) async fn prove(
    work: &mut Work,
    session: SessionId,
    sitter: PersonId,
    command: presence::Command,
) -> Result<Presence, Failure> {
    expect(work, session, sitter).await?;
    Ok(work.step::<Presences>(presence_of(session, sitter), command).await?.state)
}

/// How a cookie stands now, and the note that a person was there.
pub(crate) async fn resolve(store: &Store, token: &str, touch: Touch) -> Result<Option<Standing>, Failure> {
    let Some(cookie) = doors::cookie(store, token).await? else { return Ok(None) };
    let sign_in = store.see::<SignIn>(cookie.clinic, cookie.sign_in).await?.state;
    let (now, kind) = (store.now(), sign_in.kind());
    let Some(kind) = kind.filter(|_| sign_in.overdue(now).is_none()) else { return Ok(None) };
    if touch == Touch::Person && sign_in.is_worth_noting(now) {
        let act = Act::link(cookie.clinic, cookie.person);
        let noted = store
            .work(act, async |work| {
                work.step::<SignIns>(cookie.sign_in, session::Command::Seen).await.map(drop)
            })
            .await;
        match noted {
            // Noted now, or by another request a moment before.
            Ok(()) | Err(Failure::Changed) => {}
            // Ended at this very moment.
            Err(Failure::Refused(_)) => return Ok(None),
            Err(failure) => return Err(failure),
        }
    }
    Ok(Some(Standing {
        sign_in: cookie.sign_in,
        person: cookie.person,
        clinic: cookie.clinic,
        role: cookie.role,
        session: cookie.session,
        reach: reach(store, &cookie, kind).await?,
    }))
}

async fn reach(store: &Store, cookie: &Cookie, kind: Kind) -> Result<Reach, Failure> {
    match kind {
        Kind::Staff | Kind::Patient => Ok(Reach::Full),
        Kind::Setup => Ok(Reach::Account),
        Kind::Morning => Ok(Reach::Morning),
        Kind::Sitter => {
            let Some(session) = cookie.session else { return Ok(Reach::Preparing) };
            let known = sessions::see(store, cookie.clinic, session).await?;
            if known.is_some_and(|known| session::is_over(&known.phase)) {
                return Ok(Reach::After);
            }
            let is_proven = is_present(store, cookie.clinic, session, cookie.person).await?;
            Ok(if is_proven { Reach::Present } else { Reach::Preparing })
        }
    }
}

/// Whether this sitter proved to be in the home.
pub(crate) async fn is_present(
    store: &Store,
    clinic: kernel::id::ClinicId,
    session: SessionId,
    sitter: PersonId,
) -> Result<bool, Failure> {
    match store.see::<Presence>(clinic, presence_of(session, sitter)).await {
        Ok(row) => Ok(row.state.is_proven()),
        Err(Failure::Missing) => Ok(false),
        Err(failure) => Err(failure),
    }
}
