//! Consents: versioned texts, questions that show whether they were understood, and what is current.
//!
//! The sentences are ours (clinical.md §10.4 names what each has to cover). No lawyer or medical director
//! has approved them: a clinic replaces them by its own, as a new version.

use crate::consents::{ketamine, psychotherapy, sitter_agreement, telehealth};
use kernel::role::Role;
use serde::{Deserialize, Serialize};

/// What a person agrees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The medicine.
    Ketamine,
    /// Care over video.
    Telehealth,
    /// The talking part.
    Psychotherapy,
    /// Sitting.
    SitterAgreement,
}

impl Kind {
    /// All of them, in the order they are read.
    pub const ALL: [Self; 4] = [Self::Ketamine, Self::Telehealth, Self::Psychotherapy, Self::SitterAgreement];

    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ketamine => "ketamine",
            Self::Telehealth => "telehealth",
            Self::Psychotherapy => "psychotherapy",
            Self::SitterAgreement => "sitter_agreement",
        }
    }

    /// The kind behind a word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Who signs it.
    pub const fn signer(self) -> Role {
        match self {
            Self::Ketamine | Self::Telehealth | Self::Psychotherapy => Role::Patient,
            Self::SitterAgreement => Role::Sitter,
        }
    }

    /// The text in force.
    pub const fn text(self) -> &'static Text {
        match self {
            Self::Ketamine => &ketamine::TEXT,
            Self::Telehealth => &telehealth::TEXT,
            Self::Psychotherapy => &psychotherapy::TEXT,
            Self::SitterAgreement => &sitter_agreement::TEXT,
        }
    }
}

/// One version of one text.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    /// Counts up; a new version has to be signed anew.
    pub version: u32,
    /// Its heading.
    pub title: &'static str,
    /// Its paragraphs.
    pub paragraphs: &'static [&'static str],
    /// What shows that it was understood.
    pub questions: &'static [Question],
}

/// One question with its choices.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name in the answers.
    pub id: &'static str,
    /// What is asked.
    pub text: &'static str,
    /// What can be answered.
    pub choices: &'static [Choice],
}

/// One choice.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in the answers.
    pub id: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether it is right. Never sent to a screen.
    pub right: bool,
}

impl Text {
    /// The whole text as it is shown and hashed.
    pub fn body(&self) -> String {
        self.paragraphs.join("\n\n")
    }
}

impl Question {
    /// Whether this is the right answer.
    pub fn is_right(&self, answer: Option<&str>) -> bool {
        self.choices.iter().any(|choice| choice.right && Some(choice.id) == answer)
    }
}

/// Why a signature was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another role signs this.
    #[error("another role signs this")]
    NotYours,
    /// There is a newer version, or the text is not the one that was read.
    #[error("not the version in force")]
    Outdated,
    /// Some answers were wrong.
    #[error("some answers were wrong")]
    Misunderstood(Vec<&'static str>),
    /// The patient is under the medicine.
    #[error("the patient is under the medicine")]
    Dosed,
}

/// What a person brings to sign.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    /// In which role.
    pub role: Role,
    /// The version that was read.
    pub version: u32,
    /// The fingerprint of the text that was read.
    pub sha256: &'a str,
    /// The fingerprint of the text in force.
    pub sha256_in_force: &'a str,
    /// Whether the patient is under the medicine.
    pub under_the_medicine: bool,
}

/// Whether this signature may be taken.
///
/// # Errors
/// When it is another's, the text is old, an answer is wrong, or the patient is under the medicine.
pub fn signable<'a>(
    kind: Kind,
    signing: Signing<'_>,
    answer: impl Fn(&str) -> Option<&'a str>,
) -> Result<(), Refusal> {
    let text = kind.text();
    if signing.role != kind.signer() {
        return Err(Refusal::NotYours);
    }
    if signing.under_the_medicine {
        return Err(Refusal::Dosed);
    }
    if signing.version != text.version || signing.sha256 != signing.sha256_in_force {
        return Err(Refusal::Outdated);
    }
    let wrong: Vec<_> = text
        .questions
        .iter()
        .filter(|question| !question.is_right(answer(question.id)))
        .map(|question| question.id)
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::Misunderstood(wrong)) }
}

/// Whether all consents of the patient are signed in the version in force.
pub fn patient_is_current(signed: &[(Kind, u32)]) -> bool {
    Kind::ALL.into_iter().filter(|kind| kind.signer() == Role::Patient).all(|kind| is_current(kind, signed))
}

/// Whether this one is signed in the version in force.
pub fn is_current(kind: Kind, signed: &[(Kind, u32)]) -> bool {
    signed.contains(&(kind, kind.text().version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const SIGNING: Signing<'_> = Signing {
        role: Role::Patient,
        version: 1,
        sha256: "a",
        sha256_in_force: "a",
        under_the_medicine: false,
    };

    fn right(kind: Kind) -> impl Fn(&str) -> Option<&'static str> {
        move |id| {
            let question = kind.text().questions.iter().find(|question| question.id == id)?;
            question.choices.iter().find(|choice| choice.right).map(|choice| choice.id)
        }
    }

    #[test]
    fn every_text_has_five_questions_with_one_right_answer_each() {
        for kind in Kind::ALL {
            let ids: BTreeSet<_> = kind.text().questions.iter().map(|question| question.id).collect();
            assert!(ids.len() >= 5 && ids.len() == kind.text().questions.len(), "{kind:?}");
            for question in kind.text().questions {
                assert_eq!(
                    question.choices.iter().filter(|choice| choice.right).count(),
                    1,
                    "{}",
                    question.id
                );
                assert!(question.choices.len() >= 3);
            }
        }
    }

    #[test]
    fn the_right_place_is_not_always_the_first() {
        let first = Kind::ALL
            .iter()
            .flat_map(|kind| kind.text().questions)
            .filter(|question| question.choices[0].right);
        let all = Kind::ALL.iter().flat_map(|kind| kind.text().questions);
        assert!(first.count() * 2 < all.count());
    }

    #[test]
    fn a_text_that_was_understood_can_be_signed_by_its_signer() {
        assert_eq!(signable(Kind::Ketamine, SIGNING, right(Kind::Ketamine)), Ok(()));
        let sitter = Signing { role: Role::Sitter, ..SIGNING };
        assert_eq!(signable(Kind::SitterAgreement, sitter, right(Kind::SitterAgreement)), Ok(()));
    }

    #[test]
    fn one_wrong_or_missing_answer_is_named() {
        let wrong = |id: &str| if id == "K1" { Some("nonsense") } else { right(Kind::Ketamine)(id) };
        assert_eq!(signable(Kind::Ketamine, SIGNING, wrong), Err(Refusal::Misunderstood(vec!["K1"])));
        let missing = |id: &str| if id == "K2" { None } else { right(Kind::Ketamine)(id) };
        assert_eq!(signable(Kind::Ketamine, SIGNING, missing), Err(Refusal::Misunderstood(vec!["K2"])));
    }

    #[test]
    fn an_old_version_or_another_text_is_refused() {
        let old = Signing { version: 0, ..SIGNING };
        assert_eq!(signable(Kind::Ketamine, old, right(Kind::Ketamine)), Err(Refusal::Outdated));
        let other = Signing { sha256: "b", ..SIGNING };
        assert_eq!(signable(Kind::Ketamine, other, right(Kind::Ketamine)), Err(Refusal::Outdated));
    }

    #[test]
    fn nobody_signs_for_another_or_under_the_medicine() {
        let sitter = Signing { role: Role::Sitter, ..SIGNING };
        assert_eq!(signable(Kind::Ketamine, sitter, right(Kind::Ketamine)), Err(Refusal::NotYours));
        let dosed = Signing { under_the_medicine: true, ..SIGNING };
        assert_eq!(signable(Kind::Ketamine, dosed, right(Kind::Ketamine)), Err(Refusal::Dosed));
    }

    #[test]
    fn consents_are_current_only_all_together_and_in_the_version_in_force() {
        let all: Vec<_> = [Kind::Ketamine, Kind::Telehealth, Kind::Psychotherapy]
            .into_iter()
            .map(|kind| (kind, kind.text().version))
            .collect();
        assert!(patient_is_current(&all));
        for kind in [Kind::Ketamine, Kind::Telehealth, Kind::Psychotherapy] {
            let without: Vec<_> = all.iter().copied().filter(|(signed, _)| *signed != kind).collect();
            assert!(!patient_is_current(&without));
            let mut old = without;
            old.push((kind, 0));
            assert!(!patient_is_current(&old));
        }
        assert!(!is_current(Kind::SitterAgreement, &all));
    }
}
