//! Alarms in browsers, against a push service that takes them or not, and a browser that really reads them.

use crate::house::{House, Person};
use crate::ladder::agree_on;
use crate::rows;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::config::Config;
use chassis::config::channels::WebPush;
use kernel::id::SessionId;
use kernel::time::Span;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::point::AffineCoordinates as _;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{ProjectivePoint, PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A browser: a key pair and a secret, and what it reads with them.
struct Browser {
    secret: SecretKey,
    auth: Vec<u8>,
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand(key: &Prk, purpose: &[&[u8]], length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    key.expand(purpose, Length(length)).unwrap().fill(&mut bytes).unwrap();
    bytes
}

impl Browser {
    fn new(number: u8) -> Self {
        Self { secret: SecretKey::from_slice(&[number; 32]).unwrap(), auth: vec![number; 16] }
    }

    fn point(&self) -> Vec<u8> {
        self.secret.public_key().to_encoded_point(false).as_bytes().to_vec()
    }

    /// RFC 8291, from the browser's side.
    fn read(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = body.split_at(16);
        assert_eq!(rest[..5], [0, 0, 16, 0, 65], "one record of 4096, a point of 65");
        let (theirs, record) = rest[5..].split_at(65);
        let point = PublicKey::from_sec1_bytes(theirs).unwrap();
        let shared = ProjectivePoint::from(*point.as_affine()) * *self.secret.to_nonzero_scalar();
        let key = Salt::new(HKDF_SHA256, &self.auth).extract(&shared.to_affine().x());
        let secret = expand(&key, &[b"WebPush: info\0", &self.point(), theirs], 32);
        let key = Salt::new(HKDF_SHA256, salt).extract(&secret);
        let content = expand(&key, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = expand(&key, &[b"Content-Encoding: nonce\0"], 12).try_into().unwrap();
        let content = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content).unwrap());
        let mut record = record.to_vec();
        let plain =
            content.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record).ok()?;
        let (last, plain) = plain.split_last()?;
        assert_eq!(*last, 2, "the last record");
        Some(plain.to_vec())
    }
}

/// One message at the push service.
#[derive(Clone)]
struct Pushed {
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// A push service: it answers 201, or whatever is set for a path.
#[derive(Clone)]
struct Service {
    pushed: Arc<Mutex<Vec<Pushed>>>,
    url: String,
}

impl Service {
    fn start() -> Self {
        let pushed = Arc::<Mutex<Vec<Pushed>>>::default();
        let shared = Arc::clone(&pushed);
        let server = HttpServer::new(move || {
            let shared = Arc::clone(&shared);
            let take = move |request: HttpRequest, body: Bytes| {
                let headers = request.headers().iter();
                let headers =
                    headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
                let (path, headers) = (request.path().to_owned(), headers.collect());
                let status = if path.starts_with("/gone") { StatusCode::GONE } else { StatusCode::CREATED };
                shared.lock().unwrap().push(Pushed { path, headers, body: body.to_vec() });
                async move { HttpResponse::new(status) }
            };
            App::new().default_service(web::to(take))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(0).bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Self { pushed, url }
    }

    fn pushed(&self, path: &str) -> Vec<Pushed> {
        self.pushed.lock().unwrap().iter().filter(|one| one.path == path).cloned().collect()
    }
}

fn set_up(config: &mut Config) {
    config.web_push = Some(WebPush { contact: "mailto:ops@clinic.test".into(), inside: true });
    config.demo = true;
}

fn registration(endpoint: &str, browser: &Browser) -> Value {
    let (p256dh, auth) = (URL_SAFE_NO_PAD.encode(browser.point()), URL_SAFE_NO_PAD.encode(&browser.auth));
    json!({ "endpoint": endpoint, "p256dh": p256dh, "auth": auth })
}

async fn registers(house: &House, who: Person, endpoint: &str, browser: &Browser) -> Value {
    let (status, kept) = house.post(who, "/browsers", registration(endpoint, browser)).await;
    assert_eq!(status, StatusCode::OK, "{kept}");
    kept["id"].clone()
}

/// Silence, and the step that tells whoever is on call in their browsers.
async fn alarmed(house: &House) -> SessionId {
    let rungs = [
        json!({ "after_seconds": 0, "who": ["therapist"], "channels": ["screen"], "order": "parallel" }),
        json!({ "after_seconds": 10, "who": ["on_call"], "channels": ["push"], "order": "parallel" }),
    ];
    agree_on(house, &json!({ "rungs": rungs, "repeat_seconds": 120, "hold_seconds": 60 })).await;
    let session = house.dosed().await;
    house.pass(Span::minutes(7)).await;
    house.pass(Span::seconds(10)).await;
    session
}

async fn until(house: &House, session: SessionId, came: &[&str]) {
    house.awaited(async || (rows::came(house, session).await == came).then_some(())).await;
}

#[test]
fn the_browser_of_these_tests_reads_the_example_of_rfc_8291() {
    let secret = SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap();
    let browser = Browser { secret, auth: bytes("BTBZMqHH6r4Tts7J_aSIgg") };
    let body = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w\
                EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    assert_eq!(browser.read(&bytes(body)).unwrap(), b"When I grow up, I want to be a watermelon");
}

#[actix_web::test]
async fn a_browser_is_told_what_only_it_can_read_and_nothing_personal() {
    let service = Service::start();
    House::set_up(set_up, async |house| {
        let path = format!("/push/{}", house.noor.id);
        let browser = Browser::new(7);
        registers(house, house.noor, &format!("{}{path}", service.url), &browser).await;
        let session = alarmed(house).await;
        until(house, session, &["2 Noor push accepted"]).await;
        let pushed = service.pushed(&path).remove(0);
        let shown: Value = serde_json::from_slice(&browser.read(&pushed.body).unwrap()).unwrap();
        assert_eq!(shown["title"], "Please look now");
        let said = shown.to_string().to_lowercase();
        for word in ["sam", "ana", "noor", "ketamine", "missed", "patient", &session.to_string()] {
            assert!(!said.contains(word), "{word} in {said}");
        }
        assert!(Browser::new(8).read(&pushed.body).is_none(), "another browser reads it");
        let header = |name: &str| pushed.headers[name].as_str();
        assert_eq!(
            (header("ttl"), header("urgency"), header("content-encoding")),
            ("300", "high", "aes128gcm")
        );
    })
    .await;
}

#[actix_web::test]
async fn a_push_service_knows_us_by_a_signature_that_is_made_for_it_and_ends() {
    let service = Service::start();
    House::set_up(set_up, async |house| {
        let path = format!("/push/{}", house.noor.id);
        registers(house, house.noor, &format!("{}{path}", service.url), &Browser::new(7)).await;
        let session = alarmed(house).await;
        until(house, session, &["2 Noor push accepted"]).await;
        let (_, known) = house.get(house.noor, "/browsers").await;
        let pushed = service.pushed(&path).remove(0);
        let (token, key) =
            pushed.headers["authorization"].strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(known["key"], key);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = VerifyingKey::from_sec1_bytes(&bytes(key)).unwrap();
        key.verify(signed.as_bytes(), &Signature::from_slice(&bytes(signature)).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).unwrap();
        let valid = claims["exp"].as_i64().unwrap() - house.now().seconds();
        assert_eq!((&claims["aud"], &claims["sub"]), (&json!(service.url), &json!("mailto:ops@clinic.test")));
        assert!((1..=86_400).contains(&valid), "{valid} s");
    })
    .await;
}

#[actix_web::test]
async fn a_browser_that_is_gone_is_dropped_and_the_next_channel_has_the_alarm() {
    let service = Service::start();
    House::set_up(set_up, async |house| {
        registers(house, house.noor, &format!("{}/gone/{}", service.url, house.noor.id), &Browser::new(7))
            .await;
        let session = alarmed(house).await;
        house
            .awaited(async || {
                rows::came(house, session).await.contains(&"2 Noor mail accepted".to_owned()).then_some(())
            })
            .await;
        let (_, known) = house.get(house.noor, "/browsers").await;
        assert_eq!(known["browsers"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn one_browser_that_takes_it_is_enough_and_the_other_one_is_dropped() {
    let service = Service::start();
    House::set_up(set_up, async |house| {
        let live = registers(
            house,
            house.noor,
            &format!("{}/push/{}", service.url, house.noor.id),
            &Browser::new(7),
        )
        .await;
        registers(house, house.noor, &format!("{}/gone/{}", service.url, house.noor.id), &Browser::new(8))
            .await;
        let session = alarmed(house).await;
        until(house, session, &["2 Noor push accepted"]).await;
        let (_, known) = house.get(house.noor, "/browsers").await;
        let left: Vec<_> = known["browsers"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(left, [&live]);
    })
    .await;
}

#[actix_web::test]
async fn a_browser_is_kept_once_belongs_to_who_registered_it_last_and_is_theirs_to_take_out() {
    House::set_up(set_up, async |house| {
        let (endpoint, browser) = ("https://push.example/one", Browser::new(7));
        registers(house, house.noor, endpoint, &browser).await;
        let again = registers(house, house.dr_lee, endpoint, &browser).await;
        assert_eq!(house.get(house.noor, "/browsers").await.1["browsers"], json!([]));
        let path = format!("/browsers/{}/removal", again.as_str().unwrap());
        for (who, left) in [(house.noor, 1), (house.dr_lee, 0)] {
            assert_eq!(house.post(who, &path, json!({})).await.0, StatusCode::OK);
            let (_, known) = house.get(house.dr_lee, "/browsers").await;
            assert_eq!(known["browsers"].as_array().unwrap().len(), left, "{}", who.name);
        }
        for number in 1..=7 {
            registers(house, house.noor, &format!("https://push.example/{number}"), &browser).await;
        }
        let (_, known) = house.get(house.noor, "/browsers").await;
        assert_eq!(known["browsers"].as_array().unwrap().len(), 5);
    })
    .await;
}

#[actix_web::test]
async fn what_a_browser_says_of_itself_is_not_believed() {
    let outside = |config: &mut Config| {
        config.web_push = Some(WebPush { contact: "mailto:ops@clinic.test".into(), inside: false });
    };
    House::set_up(outside, async |house| {
        let browser = Browser::new(7);
        for endpoint in [
            "https://127.0.0.1/a",
            "https://169.254.169.254/a",
            "http://push.example/a",
            "https://database/a",
        ] {
            let (status, problem) =
                house.post(house.noor, "/browsers", registration(endpoint, &browser)).await;
            assert_eq!(
                (status, &problem["fields"][0]["name"]),
                (StatusCode::UNPROCESSABLE_ENTITY, &json!("endpoint"))
            );
        }
        let mut wrong = registration("https://push.example/a", &browser);
        wrong["p256dh"] = json!(URL_SAFE_NO_PAD.encode([4; 65]));
        let (status, problem) = house.post(house.noor, "/browsers", wrong).await;
        assert_eq!(
            (status, &problem["fields"][0]["name"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("p256dh"))
        );
    })
    .await;
}

#[actix_web::test]
async fn where_it_is_not_set_up_that_is_said_and_nobody_is_told_that_way() {
    House::on_every_store(async |house| {
        let (status, problem) = house
            .post(house.noor, "/browsers", registration("https://push.example/a", &Browser::new(7)))
            .await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("push.not_set_up")));
        assert_eq!(house.get(house.noor, "/browsers").await.1["key"], Value::Null);
        let (_, ladder) = house.get(house.noor, "/ladder").await;
        let missing = ladder["missing"].as_array().unwrap();
        assert!(missing.contains(&json!("No alarm goes out to browsers: set up [web_push].")), "{missing:?}");
    })
    .await;
}
