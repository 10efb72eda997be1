//! Care over video (clinical.md §10.4, item 2; HHS).

use crate::consent::{Choice, Question, Text};

/// The version in force.
pub const TEXT: Text = Text {
    version: 1,
    title: "Care over video",
    paragraphs: &[
        "Your therapist is with you by video, not in the room. They cannot touch you, give first aid, or examine you. What they see depends on the camera, the light and the line.",
        "Before each session you tell us the exact address where you are. Help can only come to an address that it has. If you move during a session, tell us at once.",
        "In an emergency your sitter calls the emergency number from your home. The therapist calls the local number of your address at the same time. This software never calls emergency services by itself.",
        "If the line drops, we reconnect. If it stays away, the clinic phones your sitter. A session that has begun is carried on by phone until you are safe, and no new dose is taken.",
        "Sound and picture are encrypted on their way. No technology is perfectly safe. Nothing is recorded unless you and everyone in the picture agree before the dose.",
        "Your sitter sees your first name, your address, this dose and its time, and the checklist. They do not see your diagnosis, your history or your notes.",
        "Your therapist and your prescriber must be licensed where you are. Tell us before you travel.",
        "You may choose care in person instead, or stop video care at any time before the dose.",
    ],
    questions: &[
        Question {
            id: "V1",
            text: "Why do I type my address before every session?",
            choices: &[
                Choice { id: "a", text: "For the bill.", right: false },
                Choice {
                    id: "b",
                    text: "Because help can only come to an address that it has.",
                    right: true,
                },
                Choice { id: "c", text: "So that the sitter can find it.", right: false },
            ],
        },
        Question {
            id: "V2",
            text: "Who calls emergency services from my home?",
            choices: &[
                Choice { id: "a", text: "My sitter.", right: true },
                Choice { id: "b", text: "The software, by itself.", right: false },
                Choice { id: "c", text: "Nobody.", right: false },
            ],
        },
        Question {
            id: "V3",
            text: "What happens if the line drops after the dose?",
            choices: &[
                Choice { id: "a", text: "The session is over and I am alone.", right: false },
                Choice { id: "b", text: "I take another lozenge.", right: false },
                Choice {
                    id: "c",
                    text: "The clinic phones my sitter, and we go on by phone until I am safe.",
                    right: true,
                },
            ],
        },
        Question {
            id: "V4",
            text: "Is my session recorded?",
            choices: &[
                Choice { id: "a", text: "Always.", right: false },
                Choice {
                    id: "b",
                    text: "Only if I and everyone in the picture agreed before the dose.",
                    right: true,
                },
                Choice { id: "c", text: "Only the sound.", right: false },
            ],
        },
        Question {
            id: "V5",
            text: "What does my sitter see about me?",
            choices: &[
                Choice { id: "a", text: "My notes.", right: false },
                Choice { id: "b", text: "My whole history.", right: false },
                Choice { id: "c", text: "My first name, address, this dose and the checklist.", right: true },
            ],
        },
    ],
};
