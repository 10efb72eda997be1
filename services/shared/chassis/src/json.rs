//! JSON, read as strictly as a record needs it: no key twice, no endless depth, no NUL, and a place for every fault.

use crate::problem::Problem;
use proto::problems;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_path_to_error::{Path, Segment};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

/// 32: no form of ours is deeper than six; what is deeper is an attack on somebody's stack.
const DEPTH_MAX: usize = 32;
/// A pointer is for finding a field, not for echoing what was sent.
const PART_LENGTH_MAX: usize = 40;

/// Reads a value; every refusal names the place as a JSON pointer (RFC 6901), none echoes a value.
///
/// # Errors
/// When the bytes are not one JSON text, or not the type.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    walk(bytes)?;
    let mut text = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut text)
        .map_err(|error| unreadable(pointer_of(error.path()), &error.inner().to_string()))
}

/// A problem from what serde says about a type that does not fit, at this place.
pub fn unreadable(place: String, said: &str) -> Problem {
    let named = said.split('`').nth(1).map(part).unwrap_or_default();
    let inside = || if place.ends_with(&named) { place.clone() } else { format!("{place}{named}") };
    if said.starts_with("unknown field") {
        let problem = Problem::new(&problems::FIELD_UNKNOWN);
        problem.field(inside(), "field.unknown", "This field is not known here.")
    } else if said.starts_with("missing field") {
        let problem = Problem::new(&problems::FIELD_TYPE);
        problem.field(inside(), "field.missing", "This field is needed.")
    } else {
        let problem = Problem::new(&problems::FIELD_TYPE);
        problem.field(place, "field.type", "The value there has the wrong type.")
    }
}

/// A path as garde writes it (`weekly[0].from`), as a pointer.
pub fn pointer(path: &str) -> String {
    path.split(['.', '[', ']']).filter(|name| !name.is_empty()).map(part).collect()
}

fn pointer_of(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => part(&index.to_string()),
            Segment::Map { key } => part(key),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// One part of a pointer.
fn part(name: &str) -> String {
    let short: String = name.chars().filter(|letter| !letter.is_control()).take(PART_LENGTH_MAX).collect();
    format!("/{}", short.replace('~', "~0").replace('/', "~1"))
}

/// What serde's types would let pass.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// One key says two things.
    Twice,
    /// Deeper than any form.
    Deep,
    /// A letter that ends a text elsewhere.
    Nul,
}

#[derive(Default)]
struct Seen {
    path: Vec<String>,
    fault: Option<Fault>,
}

/// Goes through the whole text once, without keeping it.
fn walk(bytes: &[u8]) -> Result<(), Problem> {
    let seen = RefCell::default();
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let walked = Walk(&seen).deserialize(&mut text).and_then(|()| text.end());
    let Err(error) = walked else { return Ok(()) };
    let Seen { path, fault } = seen.into_inner();
    let (place, syntax) = (path.concat(), Problem::new(&problems::JSON_SYNTAX).because(&error));
    Err(match fault {
        Some(Fault::Twice) => syntax.field(place, "json.duplicate", "This key is there twice."),
        Some(Fault::Deep) => syntax.field(first_parts(&path), "json.depth", "This is nested too deeply."),
        Some(Fault::Nul) => Problem::new(&problems::FIELD_INVALID).field(
            place,
            "field.nul",
            "There is a NUL in this text. Remove it.",
        ),
        None => syntax.field(place, "json.syntax", "The text cannot be read from here on."),
    })
}

fn first_parts(path: &[String]) -> String {
    path.iter().take(4).cloned().collect()
}

struct Walk<'a>(&'a RefCell<Seen>);

impl Walk<'_> {
    fn fault<E: serde::de::Error>(&self, fault: Fault) -> E {
        self.0.borrow_mut().fault = Some(fault);
        E::custom("refused")
    }

    /// Goes into one part; the path stays where a fault was found.
    fn inside<T, E: serde::de::Error>(
        &self,
        name: String,
        go: impl FnOnce(Walk<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.borrow_mut().path.push(name);
        if self.0.borrow().path.len() > DEPTH_MAX {
            return Err(self.fault(Fault::Deep));
        }
        let gone = go(Walk(self.0))?;
        self.0.borrow_mut().path.pop();
        Ok(gone)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, text: D) -> Result<(), D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(self.fault(Fault::Nul)) } else { Ok(()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            if self.inside(part(&index.to_string()), |item| items.next_element_seed(item))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut known = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.inside(part(&key), |value| {
                if key.contains('\0') {
                    return Err(value.fault(Fault::Nul));
                }
                if known.contains(&key) {
                    return Err(value.fault(Fault::Twice));
                }
                entries.next_value_seed(value)
            })?;
            known.insert(key);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        #[expect(dead_code, reason = "only its type matters")]
        pulse: u16,
        #[serde(default)]
        #[expect(dead_code, reason = "only its type matters")]
        answers: BTreeMap<String, String>,
    }

    fn refused(text: &str) -> (String, String) {
        let body = read::<Form>(text.as_bytes()).unwrap_err().body("-");
        let place = body.fields.first().map(|field| field.name.clone());
        (body.code, place.unwrap_or_default())
    }

    fn is(code: &str, place: &str) -> (String, String) {
        (code.into(), place.into())
    }

    #[test]
    fn a_wrong_type_is_named_by_its_place() {
        for wrong in ["\"15\"", "15.0", "1e2", "true", "null", "[15]"] {
            assert_eq!(refused(&format!("{{\"pulse\":{wrong}}}")), is("field.type", "/pulse"), "{wrong}");
        }
        assert_eq!(refused("{\"pulse\":60,\"answers\":{\"CI-BR\":1}}"), is("field.type", "/answers/CI-BR"));
        assert_eq!(refused("{}"), is("field.type", "/pulse"));
    }

    #[test]
    fn a_field_we_do_not_know_is_named() {
        assert_eq!(refused("{\"pulse\":60,\"role\":\"admin\"}"), is("field.unknown", "/role"));
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused_in_maps_too() {
        assert_eq!(refused("{\"pulse\":60,\"pulse\":61}"), is("json.syntax", "/pulse"));
        let twice = "{\"pulse\":60,\"answers\":{\"CI-BR\":\"none\",\"CI-BR\":\"easy\"}}";
        assert_eq!(refused(twice), is("json.syntax", "/answers/CI-BR"));
    }

    #[test]
    fn what_is_not_one_json_text_is_refused() {
        for wrong in [
            "",
            "{",
            "{\"pulse\":60}x",
            "{\"pulse\":NaN}",
            "\u{feff}{\"pulse\":60}",
            "{\"pulse\":\"\\ud800\"}",
        ] {
            assert_eq!(refused(wrong).0, "json.syntax", "{wrong}");
        }
        let wide: Vec<u8> = "{\"pulse\":60}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read::<Form>(&wide).unwrap_err().code(), "json.syntax");
    }

    #[test]
    fn depth_has_an_end() {
        let deep = format!("{{\"pulse\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(refused(&deep), is("json.syntax", "/pulse/0/0/0"));
    }

    #[test]
    fn a_nul_is_no_letter() {
        let nul = "{\"pulse\":60,\"answers\":{\"CI-BR\":\"a\\u0000b\"}}";
        assert_eq!(refused(nul), is("field.invalid", "/answers/CI-BR"));
    }

    #[test]
    fn a_path_of_a_rule_is_a_pointer_too() {
        assert_eq!(pointer("weekly[0].from"), "/weekly/0/from");
    }
}
