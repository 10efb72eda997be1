//! The check-in form: what the sitter is asked, and what each answer means.
//!
//! Source: clinical.md §6.2; the worst answer decides. First aid: §6.3. The expected effects of the
//! medicine listed there (numbness, tears, slow replies, closed eyes) are no question at all.

use kernel::severity::Severity::{self, Emergency, Ok as Fine, Urgent, Watch};
use serde::Serialize;
use std::collections::BTreeMap;

/// Changes whenever a question, an answer or a severity does.
pub const VERSION: &str = "2026-11-22-draft";

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its id in clinical.md.
    pub id: &'static str,
    /// What the sitter reads.
    pub text: &'static str,
    /// Why it is asked.
    pub why: &'static str,
    /// Whether it is part of every look.
    pub always: bool,
    /// What can be answered.
    pub answers: &'static [Answer],
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The word on the wire.
    pub value: &'static str,
    /// What the sitter reads.
    pub label: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What to do at once.
    pub todo: Option<&'static str>,
}

const fn answer(value: &'static str, label: &'static str, severity: Severity) -> Answer {
    Answer { value, label, severity, todo: None }
}

const fn act(value: &'static str, label: &'static str, severity: Severity, todo: &'static str) -> Answer {
    Answer { value, label, severity, todo: Some(todo) }
}

const fn question(
    id: &'static str,
    text: &'static str,
    why: &'static str,
    always: bool,
    answers: &'static [Answer],
) -> Question {
    Question { id, text, why, always, answers }
}

const CALL: &str = "Call the emergency number now. Keep the phone on loudspeaker.";
const ON_SIDE: &str = "Roll them onto their side. Tilt the chin up. Look again in 1 minute.";

/// The whole form.
pub const QUESTIONS: &[Question] = &[
    question(
        "CI-ALL",
        "Look at the chest, the lips and the face. Say the name quietly. Is all well?",
        "One press when breathing is easy, colour is normal and they answer.",
        false,
        &[
            answer("well", "All well", Fine),
            act("unsure", "Not sure", Watch, "Answer the questions one by one. The therapist can see this."),
        ],
    ),
    question(
        "CI-BR",
        "Watch the chest for 15 seconds. How is the breathing?",
        "Breathing that gets noisy, slow or stops is the one danger that cannot wait.",
        true,
        &[
            answer("easy", "Easy", Fine),
            act("noisy_or_slow", "Noisy or slow", Urgent, ON_SIDE),
            act("pauses_or_none", "Pauses, gasps or none", Emergency, CALL),
        ],
    ),
    question(
        "CI-COL",
        "What colour are the lips and the face?",
        "Colour shows early when air is short.",
        true,
        &[
            answer("normal", "Normal", Fine),
            act("pale", "Pale, grey or sweaty", Urgent, "Lay them flat. Raise the legs. Stay with them."),
            act("blue", "Blue or grey lips", Emergency, CALL),
        ],
    ),
    question(
        "CI-RESP",
        "Say the name quietly. If there is no reply, touch the shoulder.",
        "Slow replies are normal. No reply at all is not.",
        true,
        &[
            answer("responds", "Eyes, word, nod or squeeze", Fine),
            act("only_to_shaking", "Only when shaken", Urgent, ON_SIDE),
            act("nothing", "Nothing", Emergency, CALL),
        ],
    ),
    question(
        "CI-RATE",
        "Count the breaths for 30 seconds, twice over. How many in a minute?",
        "A count notices what the eye misses.",
        false,
        &[
            answer("10_to_24", "10 to 24", Fine),
            act("8_to_9", "8 or 9", Urgent, ON_SIDE),
            act("25_to_30", "25 to 30", Urgent, "Speak calmly. Sit with them. Count again in 1 minute."),
            act("under_8", "Fewer than 8", Emergency, CALL),
            act("over_30", "More than 30", Emergency, CALL),
        ],
    ),
    question(
        "CI-VOM",
        "Feeling sick, or vomiting?",
        "Vomit can block the airway of someone who is drowsy.",
        false,
        &[
            answer("none", "No", Fine),
            act("nausea", "Feels sick", Watch, "Bowl within reach. Turn the head to the side."),
            act("once_awake", "Once, awake", Watch, "Roll them onto their side. Clear the mouth."),
            act(
                "repeated",
                "Again, or drowsy while vomiting",
                Urgent,
                "Keep them on the side. Clear the mouth.",
            ),
            act("choking", "Choking, or colour changes", Emergency, CALL),
        ],
    ),
    question(
        "CI-DIS",
        "How upset do they look, from 0 to 10?",
        "Tears and laughing are normal. Fear that grows needs the therapist's voice.",
        false,
        &[
            answer("0_to_3", "0 to 3", Fine),
            act("4_to_6", "4 to 6", Watch, "Tell the therapist. A calm voice helps."),
            act("7_to_8", "7 or 8", Urgent, "Sit close. Say: you are safe, this will pass, breathe."),
            act(
                "9_to_10",
                "9 or 10, or screaming",
                Urgent,
                "Sit close. Do not hold them down. Dim light and sound.",
            ),
        ],
    ),
    question(
        "CI-MOV",
        "Are they trying to stand or walk?",
        "Balance is poor for hours. Falls are the most common harm.",
        false,
        &[
            answer("still", "Lying or sitting still", Fine),
            act("restless", "Restless, sitting up", Watch, "Stay within reach."),
            act("standing", "Stands or leaves alone", Urgent, "Take an arm. Guide them back."),
            act("fell", "Fell", Urgent, "Do not lift them. Look for pain and bleeding."),
            act("fell_head", "Fell and hit the head or neck", Emergency, CALL),
        ],
    ),
    question(
        "CI-SAFE",
        "Do they say things about dying, or about hurting someone?",
        "Asking whether they are alive is normal. A threat is not.",
        false,
        &[
            answer("no", "No", Fine),
            act(
                "frightened",
                "Frightened or confused",
                Watch,
                "Say: you took your medicine, you are safe, it will pass.",
            ),
            act("threats", "Threats or a plan", Urgent, "Stay. Move dangerous things away."),
            act("acting", "Acting on it, or a weapon", Emergency, CALL),
        ],
    ),
    question(
        "CI-CHEST",
        "Any of these: chest pain, worst headache, one side weak, face drooping, loss of sight, a fit?",
        "These are never part of the medicine.",
        false,
        &[answer("none", "None", Fine), act("any", "Yes, at least one", Emergency, CALL)],
    ),
    question(
        "CI-URI",
        "Do they need the toilet?",
        "Walking alone is how people fall.",
        false,
        &[
            answer("no_or_helped", "No, or with both my hands helping", Fine),
            act("alone", "Went alone", Watch, "Go after them. Keep the door unlocked."),
        ],
    ),
    question(
        "CI-SIT",
        "And you: in the home, sober, phone above 20 %, able to stay?",
        "The watch is only as good as the person who keeps it.",
        false,
        &[answer("yes", "Yes", Fine), act("no", "No", Urgent, "Stay until the therapist has spoken to you.")],
    ),
];

/// What a set of answers means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// The worst of them.
    pub severity: Severity,
    /// What to do at once, worst first.
    pub todo: Vec<&'static str>,
}

/// Why answers cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// No such question or answer.
    Unknown(String),
    /// A look without this answer is no look: unknown never counts as fine.
    Missing(&'static str),
}

/// Reads a set of answers. Either "all well", or at least the three questions of every look.
///
/// # Errors
/// When an answer is unknown, or one of the three is missing.
pub fn read(answers: &BTreeMap<String, String>) -> Result<Meaning, Unclear> {
    let mut found = vec![];
    for (id, value) in answers {
        let question = QUESTIONS.iter().find(|question| question.id == id);
        let answer =
            question.and_then(|question| question.answers.iter().find(|answer| answer.value == value));
        found.push(answer.ok_or_else(|| Unclear::Unknown(id.clone()))?);
    }
    let severity = found.iter().map(|answer| answer.severity).max().unwrap_or(Severity::Ok);
    let missing = QUESTIONS.iter().find(|question| question.always && !answers.contains_key(question.id));
    // Something urgent is taken at once, however little was answered; and "all well" answers all three.
    let is_whole = severity >= Urgent || answers.contains_key("CI-ALL");
    if let Some(missing) = missing.filter(|_question| !is_whole) {
        return Err(Unclear::Missing(missing.id));
    }
    found.sort_by_key(|answer| std::cmp::Reverse(answer.severity));
    let mut todo: Vec<_> = found.iter().filter_map(|answer| answer.todo).collect();
    todo.dedup();
    Ok(Meaning { severity, todo })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_worst_answer_decides() {
        let read = read(&answers(&[("CI-BR", "easy"), ("CI-COL", "blue"), ("CI-RESP", "responds")])).unwrap();
        assert_eq!((read.severity, read.todo), (Emergency, vec![CALL]));
    }

    #[test]
    fn a_look_that_leaves_out_breathing_is_no_look() {
        let read = read(&answers(&[("CI-COL", "normal"), ("CI-RESP", "responds")]));
        assert_eq!(read, Err(Unclear::Missing("CI-BR")));
    }

    #[test]
    fn an_emergency_is_taken_with_a_single_answer() {
        assert_eq!(read(&answers(&[("CI-CHEST", "any")])).unwrap().severity, Emergency);
    }

    #[test]
    fn an_unknown_answer_is_not_taken_for_fine() {
        assert_eq!(read(&answers(&[("CI-BR", "great")])), Err(Unclear::Unknown("CI-BR".into())));
        assert_eq!(read(&BTreeMap::new()), Err(Unclear::Missing("CI-BR")));
    }

    #[test]
    fn every_answer_that_worries_says_what_to_do() {
        for answer in QUESTIONS.iter().flat_map(|question| question.answers) {
            assert_eq!(answer.severity > Fine, answer.todo.is_some(), "{}", answer.value);
        }
    }
}
