//! What a sitter does, and never does (clinical.md §10.4, item 4; §1.4).

use crate::consent::{Choice, Question, Text};

/// The version in force.
pub const TEXT: Text = Text {
    version: 1,
    title: "Sitting for someone",
    paragraphs: &[
        "You are not a clinician, and nobody expects you to be one. You watch, you keep the room safe, and you call for help. That is enough, and it matters.",
        "You stay in the home and within voice range from before the dose until the hand-over, and for at least four hours after it. You stay sober the whole time. You look after nobody else meanwhile.",
        "Every few minutes your phone asks you to look: breathing, colour, an answer, calm. You answer each time. If you do not answer, people are called. Nobody is angry about a false alarm.",
        "You never give medicine, never hand over another lozenge, and never let the patient take anything else.",
        "You touch only as the two of you agreed, and to keep the patient from harm. You never hold anyone down.",
        "You may call the emergency number at any time without asking anybody. With blue lips, no normal breathing, no waking, a seizure or chest pain you call first, and tell the therapist after.",
        "What you see and hear stays with you. No photos, no recordings, no posts, no stories. You may speak with the therapist about what was hard for you.",
        "You can be called on video by the therapist, and you may leave the task before the dose without a reason. After the dose you leave only when somebody took over.",
        "For the patient to be helped, the clinic may tell you the patient's first name, today's address, this dose and its time.",
    ],
    questions: &[
        Question {
            id: "S1",
            text: "What do I do when the patient's lips turn blue?",
            choices: &[
                Choice { id: "a", text: "Wait for the next check.", right: false },
                Choice { id: "b", text: "Ask the therapist for leave to call.", right: false },
                Choice {
                    id: "c",
                    text: "Call the emergency number first, then tell the therapist.",
                    right: true,
                },
            ],
        },
        Question {
            id: "S2",
            text: "May I give the patient another lozenge?",
            choices: &[
                Choice { id: "a", text: "Never.", right: true },
                Choice { id: "b", text: "If they ask twice.", right: false },
                Choice { id: "c", text: "If the therapist cannot see it.", right: false },
            ],
        },
        Question {
            id: "S3",
            text: "How long do I stay?",
            choices: &[
                Choice { id: "a", text: "Until the patient opens the eyes.", right: false },
                Choice {
                    id: "b",
                    text: "Until the hand-over, and at least four hours after it.",
                    right: true,
                },
                Choice { id: "c", text: "Two hours in all.", right: false },
            ],
        },
        Question {
            id: "S4",
            text: "What may I tell my friends about it?",
            choices: &[
                Choice { id: "a", text: "Nothing. It stays with me.", right: true },
                Choice { id: "b", text: "Only the funny parts.", right: false },
                Choice { id: "c", text: "Everything, without the name.", right: false },
            ],
        },
        Question {
            id: "S5",
            text: "I would like a glass of wine meanwhile. May I?",
            choices: &[
                Choice { id: "a", text: "One is fine.", right: false },
                Choice { id: "b", text: "No. I stay sober the whole time.", right: true },
                Choice { id: "c", text: "After the peak.", right: false },
            ],
        },
    ],
};
