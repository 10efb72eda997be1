//! A whole request for every operation of `proto/openapi.json`: what the field rules take, so that only rights and
//! state can refuse it.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What stands for `{session}`, `{patient}` and the rest.
pub type Places = BTreeMap<&'static str, String>;

/// A path with its places filled in. A link by mail is for patients; rooms are entered by anyone.
pub fn path(template: &str, places: &Places) -> String {
    let named = if template.ends_with("/invitation") {
        template.replace("{person}", "{patient}")
    } else {
        template.to_owned()
    };
    places.iter().fold(named, |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
}

/// What a question needs after its path.
pub fn query(template: &str, places: &Places) -> String {
    match template {
        "/api/scheduling/slots" => {
            let from = crate::now();
            let until = from + 3_600_000_000;
            let therapist = places.get("therapist").map_or("", String::as_str);
            format!("?therapist={therapist}&from_at={from}&until_at={until}")
        }
        "/api/scheduling/on-call/calendar" => {
            let from = crate::now();
            format!("?from_at={from}&until_at={}", from + 3_600_000_000)
        }
        "/api/safety/consents" => format!("?session={}", places.get("session").map_or("", String::as_str)),
        _other => String::new(),
    }
}

/// A body that every field rule takes, so that only rights and state can refuse it.
pub fn body(template: &str, role: &str, places: &Places) -> Value {
    let now = crate::now();
    let path = template.split_once("{session}/").map_or(template, |(_, rest)| rest);
    let person = json!({ "first_name": "Ada", "last_name": "Berg", "email": (format!("ada{now}@demo.example")),
        "phone": "+1 555 0103" });
    let with = |more: &[(&str, Value)]| {
        let mut all = person.as_object().cloned().unwrap_or_default();
        all.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Value::from(all)
    };
    match path {
        "/api/identity/sign-in" => {
            json!({ "email": (format!("nobody{now}@demo.example")), "password": "a short sentence", "totp": "123456" })
        }
        "/api/identity/links/redeem"
        | "/api/identity/links/second-contact/question"
        | "/api/checkins/links/peek"
        | "/api/checkins/links/acknowledge"
        | "/api/checkins/links/on-call-confirmation" => json!({ "token": chassis::crypto::random_token() }),
        "/api/identity/links/second-contact" => {
            json!({ "token": chassis::crypto::random_token(), "reachable": true })
        }
        "/api/identity/account" => json!({ "password": "a lamp in the harbour at night" }),
        "/api/identity/account/confirm" => json!({ "totp": "123456" }),
        "/api/identity/people" => {
            with(&[("role", json!("patient")), ("time_zone", json!("America/New_York"))])
        }
        "/api/identity/sitters" => with(&[("adult", json!(true))]),
        "presence" => json!({ "code": "123456" }),
        "sitter-replacement" | "second-contact" => json!({ "person": places.get("person") }),
        "/api/scheduling/availability" => {
            let window = |day: i64| json!({ "weekday": day, "from": "00:00", "until": "24:00" });
            json!({ "time_zone": "America/New_York", "weekly": (1..=7).map(window).collect::<Vec<_>>() })
        }
        "/api/scheduling/bookings" => json!({
            "kind": "dosing", "therapist": places.get("therapist"), "starts_at": now, "sitter": places.get("person"),
            "patient": places.get("patient"), "time_zone": "America/New_York", "local": "2026-12-01T09:00",
            "offset_choice": null, "drill": { "pace": 6 } }),
        "/api/scheduling/on-call" => {
            json!({ "person": places.get("therapist"), "from_at": now, "until_at": now + 3_600_000_000_i64 })
        }
        "/api/scheduling/on-call/weekly" => {
            json!({ "person": places.get("therapist"), "weekday": 1, "from": "20:00",
            "until_weekday": 2, "until": "08:00", "time_zone": "America/New_York" })
        }
        "/api/scheduling/on-call/overrides" => {
            json!({ "person": places.get("therapist"), "from": "2100-01-01T20:00",
            "from_choice": null, "until": "2100-01-02T08:00", "until_choice": null, "time_zone": "America/New_York" })
        }
        "/api/checkins/browsers" => json!({ "endpoint": "https://push.example/table",
            "p256dh": (format!("B{}", "A".repeat(86))), "auth": "A".repeat(22) }),
        _other => clinical(path, role, places, now),
    }
}

fn clinical(path: &str, role: &str, places: &Places, now: i64) -> Value {
    let why = || json!({ "reason": "Asked for by the table." });
    match path {
        "ticket" => json!({ "fingerprint": (["AB"; 32].join(":")), "device": "table-device" }),
        "checklist/{item}" => json!({ "answer": "yes", "reason": null }),
        "address" => json!({ "line1": "12 Harbor Lane", "line2": "", "city": "Oakland", "region": "CA",
            "postal_code": "94607", "country": "US", "entry_notes": "", "emergency_number": "911" }),
        "/api/safety/consents" => json!({ "session": places.get("session"), "version": 1,
            "kind": (if role == "sitter" { "sitter_agreement" } else { "telehealth" }),
            "sha256": "0".repeat(64), "signature": "Made-up name", "answers": {} }),
        "training" => json!({ "answers": {} }),
        "phone-test" => json!({ "sound": true, "vibration": true, "round_trip_ms": 80, "battery_percent": 82,
            "charging": true }),
        "vitals" => {
            json!({ "moment": "during", "systolic": 124, "diastolic": 78, "heart_rate": 68, "spo2": 98,
            "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": now })
        }
        "decision" => json!({ "decision": "proceed", "reason": "Calm, and rested." }),
        "hold" | "hold/clearance" | "/api/scheduling/bookings/cancellation" | "cancellation" => why(),
        "dose/record" => json!({ "taken_at": now, "lozenges": 1, "note": null }),
        "discharge" => {
            let criteria: BTreeMap<_, _> = (1..=13).map(|number| (format!("D{number}"), true)).collect();
            json!({ "criteria": criteria,
                "padss": { "vitals": 2, "gait": 2, "nausea": 2, "intake": 2, "calm": 2 } })
        }
        "discharge/acceptance" => json!({ "restrictions_read_back": true }),
        "end" => json!({ "kind": "handed_over", "reason": "Asked for by the table." }),
        "closure" => json!({ "note": null }),
        "checkins" => json!({ "sequence": 3, "answered_at": now,
            "answers": { "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds" } }),
        "phone" => {
            let point = |letter: &str| format!("BA{}A", letter.repeat(84));
            json!({ "answer_key": (point("a")), "quiet_key": (point("q")) })
        }
        "alarm" => json!({ "kind": "something_wrong" }),
        "screen-test" => json!({ "sound_heard": true }),
        "rehearsals" => json!({ "kind": "sitter_asleep" }),
        "/api/checkins/incidents/{incident}/resolve" => {
            json!({ "outcome": "patient_well_seen", "note": "Seen and well." })
        }
        "/api/care/patients/{patient}/responses" => {
            json!({ "instrument": "phq9", "session": null, "answers": [0, 0, 0, 0, 0, 0, 0, 0, 0] })
        }
        "/api/care/patients/{patient}/dose-orders" => json!({ "strength_mg": 100, "lozenges": 2,
            "hold_minutes": 10, "disposal": "spit", "max_sessions": 6, "min_interval_hours": 72,
            "valid_until_at": now + 86_400_000_000_i64 }),
        "/api/care/journal" => json!({ "text": "A quiet week.", "shared": false, "session": null }),
        "/api/care/journal/{record}/sharing" => json!({ "shared": true }),
        "morning" => {
            json!({ "sleep": 7, "mood": 7, "nausea": 0, "headache": 0, "bladder": 0, "safe": "yes" })
        }
        "device-check" => json!({ "camera": true, "microphone": true, "speaker": true,
            "connection": { "round_trip_ms": 40, "loss_percent": 0 } }),
        _empty => json!({}),
    }
}
