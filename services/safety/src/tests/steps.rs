//! Steps of the day, done as people do them: each is a request or a fact heard.

use super::house::{House, One};
use kernel::role::Role;
use kernel::time::Span;
use proto::events::checkins::{OnCallConfirmed, ScreenTested, WatchArmed};
use proto::events::identity::SitterPresent;
use safety_core::checklist::{self, Who};
use serde_json::{Value, json};

impl House {
    /// Expects success.
    pub(crate) async fn does(&self, one: One, rest: &str, body: Value) -> Value {
        let (status, answer) = self.post(one, rest, &body).await;
        assert_eq!(status, 200, "{one:?} {rest}: {answer}");
        answer
    }

    /// Who of us has this role.
    pub(crate) fn one(role: Role) -> One {
        match role {
            Role::Patient => One::Sam,
            Role::Sitter => One::Ana,
            Role::Therapist => One::DrLee,
            Role::Prescriber => One::Ida,
            Role::Coordinator | Role::Admin | Role::Auditor => One::Mia,
        }
    }

    /// Everything but `left_out`, done as people do it; then all three press ready.
    pub(crate) async fn everything_but(&self, left_out: &str) {
        for one in [One::DrLee, One::Sam, One::Ana] {
            self.does(one, "arrival", json!({})).await;
        }
        self.papers(left_out).await;
        self.facts(left_out).await;
        for (_, item) in checklist::all().filter(|(_, item)| item.id != left_out) {
            let roles = match item.who {
                Who::All(roles) => roles,
                Who::Any(roles) => roles.split_at(1).0,
                Who::Nobody => &[],
            };
            for role in roles {
                self.says(Self::one(*role), item.id, "yes").await;
            }
        }
        self.measures(left_out).await;
        for (id, one) in
            [("READY-PATIENT", One::Sam), ("READY-SITTER", One::Ana), ("READY-THERAPIST", One::DrLee)]
        {
            if id != left_out {
                self.does(one, "ready", json!({})).await;
            }
        }
    }

    pub(crate) async fn says(&self, one: One, item: &str, answer: &str) {
        self.does(one, &format!("checklist/{item}"), json!({"answer": answer, "reason": null})).await;
    }

    async fn papers(&self, left_out: &str) {
        for one in [One::Sam, One::Ana] {
            let (_, texts) = self.get(one, &format!("/consents?session={}", self.session)).await;
            for text in texts.as_array().unwrap() {
                let left = match text["kind"].as_str().unwrap() {
                    "sitter_agreement" => "ST-AGREE",
                    _patients => "TH-CONS",
                };
                if left != left_out {
                    self.does(one, "/consents", self.signature(text)).await;
                }
            }
        }
        if left_out != "ST-TRAIN" {
            let answers = json!({"T1": "c", "T2": "a", "T3": "b", "T4": "c", "T5": "a"});
            assert_eq!(self.does(One::Ana, "training", json!({"answers": answers})).await["passed"], true);
        }
        if left_out != "ST-PHONE" {
            self.does(One::Ana, "phone-test", phone(90)).await;
        }
        if left_out != "PT-LOC" {
            self.does(One::Sam, "address", address()).await;
        }
    }

    /// A signature under this text, with the right answers.
    pub(crate) fn signature(&self, text: &Value) -> Value {
        let kind = safety_core::consent::Kind::read(text["kind"].as_str().unwrap()).unwrap();
        let answers: serde_json::Map<String, Value> = kind
            .text()
            .questions
            .iter()
            .map(|question| {
                let right = question.choices.iter().find(|choice| choice.right).unwrap();
                (question.id.to_owned(), right.id.into())
            })
            .collect();
        json!({"session": self.session, "kind": text["kind"], "version": text["version"],
               "sha256": text["sha256"], "signature": "Sam", "answers": answers})
    }

    async fn facts(&self, left_out: &str) {
        let (session, at) = (self.session, self.now());
        self.stands(left_out).await;
        if left_out != "ST-PRES" {
            self.hear(&SitterPresent { session, person: self.person(One::Ana), at }).await;
        }
        if left_out != "RX-CALL" {
            self.hear(&OnCallConfirmed { session, person: self.person(One::Noor), at }).await;
        }
        if left_out != "WATCH-SCREEN" {
            self.hear(&ScreenTested { session, person: self.person(One::DrLee), heard: true, at }).await;
        }
        if left_out != "WATCH-ARMED" {
            self.hear(&WatchArmed { session, at }).await;
        }
    }

    async fn measures(&self, left_out: &str) {
        let spo2 = if left_out == "PT-SPO2" { Value::Null } else { json!(98) };
        let systolic = match left_out {
            "PT-BP" => 170,
            "RX-AMB" => 150,
            _calm => 120,
        };
        for _reading in 0..2 {
            let mut reading = self.reading("before", systolic);
            reading["spo2"] = spo2.clone();
            self.does(One::DrLee, "vitals", reading).await;
            self.pass(Span::minutes(1)).await;
        }
    }

    pub(crate) fn reading(&self, moment: &str, systolic: u16) -> Value {
        json!({"moment": moment, "systolic": systolic, "diastolic": 75, "heart_rate": 70, "spo2": 98,
               "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": self.now()})
    }

    /// The ids that keep the gate closed, as the therapist reads them.
    pub(crate) async fn red(&self) -> Vec<String> {
        let (_, gate) = self.get(One::DrLee, "gate").await;
        ids_of(&gate["red"], "id")
    }

    /// Through the open gate: the therapist begins, the sitter witnesses.
    pub(crate) async fn dose(&self) {
        self.does(One::DrLee, "dose/offer", json!({})).await;
        self.does(One::Ana, "dose/witness", json!({})).await;
    }

    pub(crate) async fn phase(&self) -> String {
        let (_, session) = self.get(One::DrLee, &format!("/sessions/{}", self.session)).await;
        session["phase"].as_str().unwrap_or("unknown").to_owned()
    }
}

/// That field of every row.
pub(crate) fn ids_of(rows: &Value, field: &str) -> Vec<String> {
    let rows = rows.as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

pub(crate) fn phone(battery_percent: u8) -> Value {
    json!({"sound": true, "vibration": true, "round_trip_ms": 80, "battery_percent": battery_percent, "charging": true})
}

pub(crate) fn address() -> Value {
    json!({"line1": "12 Elm Street", "line2": null, "city": "Springfield", "region": "OR",
           "postal_code": "97477", "country": "US", "entry_notes": "Blue door", "emergency_number": "911"})
}

/// The discharge sheet with everything met.
pub(crate) fn sheet() -> Value {
    let criteria: serde_json::Map<String, Value> =
        (1..=13).map(|number| (format!("D{number}"), true.into())).collect();
    json!({"criteria": criteria, "padss": {"vitals": 2, "gait": 2, "nausea": 2, "intake": 2, "calm": 2}})
}
