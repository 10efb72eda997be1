//! The talking part (clinical.md §10.4, item 3).

use crate::consent::{Choice, Question, Text};

/// The version in force.
pub const TEXT: Text = Text {
    version: 1,
    title: "Therapy around the medicine",
    paragraphs: &[
        "The medicine is one part. The other part is talking: before it to prepare, and after it to make sense of what came up. Both take work, and both can be painful.",
        "Strong memories and feelings can appear. What you see under the medicine can feel true without having happened. We go through it together afterwards, and decide nothing in haste.",
        "Touch: over video there is none from the therapist. Your sitter touches you only as you agreed beforehand, such as a hand on the shoulder, and to keep you from harm. You can take that back with one word at any time.",
        "There is never any sexual contact, and never a private relationship, between you and anyone who treats you.",
        "What you say stays with your care team. The law makes exceptions when somebody is in serious danger, when a child or a dependent adult is being harmed, and when a court orders it.",
        "Your therapist tells you the price of each session before you book it, and what happens when you cancel. Insurance often does not pay for it.",
        "You may end the therapy at any time. If you do, we help you to find other care. If you think of suicide between sessions, call 988 or the emergency number; this software is not watched around the clock.",
        "You may complain to the clinic or to the licensing board, and no harm comes to you from it.",
    ],
    questions: &[
        Question {
            id: "P1",
            text: "What may my sitter do with touch?",
            choices: &[
                Choice { id: "a", text: "Whatever seems helpful.", right: false },
                Choice {
                    id: "b",
                    text: "Only what I agreed to beforehand, and what keeps me from harm.",
                    right: true,
                },
                Choice { id: "c", text: "Nothing, even if I fall.", right: false },
            ],
        },
        Question {
            id: "P2",
            text: "Something I see under the medicine feels like a memory. What does it mean?",
            choices: &[
                Choice { id: "a", text: "It must have happened.", right: false },
                Choice { id: "b", text: "I should act on it today.", right: false },
                Choice {
                    id: "c",
                    text: "It can feel true without having happened. We talk about it later.",
                    right: true,
                },
            ],
        },
        Question {
            id: "P3",
            text: "When may the therapist break silence?",
            choices: &[
                Choice {
                    id: "a",
                    text: "When somebody is in serious danger, or the law demands it.",
                    right: true,
                },
                Choice { id: "b", text: "Whenever my family asks.", right: false },
                Choice { id: "c", text: "Never.", right: false },
            ],
        },
        Question {
            id: "P4",
            text: "I think of suicide between sessions. What do I do?",
            choices: &[
                Choice { id: "a", text: "Write it in the journal and wait.", right: false },
                Choice { id: "b", text: "Call 988 or the emergency number.", right: true },
                Choice { id: "c", text: "Take a lozenge.", right: false },
            ],
        },
        Question {
            id: "P5",
            text: "What does therapy cost me?",
            choices: &[
                Choice { id: "a", text: "It is always free.", right: false },
                Choice { id: "b", text: "Insurance always pays.", right: false },
                Choice {
                    id: "c",
                    text: "I am told before I book, and insurance often does not pay.",
                    right: true,
                },
            ],
        },
    ],
};
