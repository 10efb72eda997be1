//! How far a sign-in opens the door. The services decide again from their own rows; this is the first lock.

use actix_web::http::Method;
use chassis::problem::Problem;
use proto::problems;
use proto::standing::{Reach, Standing};

/// Whether this sign-in may ask this at all.
///
/// # Errors
/// When it reaches less far.
pub fn check(standing: &Standing, method: &Method, path: &str) -> Result<(), Problem> {
    let is_open = match standing.reach {
        Reach::Full | Reach::Present => true,
        Reach::Account => path.starts_with("/api/identity/"),
        Reach::Preparing => !needs_presence(path),
        Reach::After => is_after_care(path) || !needs_presence(path) && *method == Method::GET,
        Reach::Morning => is_morning(path),
    };
    if is_open {
        Ok(())
    } else {
        Err(Problem::new(&problems::AUTH_FORBIDDEN).detail(sentence(standing.reach)))
    }
}

/// What a shared or stolen link must not open: the address, and the room (reliability.md §3.3, rule 2).
fn needs_presence(path: &str) -> bool {
    path.ends_with("/emergency-card") || path.starts_with("/api/video/") || is_room(path)
}

fn is_room(path: &str) -> bool {
    path.starts_with("/api/rooms/")
}

/// What a sitter still does once the patient is discharged.
fn is_after_care(path: &str) -> bool {
    path.starts_with("/api/checkins/")
        || path.starts_with("/api/identity/")
        || path.ends_with("/emergency-card")
}

fn is_morning(path: &str) -> bool {
    path.starts_with("/api/identity/")
        || path.starts_with("/api/care/sessions/")
            && (path.ends_with("/morning") || path.ends_with("/aftercare"))
}

fn sentence(reach: Reach) -> &'static str {
    match reach {
        Reach::Account => "Finish your account first.",
        Reach::Preparing => "Type the six digits from the patient's screen first.",
        Reach::After => "The session is over. After-checks and the emergency card stay open.",
        Reach::Morning => "This link opens the morning questions only. Sign in for everything else.",
        Reach::Full | Reach::Present => "This is not open to you.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::role::Role;
    use uuid::Uuid;

    fn opens(reach: Reach, method: &Method, path: &str) -> bool {
        let id = Uuid::nil();
        let standing = Standing {
            sign_in: id.into(),
            person: id.into(),
            clinic: id.into(),
            role: Role::Sitter,
            session: Some(id.into()),
            reach,
        };
        check(&standing, method, path).is_ok()
    }

    #[test]
    fn a_link_alone_opens_preparation_and_the_alarm_but_neither_address_nor_room() {
        let prepares = |path| opens(Reach::Preparing, &Method::POST, path);
        assert!(prepares("/api/safety/sessions/x/training"));
        assert!(prepares("/api/checkins/sessions/x/alarm"));
        assert!(prepares("/api/identity/sessions/x/presence"));
        assert!(!prepares("/api/safety/sessions/x/emergency-card"));
        assert!(!prepares("/api/rooms/x/ticket"));
        assert!(!prepares("/api/video/signal"));
    }

    #[test]
    fn after_the_discharge_the_room_is_closed_and_the_card_is_not() {
        assert!(opens(Reach::After, &Method::GET, "/api/safety/sessions/x/emergency-card"));
        assert!(opens(Reach::After, &Method::POST, "/api/checkins/sessions/x/checkins"));
        assert!(opens(Reach::After, &Method::GET, "/api/safety/sessions/x"));
        assert!(!opens(Reach::After, &Method::POST, "/api/safety/sessions/x/vitals"));
        assert!(!opens(Reach::After, &Method::POST, "/api/rooms/x/ticket"));
    }

    #[test]
    fn an_unfinished_account_opens_only_itself() {
        assert!(opens(Reach::Account, &Method::POST, "/api/identity/account"));
        assert!(!opens(Reach::Account, &Method::GET, "/api/care/journal"));
    }

    #[test]
    fn the_morning_link_opens_the_morning() {
        assert!(opens(Reach::Morning, &Method::POST, "/api/care/sessions/x/morning"));
        assert!(!opens(Reach::Morning, &Method::GET, "/api/care/journal"));
    }
}
