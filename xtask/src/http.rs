//! One plain HTTP/1.1 request at a time, to this machine. Enough to walk through a door and look around.

use anyhow::{Context, Result};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// A request that takes longer has failed.
const WAIT: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `name=value` of the cookie it set, if any.
    pub cookie: Option<String>,
    /// The body, when it is JSON.
    pub body: Value,
}

/// One browser on `ROLE.localhost`.
pub struct Browser {
    port: u16,
    host: String,
    cookie: Option<String>,
}

impl Browser {
    /// A browser that has never been here.
    pub fn new(role: &str, port: u16) -> Self {
        Self { port, host: format!("{role}.localhost:{port}"), cookie: None }
    }

    /// Reads.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, "")
    }

    /// Changes something.
    pub fn post(&mut self, path: &str, body: &Value) -> Result<Answer> {
        self.ask("POST", path, &body.to_string())
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let cookie = self.cookie.as_ref().map_or_else(String::new, |cookie| format!("cookie: {cookie}\r\n"));
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nx-holdspace: 1\r\n{cookie}\
             content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}",
            host = self.host,
            length = body.len(),
        );
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        line.set_read_timeout(Some(WAIT))?;
        line.write_all(request.as_bytes())?;
        let mut raw = String::new();
        line.read_to_string(&mut raw).with_context(|| format!("{method} {path}"))?;
        let answer = parsed(&raw).with_context(|| format!("{method} {path} answered {raw:?}"))?;
        if answer.cookie.is_some() {
            self.cookie.clone_from(&answer.cookie);
        }
        Ok(answer)
    }
}

fn parsed(raw: &str) -> Option<Answer> {
    let (head, body) = raw.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, &str)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    let header = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    let body = if header("transfer-encoding") == Some("chunked") { joined(body)? } else { body.to_owned() };
    let cookie = header("set-cookie").and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
    Some(Answer { status, cookie, body: serde_json::from_str(&body).unwrap_or(Value::Null) })
}

/// The pieces of a chunked body, put together.
fn joined(mut chunks: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (size, rest) = chunks.split_once("\r\n")?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.push_str(rest.get(..size)?);
        chunks = rest.get(size..)?.strip_prefix("\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_cookie() {
        let answer =
            parsed("HTTP/1.1 200 OK\r\nSet-Cookie: __Host-sid=a; Secure\r\n\r\n{\"role\":\"sitter\"}")
                .unwrap();
        assert_eq!((answer.status, answer.cookie.as_deref()), (200, Some("__Host-sid=a")));
        assert_eq!(answer.body["role"], "sitter");
    }

    #[test]
    fn a_body_in_pieces_is_put_together() {
        let raw = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n";
        assert_eq!(parsed(raw).unwrap().body["a"], 1);
    }
}
