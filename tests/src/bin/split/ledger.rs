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

/// A command, and where its mark will stand.
struct Errand {
    who: &'static str,
    path: String,
    body: Value,
    reader: &'static str,
    shown_at: String,
    mark: String,
}

impl Errand {
    fn at(
        path: &str,
        who: &'static str,
        body: Value,
        reader: &'static str,
        shown_at: &str,
        mark: String,
    ) -> Self {
        Self { who, path: path.into(), body, reader, shown_at: shown_at.into(), mark }
    }

    fn unseen() -> Self {
        Self::at("", "admin", json!({}), "admin", "", String::new())
    }
}

fn newcomer(number: u32) -> Errand {
    let name = format!("Zoe{}", mark(number));
    let body = json!({ "role": "patient", "first_name": name, "last_name": "Quist", "phone": "+1 555 0177",
        "email": format!("zoe{number}@demo.example"), "time_zone": "America/New_York" });
    let place = "/api/identity/people";
    Errand::at(place, "admin", body, "admin", place, format!("\"{name}\""))
}

fn entry(number: u32) -> Errand {
    let text = format!("Entry {} of the ledger.", mark(number));
    let body = json!({ "text": text, "shared": false, "session": null });
    let place = "/api/care/journal";
    Errand::at(place, "patient", body, "patient", place, text)
}

/// The end of the count.
pub struct Verdict {
    pub commands: usize,
    pub lost: Vec<String>,
    pub repeated: Vec<String>,
}

impl Ledger {
    /// An empty ledger.
    pub fn open(stage: &Stage, people: &People) -> Self {
        let cast = &people.cast;
        Self {
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
        }
    }

    fn of(&self, role: &str) -> Acting {
        let found = self.people.iter().find(|(name, _)| *name == role);
        found.map_or_else(|| self.people[0].1.clone(), |(_, acting)| acting.clone())
    }

    /// A command of this service that leaves a mark nobody else leaves.
    pub async fn command(&mut self, part: &str) -> anyhow::Result<Entry> {
        let number = self.next;
        self.next += 1;
        let Errand { who, path, body, reader, shown_at, mark } = self.errand(part, number);
        let reader = self.of(reader);
        let before = if shown_at.is_empty() { 0 } else { count(&reader, &shown_at, &mark).await? };
        let name = format!("{part}, {number}");
        Ok(Entry { name, path, body, who: self.of(who), shown_at, reader, mark, before })
    }

    fn errand(&self, part: &str, number: u32) -> Errand {
        match part {
            "scheduling" => self.duty(number),
            "identity" => newcomer(number),
            "safety" => self.reading(number),
            "checkins" => {
                let path = self.path("checkins", "screen-test");
                self.on_the_trail("checkins", "therapist", &path, json!({ "sound_heard": true }), "screen")
            }
            "video" => {
                let connection = json!({ "round_trip_ms": 40, "loss_percent": 0 });
                let check =
                    json!({ "camera": true, "microphone": true, "speaker": true, "connection": connection });
                let path = self.path("video", "device-check");
                self.on_the_trail("video", "patient", &path, check, "device")
            }
            // What it does is seen by the mail server alone.
            "notify" => Errand {
                who: "admin",
                path: "/api/notify/test-mail".into(),
                body: json!({}),
                ..Errand::unseen()
            },
            _care_and_the_gateway => entry(number),
        }
    }

    fn path(&self, service: &str, rest: &str) -> String {
        format!("/api/{service}/sessions/{}/{rest}", self.session)
    }

    fn duty(&self, number: u32) -> Errand {
        let from = now() + i64::from(number) * 3_600_000_000 + 60 * 86_400_000_000;
        let body = json!({ "person": self.on_call, "from_at": from, "until_at": from + 1_800_000_000 });
        let place = "/api/scheduling/on-call";
        Errand::at(place, "coordinator", body, "coordinator", place, format!("\"from_at\":{from},"))
    }

    fn reading(&self, number: u32) -> Errand {
        let rate = 50 + number;
        let body = json!({ "moment": "during", "systolic": 124, "diastolic": 78, "heart_rate": rate, "spo2": 98,
            "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": now() });
        let place = self.path("safety", "vitals");
        Errand::at(&place, "sitter", body, "therapist", &place, format!("\"heart_rate\":{rate},"))
    }

    /// Where no list shows it, the trail does: one row for each time it was done.
    fn on_the_trail(&self, service: &str, who: &'static str, path: &str, body: Value, mark: &str) -> Errand {
        Errand::at(path, who, body, "coordinator", &self.path(service, "trail"), mark.into())
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
