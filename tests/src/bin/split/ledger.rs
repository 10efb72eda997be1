//! What the driver was told was done, and what the screens say of it in the end.

use crate::Stage;
use crate::job::People;
use holdspace::inside::Acting;
use serde_json::{Value, json};
use tests::now;

/// One command with a mark of its own, and where the mark must stand afterwards.
pub struct Entry {
    /// What the therapist would call it.
    pub name: String,
    /// Where it is sent.
    pub path: String,
    /// What is sent.
    pub body: Value,
    /// Who sends it.
    pub who: Acting,
    /// Where its mark is read…
    shown_at: String,
    /// …and by whom.
    reader: Acting,
    /// What must stand there, once.
    mark: String,
    /// How often it stood there before.
    before: usize,
}

/// Every command that was answered well.
pub struct Ledger {
    session: String,
    on_call: String,
    people: [(&'static str, Acting); 5],
    done: Vec<Entry>,
    next: u32,
}

/// The end of the count.
pub struct Verdict {
    pub commands: usize,
    pub lost: Vec<String>,
    pub repeated: Vec<String>,
}

impl Ledger {
    /// An empty ledger.
    pub async fn open(stage: &Stage, people: &People) -> anyhow::Result<Self> {
        let cast = &people.cast;
        Ok(Self {
            session: cast.session.to_string(),
            on_call: stage.id("noor"),
            people: [
                ("patient", cast.patient.clone()),
                ("sitter", cast.sitter.clone()),
                ("therapist", cast.therapist.clone()),
                ("coordinator", people.coordinator.clone()),
                ("admin", people.admin.clone()),
            ],
            done: vec![],
            next: 1,
        })
    }

    fn of(&self, role: &str) -> Acting {
        let found = self.people.iter().find(|(name, _)| *name == role);
        found.map_or_else(|| self.people[0].1.clone(), |(_, acting)| acting.clone())
    }

    /// A command of this service that leaves a mark nobody else leaves.
    pub async fn command(&mut self, part: &str) -> anyhow::Result<Entry> {
        let number = self.next;
        self.next += 1;
        let session = self.session.clone();
        let in_session = |service: &str, rest: &str| format!("/api/{service}/sessions/{session}/{rest}");
        let (who, path, body, reader, shown_at, mark) = match part {
            "scheduling" => {
                let from = now() + i64::from(number) * 3_600_000_000 + 60 * 86_400_000_000;
                let duty =
                    json!({ "person": self.on_call, "from_at": from, "until_at": from + 1_800_000_000 });
                (
                    "coordinator",
                    "/api/scheduling/on-call".into(),
                    duty,
                    "coordinator",
                    "/api/scheduling/on-call".into(),
                    format!("\"from_at\":{from},"),
                )
            }
            "identity" => {
                let name = format!("Zoe{}", mark(number));
                let person = json!({ "role": "patient", "first_name": name, "last_name": "Quist",
                    "email": format!("zoe{number}@demo.example"), "phone": "+1 555 0177",
                    "time_zone": "America/New_York" });
                (
                    "admin",
                    "/api/identity/people".into(),
                    person,
                    "admin",
                    "/api/identity/people".into(),
                    format!("\"{name}\""),
                )
            }
            "safety" => {
                let rate = 50 + number;
                let reading = json!({ "moment": "during", "systolic": 124, "diastolic": 78, "heart_rate": rate,
                    "spo2": 98, "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": now() });
                (
                    "sitter",
                    in_session("safety", "vitals"),
                    reading,
                    "therapist",
                    in_session("safety", "vitals"),
                    format!("\"heart_rate\":{rate},"),
                )
            }
            "checkins" => {
                let test = json!({ "sound_heard": true });
                (
                    "therapist",
                    in_session("checkins", "screen-test"),
                    test,
                    "coordinator",
                    in_session("checkins", "trail"),
                    "screen".into(),
                )
            }
            "video" => {
                let check = json!({ "camera": true, "microphone": true, "speaker": true,
                    "connection": { "round_trip_ms": 40, "loss_percent": 0 } });
                (
                    "patient",
                    in_session("video", "device-check"),
                    check,
                    "coordinator",
                    in_session("video", "trail"),
                    "device".into(),
                )
            }
            "notify" => {
                ("admin", "/api/notify/test-mail".into(), json!({}), "admin", String::new(), String::new())
            }
            _care_and_the_gateway => {
                let text = format!("Entry {} of the ledger.", mark(number));
                let entry = json!({ "text": text, "shared": false, "session": null });
                ("patient", "/api/care/journal".into(), entry, "patient", "/api/care/journal".into(), text)
            }
        };
        let reader = self.of(reader);
        let before = if shown_at.is_empty() { 0 } else { count(&reader, &shown_at, &mark).await? };
        Ok(Entry {
            name: format!("{part}, {number}"),
            path,
            body,
            who: self.of(who),
            shown_at,
            reader,
            mark,
            before,
        })
    }

    /// It was answered well.
    pub fn keep(&mut self, entry: Entry) {
        self.done.push(entry);
    }

    /// Every entry is where it belongs, once more than before.
    pub async fn settle(&self) -> anyhow::Result<Verdict> {
        let mut verdict = Verdict { commands: self.done.len(), lost: vec![], repeated: vec![] };
        for entry in self.done.iter().filter(|entry| !entry.shown_at.is_empty()) {
            let found = count(&entry.reader, &entry.shown_at, &entry.mark).await?;
            // Marks in a trail are alike: there each later entry adds one.
            let later = self.done.iter().filter(|other| {
                other.shown_at == entry.shown_at && other.mark == entry.mark && other.before >= entry.before
            });
            let expected = entry.before + later.count();
            if found < expected {
                verdict.lost.push(entry.name.clone());
            } else if found > expected {
                verdict.repeated.push(format!("{}: {found} in place of {expected}", entry.name));
            }
        }
        Ok(verdict)
    }
}

/// Letters for a number, so that no mark is part of another.
fn mark(number: u32) -> String {
    format!("x{number:04}x")
}

async fn count(reader: &Acting, path: &str, mark: &str) -> anyhow::Result<usize> {
    Ok(reader.get(path).await?.to_string().matches(mark).count())
}
