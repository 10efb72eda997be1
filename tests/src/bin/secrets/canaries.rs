//! Words that occur nowhere else, and how they are sought: as they are, in hexadecimal and in base64.

use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// A needle is compared by its first bytes before it is compared as a whole.
const HEAD: usize = 8;

/// What was entered, by field.
#[derive(Default)]
pub struct Canaries {
    texts: Vec<(String, String)>,
}

/// Random letters.
pub fn letters(count: usize) -> String {
    let token = [(); 3].map(|()| chassis::crypto::random_token()).concat();
    token.chars().filter(char::is_ascii_lowercase).cycle().take(count).collect()
}

fn digits(count: usize) -> String {
    let number = u64::from_be_bytes(chassis::crypto::random());
    format!("{number:020}").chars().rev().take(count).collect()
}

impl Canaries {
    /// What a living house said it was told.
    pub fn of(texts: &Value) -> Self {
        let pair =
            |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()));
        Self { texts: texts.as_array().into_iter().flatten().filter_map(pair).collect() }
    }

    /// As a document.
    pub fn said(&self) -> Value {
        json!(self.texts)
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// Something that must be found nowhere.
    pub fn keep(&mut self, field: &str, text: &str) {
        self.texts.push((field.into(), text.into()));
    }

    /// A word for a field.
    pub fn word(&mut self, field: &str) -> String {
        let text = format!("Zq{}", letters(12));
        self.keep(field, &text);
        text
    }

    /// A sentence for a field of free text.
    pub fn sentence(&mut self, field: &str) -> String {
        format!("It was {} that day.", self.word(field))
    }

    /// A telephone number.
    pub fn phone(&mut self, field: &str) -> String {
        let number = digits(9);
        self.keep(field, &number);
        format!("+1{number}")
    }

    /// An address for mail.
    pub fn email(&mut self, field: &str) -> String {
        format!("{}@demo.example", self.word(field).to_lowercase())
    }

    /// Name, mail and telephone of one person.
    pub fn person(&mut self, who: &str) -> Value {
        json!({
            "first_name": (self.word(&format!("{who}: first name"))),
            "last_name": (self.word(&format!("{who}: last name"))),
            "email": (self.email(&format!("{who}: e-mail"))),
            "phone": (self.phone(&format!("{who}: phone"))),
        })
    }

    /// The fields whose words are in these bytes.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<String> {
        let bytes = bytes.to_ascii_lowercase();
        let mut heads: HashMap<Vec<u8>, Vec<(Vec<u8>, &str)>> = HashMap::new();
        for (field, text) in &self.texts {
            for needle in needles(text) {
                heads.entry(needle.iter().copied().take(HEAD).collect()).or_default().push((needle, field));
            }
        }
        let mut found = BTreeSet::new();
        for (at, window) in bytes.windows(HEAD).enumerate() {
            let rest = bytes.get(at..).unwrap_or_default();
            let hits = heads.get(window).into_iter().flatten();
            found.extend(
                hits.filter(|(needle, _)| rest.starts_with(needle)).map(|(_, field)| (*field).to_owned()),
            );
        }
        found
    }
}

/// A word in every dress that a column, a log line or a mail may give it, in lower case.
fn needles(text: &str) -> Vec<Vec<u8>> {
    let plain = text.to_ascii_lowercase().into_bytes();
    let hexadecimal =
        |bytes: &[u8]| bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    let mut all = vec![plain.clone(), hexadecimal(text.as_bytes()), hexadecimal(&plain)];
    for (shift, lost) in [(0_usize, 0_usize), (1, 2), (2, 3)] {
        let shifted = [vec![0; shift], text.as_bytes().to_vec()].concat();
        let coded = chassis::crypto::to_base64(&shifted);
        // The last letter also carries bits of what follows.
        let whole = coded.len() - usize::from(shifted.len() % 3 != 0);
        all.push(coded.as_bytes().get(lost..whole).unwrap_or_default().to_ascii_lowercase());
    }
    all.retain(|needle| needle.len() >= HEAD);
    all
}
