//! The sitter's training: five questions, four of them right.

use crate::consent::{Choice, Question};

/// Share of right answers, in per cent (clinical.md §13, `quiz_pass`).
pub const PASS_PERCENT: usize = 80;

/// The questions (clinical.md §3.2, §6.2, §6.3, §6.6; words ours).
pub const QUESTIONS: &[Question] = &[
    Question {
        id: "T1",
        text: "The patient breathes but cannot be woken. What do you do first?",
        choices: &[
            Choice { id: "a", text: "Let them sleep and look again in ten minutes.", right: false },
            Choice { id: "b", text: "Give them water.", right: false },
            Choice {
                id: "c",
                text: "Roll them on the side, chin up, and call the emergency number.",
                right: true,
            },
        ],
    },
    Question {
        id: "T2",
        text: "Who calls the emergency number?",
        choices: &[
            Choice {
                id: "a",
                text: "I do, at once, from my own phone. Then I tell the therapist.",
                right: true,
            },
            Choice { id: "b", text: "The therapist, from far away.", right: false },
            Choice { id: "c", text: "Nobody before the prescriber has agreed.", right: false },
        ],
    },
    Question {
        id: "T3",
        text: "Which of these is expected and no reason for alarm?",
        choices: &[
            Choice { id: "a", text: "Blue lips.", right: false },
            Choice { id: "b", text: "Eyes closed, slow answers, tears or laughter.", right: true },
            Choice { id: "c", text: "Pauses of fifteen seconds between breaths.", right: false },
        ],
    },
    Question {
        id: "T4",
        text: "The patient asks you for one more lozenge. What do you do?",
        choices: &[
            Choice { id: "a", text: "Give it if they seem well.", right: false },
            Choice { id: "b", text: "Give half of it.", right: false },
            Choice {
                id: "c",
                text: "Give nothing and tell the therapist. I never give medicine.",
                right: true,
            },
        ],
    },
    Question {
        id: "T5",
        text: "The patient stands up and wants to walk alone. What do you do?",
        choices: &[
            Choice {
                id: "a",
                text: "Stand close, hold both hands, help them sit, and tell the therapist.",
                right: true,
            },
            Choice { id: "b", text: "Let them go. Movement is good.", right: false },
            Choice { id: "c", text: "Hold them down by force.", right: false },
        ],
    },
];

/// How the questions were answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Right answers, in per cent.
    pub score: usize,
    /// Whether that is enough.
    pub passed: bool,
    /// The questions to read again.
    pub wrong: Vec<&'static str>,
}

/// Marks the answers. A question without an answer is wrong.
pub fn mark<'a>(answer: impl Fn(&str) -> Option<&'a str>) -> Outcome {
    let wrong: Vec<_> = QUESTIONS
        .iter()
        .filter(|question| !question.is_right(answer(question.id)))
        .map(|question| question.id)
        .collect();
    let score = (QUESTIONS.len() - wrong.len()) * 100 / QUESTIONS.len();
    Outcome { score, passed: score >= PASS_PERCENT, wrong }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(id: &str) -> Option<&'static str> {
        let question = QUESTIONS.iter().find(|question| question.id == id)?;
        question.choices.iter().find(|choice| choice.right).map(|choice| choice.id)
    }

    #[test]
    fn five_right_pass_and_four_are_just_enough() {
        assert_eq!(mark(right), Outcome { score: 100, passed: true, wrong: vec![] });
        let four = mark(|id| if id == "T2" { Some("b") } else { right(id) });
        assert_eq!(four, Outcome { score: 80, passed: true, wrong: vec!["T2"] });
    }

    #[test]
    fn three_right_are_not_enough_and_silence_is_wrong() {
        let three = mark(|id| if ["T1", "T5"].contains(&id) { None } else { right(id) });
        assert_eq!((three.score, three.passed), (60, false));
        assert!(!mark(|_| None).passed);
    }
}
