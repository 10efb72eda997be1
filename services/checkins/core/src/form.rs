//! The check-in form: what the sitter is asked, and what each answer means.
//!
//! Source: clinical.md §6.2; the worst answer decides. First aid: §6.3. The expected effects of the
//! medicine listed there (numbness, tears, slow replies, closed eyes) are no question at all.

use kernel::severity::Severity::{self, Emergency, Ok as Fine, Urgent, Watch};
use serde::Serialize;
use std::collections::BTreeMap;

/// Changes whenever a question, an answer or a severity does.
pub const VERSION: &str = "2026-11-23-draft";

/// The one press for all of it.
pub const ALL_WELL: &str = "CI-ALL";

/// The look task: a count of breaths ([`crate::task`]).
pub const COUNT: &str = "CI-COUNT";

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

const COUNT_AGAIN: &str = "Speak calmly. Sit with them. Count again in 1 minute.";
const CALL: &str = "Call the emergency number now. Keep the phone on loudspeaker.";
const ON_SIDE: &str = "Roll them onto their side. Tilt the chin up. Look again in 1 minute.";

/// The whole form.
pub const QUESTIONS: &[Question] = &[
    question(
        ALL_WELL,
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
            act("25_to_30", "25 to 30", Urgent, COUNT_AGAIN),
            act("under_8", "Fewer than 8", Emergency, CALL),
            act("over_30", "More than 30", Emergency, CALL),
        ],
    ),
    // The bands of CI-RATE for a quarter of a minute. A count this short may be one off, four in a minute: at the edges
    // it errs towards the worse, and the answer is to look and count again.
    question(
        COUNT,
        "Watch the chest and count the breaths for 15 seconds. How many?",
        "A number cannot be given by habit.",
        false,
        &[
            act("0", "0", Emergency, CALL),
            act("1", "1", Emergency, CALL),
            act("2", "2", Urgent, ON_SIDE),
            answer("3", "3", Fine),
            answer("4", "4", Fine),
            answer("5", "5", Fine),
            answer("6", "6", Fine),
            act("7", "7", Urgent, COUNT_AGAIN),
            act("8", "8", Emergency, CALL),
            act("9", "9", Emergency, CALL),
            act("10_or_more", "10+", Emergency, CALL),
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

/// Pairs that cannot both be true at once: one of them was pressed by mistake, or seen a moment apart.
const CONTRADICTIONS: &[[(&str, &str); 2]] = &[
    [("CI-RESP", "nothing"), ("CI-MOV", "restless")],
    [("CI-RESP", "nothing"), ("CI-MOV", "standing")],
    [("CI-BR", "pauses_or_none"), ("CI-MOV", "standing")],
    [("CI-RESP", "nothing"), ("CI-SAFE", "frightened")],
    [("CI-RESP", "nothing"), ("CI-SAFE", "threats")],
];
/// What is said about them. Nothing is corrected: both answers stay as they were given.
const CONTRADICTION: &str =
    "Two of these answers do not fit together. Both are kept, and the worse one counts. Look again.";

/// What a set of answers means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// The worst of them.
    pub severity: Severity,
    /// What to do at once, worst first.
    pub todo: Vec<&'static str>,
    /// What does not fit together, in words.
    pub warning: Option<&'static str>,
}

/// Why answers cannot be taken: everything at once, so that nobody corrects them one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unclear {
    /// No such question or answer.
    pub unknown: Vec<String>,
    /// A look without this answer is no look: unknown never counts as fine.
    pub missing: Vec<&'static str>,
}

/// Reads a set of answers. Either "all well", or at least the three questions of every look.
///
/// # Errors
/// When an answer is unknown, or one of the three is missing. Something urgent is taken at once, however little was
/// answered and whatever else is wrong.
pub fn read(answers: &BTreeMap<String, String>) -> Result<Meaning, Unclear> {
    let mut found = vec![];
    let mut unclear = Unclear::default();
    for (id, value) in answers {
        let question = QUESTIONS.iter().find(|question| question.id == id);
        match question.and_then(|question| question.answers.iter().find(|answer| answer.value == value)) {
            Some(answer) => found.push(answer),
            None => unclear.unknown.push(id.clone()),
        }
    }
    let severity = found.iter().map(|answer| answer.severity).max().unwrap_or(Severity::Ok);
    // "All well" answers all three.
    if !answers.contains_key(ALL_WELL) {
        let always = QUESTIONS.iter().filter(|question| question.always).map(|question| question.id);
        unclear.missing.extend(always.filter(|id| !answers.contains_key(*id)));
    }
    if severity < Urgent && unclear != Unclear::default() {
        return Err(unclear);
    }
    found.sort_by_key(|answer| std::cmp::Reverse(answer.severity));
    let mut todo: Vec<_> = found.iter().filter_map(|answer| answer.todo).collect();
    todo.dedup();
    let warning = contradicts(answers, severity).then_some(CONTRADICTION);
    Ok(Meaning { severity, todo, warning })
}

fn contradicts(answers: &BTreeMap<String, String>, worst: Severity) -> bool {
    let said = |(id, value): (&str, &str)| answers.get(id).is_some_and(|given| given == value);
    let is_well = said((ALL_WELL, "well")) && worst > Fine;
    is_well || CONTRADICTIONS.iter().any(|[one, other]| said(*one) && said(*other))
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
        assert_eq!(read, Err(Unclear { unknown: vec![], missing: vec!["CI-BR"] }));
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        let read = read(&answers(&[("CI-VOM", "none"), ("CI-HAIR", "red")])).unwrap_err();
        assert_eq!((read.unknown.len(), read.missing.len()), (1, 3));
    }

    #[test]
    fn an_emergency_is_heard_through_every_other_mistake() {
        let read = read(&answers(&[("CI-BR", "pauses_or_none"), ("CI-COL", "mauve"), ("CI-HAIR", "red")]));
        assert_eq!(read.unwrap().severity, Emergency);
    }

    #[test]
    fn answers_that_do_not_fit_are_kept_and_the_worse_one_counts() {
        let asleep = read(&answers(&[("CI-RESP", "nothing"), ("CI-MOV", "standing")])).unwrap();
        assert_eq!((asleep.severity, asleep.warning), (Emergency, Some(CONTRADICTION)));
        let well = read(&answers(&[("CI-ALL", "well"), ("CI-VOM", "nausea")])).unwrap();
        assert_eq!((well.severity, well.warning), (Watch, Some(CONTRADICTION)));
        let fine = [("CI-BR", "easy"), ("CI-COL", "normal"), ("CI-RESP", "responds")];
        assert_eq!(read(&answers(&fine)).unwrap().warning, None);
    }

    #[test]
    fn a_count_of_fifteen_seconds_means_what_four_times_as_many_in_a_minute_mean() {
        let rate = |count: i64| match count * 4 {
            10..=24 => Fine,
            8..=9 | 25..=30 => Urgent,
            _below_8_or_above_30 => Emergency,
        };
        for count in 0..10 {
            let read = read(&answers(&[("CI-ALL", "well"), (COUNT, &count.to_string())])).unwrap();
            assert_eq!(read.severity, rate(count), "{count}");
        }
        // It is heard alone, however little else was answered.
        assert_eq!(read(&answers(&[(COUNT, "10_or_more")])).unwrap().severity, Emergency);
    }

    #[test]
    fn an_emergency_is_taken_with_a_single_answer() {
        assert_eq!(read(&answers(&[("CI-CHEST", "any")])).unwrap().severity, Emergency);
    }

    #[test]
    fn an_unknown_answer_is_not_taken_for_fine() {
        assert_eq!(
            read(&answers(&[("CI-BR", "great")])),
            Err(Unclear { unknown: vec!["CI-BR".into()], missing: vec!["CI-COL", "CI-RESP"] })
        );
        assert_eq!(read(&BTreeMap::new()).unwrap_err().missing, ["CI-BR", "CI-COL", "CI-RESP"]);
    }

    #[test]
    fn every_answer_that_worries_says_what_to_do() {
        for answer in QUESTIONS.iter().flat_map(|question| question.answers) {
            assert_eq!(answer.severity > Fine, answer.todo.is_some(), "{}", answer.value);
        }
    }
}
