//! What outlives the process and what leaves it: configuration, keys, rows and mail.

use super::{NOOR, beat, dr_lee};
use crate::config::Config;
use crate::keys::Signer;
use crate::mail::Post;
use crate::silence::{Input, Kept, Now, Watch};
use crate::store::Store;
use kernel::time::{Span, Timestamp};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

/// The example of the README.
fn example() -> Value {
    let readme = include_str!("../../README.md");
    serde_json::from_str(readme.split("```json").nth(1).unwrap().split("```").next().unwrap()).unwrap()
}

fn read(config: &Value) -> Result<Config, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), config.to_string()).unwrap();
    Config::read(file.path()).map_err(|error| format!("{error:#}"))
}

#[test]
fn the_example_of_the_readme_is_a_configuration() {
    assert_eq!(read(&example()).unwrap().accounts().count(), 2);
}

#[test]
fn a_configuration_that_could_page_nobody_is_refused_with_a_sentence() {
    let wrong = [
        ("/pagers", json!([]), "pagers: name 1 to 20 addresses"),
        ("/trusted", json!({}), "trusted: name 1 to 16 engine keys"),
        ("/trusted", json!({ "a": "short" }), "trusted: a is no public key"),
        ("/trusted", json!({ "a": "A".repeat(43) }), "anybody could sign for it"),
        ("/origins", json!(["https://clinic.example/"]), "and no more"),
        ("/smtp/from", json!("nobody"), "mail cannot come from its sender"),
        ("/smtp/password", Value::Null, "give user and password, or neither"),
        ("/smtp/tls", json!("none"), "unknown variant `none`"),
    ];
    for (place, value, sentence) in wrong {
        let mut config = example();
        *config.pointer_mut(place).unwrap() = value;
        let error = read(&config).unwrap_err();
        assert!(error.contains(sentence), "{place}: {error}");
    }
}

#[test]
fn the_key_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("watchdog.key");
    let made = Signer::load_or_create(&file).unwrap().public();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Signer::load_or_create(&file).unwrap().public(), made);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Signer::load_or_create(&file).is_err());
}

/// A watch whose engine was heard once and then fell silent: what it keeps, and its first page.
fn silence() -> (Kept, crate::silence::Mail) {
    let at = |seconds| Timestamp::from_micros(1_800_000_000_000_000).plus(Span::seconds(seconds));
    let now = |seconds| Now { steady: at(seconds), wall: at(seconds) };
    let mut watch = Watch::new(dr_lee(), Kept::default(), now(0));
    watch.step(Input::Beat(&beat(1, at(0))), now(0)).unwrap();
    let mut mails = (1..=30).flat_map(|second| watch.step(Input::Tick, now(second)).unwrap());
    let mail = mails.next().unwrap();
    drop(mails);
    (watch.kept(), mail)
}

#[actix_web::test]
async fn what_was_kept_survives_reopening_and_the_newest_wins() {
    let folder = tempfile::tempdir().unwrap();
    let (kept, _) = silence();
    let store = Store::open(folder.path()).await.unwrap();
    assert_eq!(store.kept().await.unwrap(), Kept::default());
    store.keep(&Kept { troubles: [].into(), ..kept.clone() }).await.unwrap();
    store.keep(&kept).await.unwrap();
    // No closing: a process that is killed closes nothing either.
    let again = Store::open(folder.path()).await.unwrap().kept().await.unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&kept).unwrap());
}

#[actix_web::test]
async fn a_page_leaves_by_the_second_account_when_the_first_does_not_take_it() {
    let (Some(first), Some(second)) = (testkit::sink::Sink::start(), testkit::sink::Sink::start()) else {
        return;
    };
    first.behave("refuse 451");
    let account = |sink: &testkit::sink::Sink| {
        let account = sink.account("Watchdog <watchdog@clinic.test>", "pass");
        json!({ "host": account.host, "port": account.port, "user": account.user, "password": account.password,
            "from": account.from, "ca": account.ca })
    };
    let mut config = example();
    (config["smtp"], config["smtp_second"]) = (account(&first), account(&second));
    let (post, (_, page)) = (Post::new(&read(&config).unwrap()).unwrap(), silence());
    let noor = page.to.iter().find(|person| person.as_str() == NOOR).unwrap();
    assert!(post.send(&page, noor).await);
    let (refused, mails) = (first.mails(), second.mails());
    assert_eq!((refused.len(), mails.len()), (0, 1));
    let mail = &mails[0];
    assert_eq!((&mail["to"][0], &mail["message_id"]), (&json!(NOOR), &json!(page.message_id())));
    assert_eq!((&mail["tls"], &mail["auth"]), (&json!(true), &json!(true)));
    assert_eq!(mail["text"].as_str().unwrap().trim(), page.text().trim());
    second.behave("refuse 451");
    assert!(!post.send(&page, noor).await);
}
