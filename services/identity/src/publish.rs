//! The privacy border: what identity tells the house. Ids only; contacts and tokens travel sealed.

use crate::store::doors;
use crate::store::people::NewPerson;
use chassis::keeper::Row;
use chassis::problem::Failure;
use chassis::work::Work;
use identity_core::account::{self, Account};
use identity_core::invitation::{self, Link};
use identity_core::presence::{self, Presence};
use identity_core::second_contact::Standing;
use identity_core::session::{self, SignIn};
use kernel::id::{PersonId, RecordId, SessionId, SignInId};
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::events::identity::{
    ContactChanged, LinkIssued, SecondContactChanged, SignInRevoked, SitterAbsent, SitterPresent,
    SitterRefused, SitterReplaced, SitterRevoked,
};
use proto::sealed::{CONTACT, Contact, LINK};

/// A browser counts no longer: the gateway closes its sockets.
pub(crate) async fn sign_in(
    work: &mut Work,
    id: SignInId,
    row: &Row<SignIn>,
    events: &[session::Event],
) -> Result<(), Failure> {
    for event in events {
        match event {
            session::Event::Ended(why) => {
                doors::drop_cookie(work, id).await?;
                work.audit(&format!("sign-in ended: {}", why.as_str()), row.about.person, row.about.session);
                let fact = SignInRevoked { sign_in: id, person: row.about.person, at: work.now() };
                work.say(row.about.session, vec![], &fact)?;
            }
        }
    }
    Ok(())
}

/// Links are noted in the trail; what they open says the rest.
pub(crate) async fn link(
    work: &mut Work,
    _id: RecordId,
    row: &Row<Link>,
    events: &[invitation::Event],
) -> Result<(), Failure> {
    for event in events {
        let action = match event {
            invitation::Event::Redeemed => "pressed a link",
            invitation::Event::Revoked => "took a link back",
        };
        work.audit(action, row.about.person, row.about.session);
    }
    Ok(())
}

/// Accounts concern nobody else.
pub(crate) async fn account(
    work: &mut Work,
    id: PersonId,
    _row: &Row<Account>,
    events: &[account::Event],
) -> Result<(), Failure> {
    for event in events {
        let action = match event {
            account::Event::PasswordSet => "set a password",
            account::Event::Activated => "confirmed the second factor",
            account::Event::CodeUsed => "used a code",
        };
        work.audit(action, id, None);
    }
    Ok(())
}

/// Whether the sitter is in the home: everyone of the session hears.
pub(crate) async fn presence(
    work: &mut Work,
    _id: RecordId,
    row: &Row<Presence>,
    events: &[presence::Event],
) -> Result<(), Failure> {
    let (person, at) = (row.about.person, work.now());
    let session = row.about.session.ok_or(Failure::Missing)?;
    for event in events {
        match event {
            presence::Event::Proven => {
                work.audit("proved to be in the home", person, Some(session));
                work.tell(session, &SitterPresent { session, person, at }).await?;
            }
            presence::Event::Missed => {
                work.audit("typed a wrong presence code", person, Some(session));
                if matches!(row.state, Presence::Spent { .. }) {
                    sitter_refused(work, session, person, "code").await?;
                }
            }
            presence::Event::Lost => {
                work.audit("presence must be proven again", person, Some(session));
                work.tell(session, &SitterAbsent { session, person, at }).await?;
            }
        }
    }
    Ok(())
}

/// Somebody stood before the sitter's door and was refused. The therapist decides what that means.
pub(crate) async fn sitter_refused(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
    by: &str,
) -> Result<(), Failure> {
    work.audit(&format!("refused at the sitter's door: {by}"), person, Some(session));
    let members = work.members(session).await?.into_iter();
    let therapists = members.filter(|member| member.role == Role::Therapist).map(|member| member.person);
    let (audience, at) = (therapists.collect(), work.now());
    work.say(Some(session), audience, &SitterRefused { session, person, by: by.into(), at })
}

/// The sitter's access was taken back.
pub(crate) async fn sitter_revoked(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
) -> Result<(), Failure> {
    work.audit("took the sitter's access back", person, Some(session));
    let fact = SitterRevoked { session, person, at: work.now() };
    work.tell(session, &fact).await
}

/// Another sitter was named. Safety says to everyone who belongs to the session now.
pub(crate) async fn sitter_replaced(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
    replaced: PersonId,
) -> Result<(), Failure> {
    work.audit("named another sitter", person, Some(session));
    let fact = SitterReplaced { session, person, replaced, at: work.now() };
    work.tell(session, &fact).await
}

/// How the second contact stands; while they may be called, with the code that opens the sitter's page for them. Sealed,
/// for the ladder alone.
pub(crate) async fn second_contact(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
    standing: Standing,
    code: Option<&str>,
) -> Result<(), Failure> {
    work.audit(&format!("second contact: {}", standing.as_str()), person, Some(session));
    let seal = |code: &str| work.store().vault().seal_for_bus(LINK, person, code.as_bytes());
    let sealed = code.map(seal).transpose()?;
    let standing = standing.as_str().to_owned();
    let fact = SecondContactChanged { session, person, standing, sealed, at: work.now() };
    work.tell(session, &fact).await
}

/// How to reach a person, sealed for the services that send.
pub(crate) fn contact(work: &mut Work, person: PersonId, new: &NewPerson) -> Result<(), Failure> {
    let contact = Contact {
        first_name: new.first_name.clone(),
        email: new.email.clone(),
        phone: Some(new.phone.clone()),
        time_zone: new.time_zone.clone(),
    };
    let plain = serde_json::to_vec(&contact).map_err(|error| Failure::Stored(error.to_string()))?;
    let sealed = work.store().vault().seal_for_bus(CONTACT, person, &plain)?;
    work.say(None, vec![], &ContactChanged { person, role: new.role, sealed })
}

/// A link for notify to mail: its token sealed, its purpose plain.
pub(crate) fn link_issued(
    work: &mut Work,
    link: &doors::LinkRow,
    token: &str,
    expires_at: Timestamp,
) -> Result<(), Failure> {
    work.audit(&format!("sent a link: {}", link.purpose), link.person, link.session);
    let sealed = work.store().vault().seal_for_bus(LINK, link.person, token.as_bytes())?;
    let fact = LinkIssued {
        person: link.person,
        purpose: link.purpose.clone(),
        session: link.session,
        sealed,
        expires_at,
    };
    work.say(link.session, vec![], &fact)
}

/// Whether a role signs in with a password of its own.
pub(crate) const fn has_account(role: Role) -> bool {
    match role {
        Role::Patient
        | Role::Therapist
        | Role::Prescriber
        | Role::Coordinator
        | Role::Admin
        | Role::Auditor => true,
        Role::Sitter => false,
    }
}
