//! Password and app, behind an invitation.

use super::opening;
use crate::store::Accounts;
use crate::store::people::{self, Column, Credential};
use crate::{Identity, entry, problems as refused, secrets};
use actix_web::{HttpResponse, post};
use chassis::body::Body;
use chassis::guard::{Guard, Who};
use chassis::problem::{Failure, Problem, ProblemBody};
use garde::Validate;
use identity_core::account;
use identity_core::password;
use identity_core::session::{Ending, Kind, SignIn};
use proto::permissions::OpenAccount;
use proto::problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A new password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// At least twelve characters.
    #[garde(length(chars, min = 1, max = 512))]
    #[schema(min_length = 1, max_length = 512)]
    password: String,
}

/// What an authenticator app reads.
#[derive(Serialize, ToSchema)]
pub struct AppSecret {
    /// For a QR code.
    otpauth_uri: String,
    /// For typing in.
    secret: String,
}

/// Sets the password and makes a new app secret; the account works once the app has shown a code.
///
/// # Errors
/// When no invitation was pressed in this browser, or the password will not do.
#[utoipa::path(operation_id = "open_account", request_body = NewPassword, responses(
    (status = 200, body = AppSecret), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/account")]
pub async fn set(
    identity: Guard<OpenAccount, Identity>,
    body: Body<NewPassword>,
) -> Result<HttpResponse, Problem> {
    let (who, act, store) = (identity.who()?, identity.act()?, &identity.store);
    behind_an_invitation(&identity, who).await?;
    let person = people::see(store, who.clinic, who.person).await?;
    let email = person.open(store, Column::Email).await?;
    password::judge(&body.0.password, &email).map_err(refused::password)?;
    let new = Credential { password: secrets::hash(body.0.password).await?, totp: secrets::app_secret() };
    // The answer of a command is kept; a secret must not be. So the answer is nothing, and the secret is read after.
    store
        .command(act, async |work| {
            work.step::<Accounts>(person.id, account::Command::SetPassword).await?;
            people::keep_credential(work, person.id, &new).await
        })
        .await?;
    let kept = people::credential(store, who.clinic, who.person).await?.ok_or(Failure::Missing)?;
    let (otpauth_uri, secret) = (secrets::otpauth_uri(&kept.totp, &email), secrets::base32(&kept.totp));
    Ok(HttpResponse::Ok().json(AppSecret { otpauth_uri, secret }))
}

/// The first code from the app.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    /// Six digits.
    #[garde(length(min = 6, max = 8), ascii)]
    #[schema(min_length = 6, max_length = 8, pattern = r"^[ -~]*$")]
    totp: String,
}

/// The app works: the account is active, and this browser is signed in with a new cookie.
///
/// # Errors
/// When the code is wrong, or no password was set.
#[utoipa::path(operation_id = "confirm_account", request_body = FirstCode, responses(
    (status = 204), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/account/confirm")]
pub async fn confirm(
    identity: Guard<OpenAccount, Identity>,
    body: Body<FirstCode>,
) -> Result<HttpResponse, Problem> {
    let (who, act, store) = (identity.who()?, identity.act()?, &identity.store);
    behind_an_invitation(&identity, who).await?;
    let state = || Problem::new(&problems::ACCOUNT_STATE);
    let kept = people::credential(store, who.clinic, who.person).await?.ok_or_else(state)?;
    let step = secrets::code_step(&kept.totp, &body.0.totp, store.now()).ok_or_else(wrong_code)?;
    let mut token = None;
    store
        .command(act, async |work| {
            work.step::<Accounts>(who.person, account::Command::Confirm { step }).await?;
            // A new password ends every browser opened with the old one, and this half-open one too.
            entry::end_all(work, who.person, None, Ending::Replaced).await?;
            let open = SignIn::open(Kind::of(who.role), work.now());
            token = Some(entry::open(work, open, who.person, who.role, None).await?);
            Ok(())
        })
        .await?;
    let mut answer = HttpResponse::NoContent();
    if let Some(token) = token {
        answer.insert_header(opening(&token));
    }
    Ok(answer.finish())
}

/// Only the browser in which an invitation was pressed may set a password: a stolen cookie must not.
async fn behind_an_invitation(identity: &Identity, who: &Who) -> Result<(), Problem> {
    let sign_in = identity.store.see::<SignIn>(who.clinic, who.sign_in).await?;
    match sign_in.state.kind() {
        Some(Kind::Setup) => Ok(()),
        Some(Kind::Staff | Kind::Patient | Kind::Sitter | Kind::Morning) | None => {
            Err(Problem::new(&problems::ACCOUNT_STATE).detail("Ask your clinic for a new invitation first."))
        }
    }
}

fn wrong_code() -> Problem {
    Problem::new(&problems::FIELD_INVALID).field(
        "totp",
        "totp.wrong",
        "That code is not right. Try the one shown now.",
    )
}
