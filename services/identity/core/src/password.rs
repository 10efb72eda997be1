//! What a password must be: long, and not one that everybody knows.

/// 12 characters (reliability.md §3.2; NIST 800-63B asks for length, not for symbols).
pub const LENGTH_MIN: usize = 12;
/// 128: a passphrase fits; a megabyte of hashing work does not.
pub const LENGTH_MAX: usize = 128;
/// 5 different characters: `aaaaaaaaaaaa` and `121212121212` are long and still the first guess.
const DIFFERENT_MIN: usize = 5;

/// Long ones from the published lists of leaked passwords, and ours.
const KNOWN: [&str; 20] = [
    "password",
    "passwort",
    "qwerty",
    "qwertz",
    "azerty",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "changeme",
    "123456789",
    "987654321",
    "abcdefgh",
    "1q2w3e4r",
    "q1w2e3r4",
    "zaq12wsx",
    "football",
    "princess",
    "holdspace",
    "ketamine",
];

/// Why a password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Fewer than twelve characters.
    #[error("too short")]
    TooShort,
    /// More than 128 characters.
    #[error("too long")]
    TooLong,
    /// Among the first that anyone would try.
    #[error("easy to guess")]
    Guessable,
}

/// Judges a password someone chose, knowing the address they sign in with.
///
/// # Errors
/// With the first reason it will not do.
pub fn judge(password: &str, email: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(Refusal::TooShort);
    }
    if length > LENGTH_MAX {
        return Err(Refusal::TooLong);
    }
    let plain: String =
        password.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect();
    if different(&plain) < DIFFERENT_MIN || leans_on(&plain, &email.to_lowercase()) {
        return Err(Refusal::Guessable);
    }
    Ok(())
}

fn different(text: &str) -> usize {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len()
}

/// Whether little is left of it once the known words and the person's own address are taken out.
fn leans_on(plain: &str, email: &str) -> bool {
    let own = email.split('@').next().filter(|part| part.len() > 3);
    let left = KNOWN.into_iter().chain(own).fold(plain.to_owned(), |left, word| left.replace(word, ""));
    left.chars().count() < LENGTH_MIN / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), Refusal> {
        judge(password, "lee@clinic.example")
    }

    #[test]
    fn a_long_sentence_is_a_good_password() {
        assert_eq!(judged("the heron waits in the reeds"), Ok(()));
        assert_eq!(judged("värikäs sateenkaari"), Ok(()));
    }

    #[test]
    fn eleven_characters_are_too_few_and_129_too_many() {
        assert_eq!(judged("heron-reeds"), Err(Refusal::TooShort));
        assert_eq!(judged(&"heron ".repeat(22)), Err(Refusal::TooLong));
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for first in ["aaaaaaaaaaaaaa", "Password1234!", "qwertyqwerty12", "Holdspace 2026", "121212121212"] {
            assert_eq!(judged(first), Err(Refusal::Guessable), "{first}");
        }
    }

    #[test]
    fn a_persons_own_address_is_refused() {
        assert_eq!(judge("noor.haddad-1", "noor.haddad@clinic.example"), Err(Refusal::Guessable));
    }
}
