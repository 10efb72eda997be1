//! The medicine (clinical.md §10.4, item 1; FDA, ASKP24, MAYO, SPRAV).

use crate::consent::{Choice, Question, Text};

/// The version in force.
pub const TEXT: Text = Text {
    version: 1,
    title: "Taking ketamine at home",
    paragraphs: &[
        "Ketamine is a medicine for anaesthesia. The FDA has not approved it for any mental health condition. Your prescriber uses it off label, which is legal, and which you can decline.",
        "Your lozenges are made by a compounding pharmacy. The FDA has not checked this product for safety, strength or quality. The FDA has warned that use at home carries more risk, because nobody on site watches over you.",
        "There are other ways: talking therapy, other medicines, treatment in a clinic with staff on site, or no treatment. You can ask about each of them, and choose them, at any time.",
        "Common effects are a feeling of being outside yourself, dizziness, nausea, drowsiness, double vision, and higher blood pressure and pulse. They mostly pass within two hours and rarely last up to six.",
        "Rare and serious effects are slowed breathing, loss of consciousness, choking on vomit, a dangerous rise in blood pressure, falls, panic, and new or stronger thoughts of suicide. With frequent use come harm to the bladder and liver, trouble with memory, and dependence. A death cannot be ruled out.",
        "Tell us about every illness, every medicine, alcohol and drugs, a pregnancy, and thoughts of suicide. Hiding them can make the dose dangerous.",
        "You take only the ordered dose, only in a session, only with the sitter in the home and the therapist on video. You never share it and never take more.",
        "You do not drive or use machines until the next day after a night's sleep, and for at least 24 hours. For 24 hours you drink no alcohol and make no important decisions.",
        "You may stop at any moment before the dose, without a reason and without losing your care. After the dose you cannot agree to anything new, and we support you until you are safe.",
        "We promise no result. We measure how you are, and we stop when it does not help or harms.",
    ],
    questions: &[
        Question {
            id: "K1",
            text: "Is this medicine approved by the FDA for my condition?",
            choices: &[
                Choice { id: "a", text: "Yes.", right: false },
                Choice {
                    id: "b",
                    text: "No. It is used off label, and the lozenges were not checked by the FDA.",
                    right: true,
                },
                Choice { id: "c", text: "Only at home.", right: false },
            ],
        },
        Question {
            id: "K2",
            text: "When may I drive again?",
            choices: &[
                Choice { id: "a", text: "After two hours.", right: false },
                Choice { id: "b", text: "When I feel clear.", right: false },
                Choice {
                    id: "c",
                    text: "The next day after a night's sleep, and not before 24 hours.",
                    right: true,
                },
            ],
        },
        Question {
            id: "K3",
            text: "Which of these is a possible serious effect?",
            choices: &[
                Choice {
                    id: "a",
                    text: "Slowed breathing or a dangerous rise in blood pressure.",
                    right: true,
                },
                Choice { id: "b", text: "A cold.", right: false },
                Choice { id: "c", text: "There is none.", right: false },
            ],
        },
        Question {
            id: "K4",
            text: "May I stop?",
            choices: &[
                Choice { id: "a", text: "No, once I have signed.", right: false },
                Choice {
                    id: "b",
                    text: "Yes, at any moment before the dose. After it I am supported until I am safe.",
                    right: true,
                },
                Choice { id: "c", text: "Only if I pay.", right: false },
            ],
        },
        Question {
            id: "K5",
            text: "What do I do if the dose seems too weak?",
            choices: &[
                Choice { id: "a", text: "Take one more.", right: false },
                Choice { id: "b", text: "Have a drink with it.", right: false },
                Choice {
                    id: "c",
                    text: "Nothing on my own. I tell the therapist, and the prescriber decides for another day.",
                    right: true,
                },
            ],
        },
        Question {
            id: "K6",
            text: "Are there other treatments?",
            choices: &[
                Choice { id: "a", text: "Yes, and I may choose them at any time.", right: true },
                Choice { id: "b", text: "No.", right: false },
                Choice { id: "c", text: "Only after six sessions.", right: false },
            ],
        },
    ],
};
