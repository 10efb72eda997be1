//! Speaking to Janus: JSON over a WebSocket, one session for each person.

use crate::time::wait_for;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket};

/// Janus takes a moment to start.
const OPEN_WITHIN: Duration = Duration::from_secs(10);
/// Longer than it ever takes to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A session. Dropping it ends what was attached to it.
pub struct Talk {
    socket: WebSocket<TcpStream>,
    session: u64,
}

/// A handle of the plugin that has rooms: a publisher or a subscriber.
#[derive(Debug, Clone, Copy)]
pub struct Handle(u64);

impl Talk {
    /// Opens a session.
    ///
    /// # Errors
    /// When there is no Janus.
    pub fn open(janus: SocketAddr) -> anyhow::Result<Self> {
        let stream = wait_for("Janus", OPEN_WITHIN, || TcpStream::connect(janus).ok())?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        let mut request = format!("ws://{janus}").into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("janus-protocol"));
        let (socket, _response) =
            tungstenite::client(request, stream).ok().context("Janus speaks no WebSocket")?;
        let mut talk = Self { socket, session: 0 };
        talk.session = talk.made(json!({ "janus": "create" }))?;
        Ok(talk)
    }

    /// Attaches to the plugin.
    ///
    /// # Errors
    /// When Janus refuses.
    pub fn attach(&mut self) -> anyhow::Result<Handle> {
        self.made(json!({ "janus": "attach", "plugin": "janus.plugin.videoroom" })).map(Handle)
    }

    /// Makes a room.
    ///
    /// # Errors
    /// When Janus refuses.
    pub fn create(&mut self, handle: Handle, room: u32, people: u32) -> anyhow::Result<()> {
        // What others can do without it does without: a doubt counts for Janus.
        let body = json!({
            "request": "create", "room": room, "publishers": people, "bitrate": 0,
            "videocodec": "vp8", "audiocodec": "opus",
            "audiolevel_ext": false, "transport_wide_cc_ext": false,
        });
        self.ask(handle, &body, None, |heard| is(heard, "created")).map(drop)
    }

    /// Joins as one who publishes; answers under which number.
    ///
    /// # Errors
    /// When Janus refuses.
    pub fn join(&mut self, handle: Handle, room: u32) -> anyhow::Result<u64> {
        let body = json!({ "request": "join", "ptype": "publisher", "room": room });
        let joined = self.ask(handle, &body, None, |heard| is(heard, "joined"))?;
        joined.pointer("/plugindata/data/id").and_then(Value::as_u64).context("a publisher without a number")
    }

    /// Publishes what is offered; answers Janus's answer.
    ///
    /// # Errors
    /// When Janus refuses.
    pub fn publish(&mut self, handle: Handle, offer: &str) -> anyhow::Result<String> {
        let sdp = json!({ "type": "offer", "sdp": offer });
        sdp_of(&self.ask(handle, &json!({ "request": "publish" }), Some(sdp), has_sdp)?)
    }

    /// Subscribes to publishers; answers what Janus offers.
    ///
    /// # Errors
    /// When Janus refuses.
    pub fn subscribe(&mut self, handle: Handle, room: u32, feeds: &[u64]) -> anyhow::Result<String> {
        let streams: Vec<_> = feeds.iter().map(|feed| json!({ "feed": feed })).collect();
        let body = json!({ "request": "join", "ptype": "subscriber", "room": room, "streams": streams });
        sdp_of(&self.ask(handle, &body, None, has_sdp)?)
    }

    /// Begins to receive.
    ///
    /// # Errors
    /// When Janus refuses.
    pub fn start(&mut self, handle: Handle, answer: &str) -> anyhow::Result<()> {
        let sdp = json!({ "type": "answer", "sdp": answer });
        let is_started =
            |heard: &Value| heard.pointer("/plugindata/data/started").and_then(Value::as_str) == Some("ok");
        self.ask(handle, &json!({ "request": "start" }), Some(sdp), is_started).map(drop)
    }

    /// Says something and answers the number of what was made by that.
    fn made(&mut self, words: Value) -> anyhow::Result<u64> {
        self.say(words)?;
        let heard = self.hear(|heard| heard.pointer("/data/id").is_some())?;
        heard.pointer("/data/id").and_then(Value::as_u64).context("no number")
    }

    fn ask(
        &mut self,
        handle: Handle,
        body: &Value,
        sdp: Option<Value>,
        is_answer: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let mut words = json!({ "janus": "message", "handle_id": handle.0, "body": body });
        if let (Some(sdp), Some(words)) = (sdp, words.as_object_mut()) {
            words.insert("jsep".into(), sdp);
        }
        self.say(words)?;
        self.hear(is_answer)
    }

    fn say(&mut self, mut words: Value) -> anyhow::Result<()> {
        if let Some(words) = words.as_object_mut() {
            words.insert("transaction".into(), "benchmark".into());
            if self.session > 0 {
                words.insert("session_id".into(), self.session.into());
            }
        }
        Ok(self.socket.send(Message::text(words.to_string()))?)
    }

    /// What is heard in between is news about others.
    fn hear(&mut self, is_answer: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        loop {
            let message = self.socket.read().context("Janus is silent")?;
            let Message::Text(text) = message else { continue };
            let heard: Value = serde_json::from_str(&text)?;
            let refusal = heard.pointer("/plugindata/data/error").or_else(|| heard.pointer("/error/reason"));
            if let Some(refusal) = refusal {
                bail!("Janus refuses: {refusal}");
            }
            if is_answer(&heard) {
                return Ok(heard);
            }
        }
    }
}

fn is(heard: &Value, what: &str) -> bool {
    heard.pointer("/plugindata/data/videoroom").and_then(Value::as_str) == Some(what)
}

fn has_sdp(heard: &Value) -> bool {
    heard.pointer("/jsep/sdp").is_some()
}

fn sdp_of(heard: &Value) -> anyhow::Result<String> {
    Ok(heard.pointer("/jsep/sdp").and_then(Value::as_str).context("no description")?.to_owned())
}
