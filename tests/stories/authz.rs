//! Who may do what, asked of a real house: every cell of `tests/authz.txt` is a request (house.md §2.8, rule 10).

use crate::documents::operations;
use crate::planted::{breaks, house, keeps};
use anyhow::Context as _;
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::ids;
use holdspace::demo::{clinic, session};
use holdspace::house::House;
use holdspace::inside::Inside;
use identity::NewPerson;
use kernel::id::PersonId;
use kernel::role::Role;
use kernel::time::Pace;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use tests::caller::{Answer, Caller};
use tests::requests::{self, Places};

/// The columns.
const ROLES: [&str; 8] =
    ["stranger", "patient", "sitter", "therapist", "prescriber", "coordinator", "admin", "auditor"];
/// These end something, so they come last and in this order. Within a row, refusals come before what is let in.
const LAST: &[&str] =
    &["/removals/", "/discharge", "/cancellation", "/end", "/closure", "/sitter-revocation"];

/// One row: a word for each role.
type Row = [String; 8];
type Table = BTreeMap<String, Row>;

fn table(text: &str) -> (Table, Vec<String>) {
    let (mut table, mut faults) = (Table::new(), vec![]);
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let mut words = line.split_whitespace().map(str::to_owned);
        let operation = words.by_ref().take(2).collect::<Vec<_>>().join(" ");
        let cells: Vec<String> = words.collect();
        let is_known = cells.iter().all(|cell| ["yes", "401", "403", "404"].contains(&cell.as_str()));
        match Row::try_from(cells) {
            Ok(row) if is_known => {
                if table.insert(operation.clone(), row).is_some() {
                    faults.push(format!("{operation} has two rows"));
                }
            }
            Ok(_) | Err(_) => faults.push(format!("{operation} has not eight cells of yes, 401, 403 or 404")),
        }
    }
    (table, faults)
}

/// Rows without an operation, and operations without a row.
fn strays(table: &Table, document: &Value) -> Vec<String> {
    let documented: BTreeMap<_, _> = operations(document).into_iter().collect();
    let missing = documented.keys().filter(|operation| !table.contains_key(*operation));
    let superfluous = table.keys().filter(|operation| !documented.contains_key(*operation));
    missing
        .map(|operation| format!("{operation} has no row"))
        .chain(superfluous.map(|operation| format!("{operation} is no operation")))
        .collect()
}

/// A route that says it needs no cookie lets a stranger in, and no other does.
fn doors_that_say_otherwise(table: &Table, document: &Value) -> Vec<String> {
    let wrong = operations(document).into_iter().filter(|(operation, said)| {
        let is_public = said["security"] == json!([{}]);
        table.get(operation).is_some_and(|row| (row[0] == "yes") != is_public)
    });
    wrong
        .map(|(operation, _)| format!("{operation}: openapi.json and the table differ about strangers"))
        .collect()
}

/// What an answer says about rights. A rule of the domain may refuse someone who was let in: it has a code of its own.
fn verdict(answer: &Answer) -> Result<&'static str, String> {
    match (answer.status, answer.body["code"].as_str().unwrap_or_default()) {
        (401, "auth.invalid") => Ok("401"),
        (403, "auth.forbidden") => Ok("403"),
        (404, "not_found") => Ok("404"),
        // Neither the guard's words nor the handler's: nothing is proven.
        (status @ (404 | 405 | 429 | 500..), code) if !code.contains('.') || status >= 429 => {
            Err(format!("{status} {code}"))
        }
        _let_in => Ok("yes"),
    }
}

/// One cell that is not so.
fn fault(operation: &str, role: &str, wanted: &str, answer: &Answer) -> Option<String> {
    match verdict(answer) {
        Ok(found) if found == wanted => None,
        Ok(found) => {
            Some(format!("{operation} for {role}: {found}, not {wanted} ({} {})", answer.status, answer.body))
        }
        Err(found) => Some(format!("{operation} for {role}: {found} says nothing about {wanted}")),
    }
}

/// A house with a session under way, and a browser for each role.
struct World {
    callers: BTreeMap<&'static str, Caller>,
    links: BTreeMap<&'static str, String>,
    places: Places,
    _folder: tempfile::TempDir,
    _house: House,
}

impl World {
    async fn stand_up() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let socket = TcpListener::bind(("127.0.0.1", 0))?;
        let port = socket.local_addr()?.port();
        let pace = Pace::new(6)?;
        let config = Config {
            data_dir: folder.path().into(),
            public_url: format!("http://localhost:{port}"),
            demo: true,
            demo_pace: pace,
            workers: 1,
            ..Config::default()
        };
        let house = House::stand_up(config, Clock::system()).await?;
        let inside = Inside::new(&house.ground, &house.mounted).await?;
        let people = clinic::found(&house, &inside).await?;
        let auditor = auditor(&house, &people).await?;
        let session = session::tell(&house, &inside, &people, pace).await?;
        actix_web::rt::spawn(house.gateway.clone().listen());
        actix_web::rt::spawn(house.gateway.serve(socket)?);
        let (mut callers, mut links) = (BTreeMap::new(), BTreeMap::new());
        callers.insert("stranger", Caller::new("stranger", port));
        let others = [("admin", people.admin), ("auditor", auditor)];
        for (role, person) in people.by_role().into_iter().chain(others) {
            let scope = (role == "sitter").then_some(session);
            let link = house.identity.demonstration(people.clinic, person, scope).await;
            let link = format!("#{}", link.map_err(|failure| anyhow::anyhow!("{failure}"))?);
            let caller = Caller::new(role, port);
            caller.enter(&link).await?;
            callers.insert(role, caller);
            links.insert(role, link);
        }
        present(&callers, &session.to_string()).await?;
        let mut places = BTreeMap::from([
            ("session", session.to_string()),
            ("person", people.sitter.to_string()),
            ("patient", people.patient.to_string()),
            ("therapist", people.therapist.to_string()),
            ("prescriber", people.prescriber.to_string()),
            ("item", "PT-FOOD".to_owned()),
            ("instrument", "phq9".to_owned()),
        ]);
        places.extend(things(&callers, &session.to_string(), &people.therapist.to_string()).await?);
        Ok(Self { callers, links, places, _folder: folder, _house: house })
    }

    async fn ask(&self, operation: &str, role: &'static str) -> anyhow::Result<Answer> {
        let (method, template) = operation.split_once(' ').context("a method and a path")?;
        let path = requests::path(template, &self.places);
        let caller = &self.callers[role];
        let answer = if method == "GET" {
            caller.get(&format!("{path}{}", requests::query(template, &self.places))).await?
        } else {
            caller.post(&path, &requests::body(template, role, &self.places)).await?
        };
        // Whoever signed out comes back; whoever opened another door goes on as themselves.
        if ["/sign-out", "/links/redeem"].iter().any(|end| template.ends_with(end))
            && let Some(link) = self.links.get(role)
        {
            caller.enter(link).await?;
            if role == "sitter" {
                present(&self.callers, &self.places["session"]).await?;
            }
        }
        Ok(answer)
    }
}

/// The sitter types the six digits on the patient's screen, unless her being there was proven before.
async fn present(callers: &BTreeMap<&'static str, Caller>, session: &str) -> anyhow::Result<()> {
    let at = format!("/api/identity/sessions/{session}/presence");
    let shown = callers["patient"].get(&format!("{at}-code")).await?;
    if shown.body["code"] == "presence.proven" {
        return Ok(());
    }
    let typed = json!({ "code": shown.good()?["code"] });
    callers["sitter"].post(&at, &typed).await?.good().map(drop)
}

async fn auditor(house: &House, people: &clinic::People) -> anyhow::Result<PersonId> {
    let person: PersonId = ids::fresh();
    let new = NewPerson {
        role: Role::Auditor,
        first_name: "Rui".into(),
        last_name: "Costa".into(),
        email: "auditor@demo.example".into(),
        phone: "+1 555 0102".into(),
        time_zone: "America/New_York".into(),
        named_by: None,
    };
    let enrolled = house.identity.enrol(people.clinic, person, &new).await;
    enrolled.map_err(|failure| anyhow::anyhow!("{failure}"))?;
    Ok(person)
}

/// An incident, a call for support and a page of a journal: things that paths name.
async fn things(
    callers: &BTreeMap<&'static str, Caller>,
    session: &str,
    therapist: &str,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let alarm = format!("/api/checkins/sessions/{session}/alarm");
    let support = format!("/api/checkins/sessions/{session}/support");
    let page = json!({ "text": "A quiet week.", "shared": false, "session": null });
    let word = |answer: Value, name: &str| answer[name].as_str().map(str::to_owned).context("no id");
    callers["therapist"].post(&alarm, &json!({ "kind": "something_wrong" })).await?.good()?;
    let open = callers["therapist"].get("/api/checkins/incidents?open=true").await?.good()?;
    let asked = callers["patient"].post(&support, &json!({})).await?.good()?;
    let kept = callers["patient"].post("/api/care/journal", &page).await?.good()?;
    let duty = json!({ "person": therapist, "weekday": 1, "from": "20:00", "until_weekday": 2, "until": "08:00",
        "time_zone": "America/New_York" });
    let duty = callers["coordinator"].post("/api/scheduling/on-call/weekly", &duty).await?.good()?;
    Ok(vec![
        ("entry", word(duty, "id")?),
        ("browser", session.to_owned()),
        ("incident", word(open[0].clone(), "id")?),
        ("support", word(asked, "id")?),
        ("record", word(kept, "record")?),
    ])
}

fn rank(operation: &str) -> usize {
    LAST.iter().position(|end| operation.contains(end)).map_or(0, |place| place + 1)
}

#[actix_web::test]
async fn every_role_may_do_what_the_table_says_and_nothing_else() {
    let text = fs::read_to_string(house().join("tests/authz.txt")).unwrap();
    let document = fs::read_to_string(house().join("proto/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let (table, mut faults) = table(&text);
    faults.extend(strays(&table, &document));
    faults.extend(doors_that_say_otherwise(&table, &document));
    keeps("Every operation has one row in tests/authz.txt, written by hand.", &faults);
    let world = World::stand_up().await.unwrap();
    let mut rows: Vec<_> = table.iter().collect();
    rows.sort_by_key(|(operation, _)| rank(operation));
    let mut asked = 0;
    for (operation, row) in rows {
        let mut cells: Vec<_> = ROLES.into_iter().zip(row).collect();
        cells.sort_by_key(|(_, wanted)| *wanted == "yes");
        for (role, wanted) in cells {
            let answer = world.ask(operation, role).await.unwrap();
            faults.extend(fault(operation, role, wanted, &answer));
            asked += 1;
        }
    }
    assert_eq!(asked, table.len() * ROLES.len());
    keeps("tests/authz.txt says who may do what; the house says otherwise.", &faults);
}

#[test]
fn rule_10_notices_a_wrong_cell_a_missing_row_and_a_superfluous_one() {
    let said = json!({ "security": [{}] });
    let document = json!({ "paths": { "/api/a": { "get": said }, "/api/b": { "post": {} } } });
    let (rows, faults) =
        table("GET /api/a yes yes yes yes yes yes yes yes\nGET /api/c 401 yes yes yes yes yes yes yes\n");
    breaks(&faults, &[]);
    breaks(&strays(&rows, &document), &["POST /api/b has no row", "GET /api/c is no operation"]);
    breaks(&doors_that_say_otherwise(&rows, &document), &[]);
    breaks(
        &doors_that_say_otherwise(&table("POST /api/b yes 403 403 403 403 403 403 403").0, &document),
        &["POST /api/b"],
    );
    breaks(
        &table("GET /api/a yes 403\nGET /api/b 401 200 403 403 403 403 403 403").1,
        &["GET /api/a", "GET /api/b"],
    );
    let refused = |status: u16, code: &str| Answer { status, body: json!({ "code": code }) };
    let wrong = fault("GET /api/a", "patient", "yes", &refused(403, "auth.forbidden"));
    breaks(&wrong.into_iter().collect::<Vec<_>>(), &["GET /api/a for patient: 403, not yes"]);
    let open = fault("GET /api/a", "sitter", "403", &refused(409, "session.phase"));
    breaks(&open.into_iter().collect::<Vec<_>>(), &["GET /api/a for sitter: yes, not 403"]);
    assert!(fault("GET /api/a", "sitter", "yes", &refused(429, "rate.limited")).is_some());
}
