//! The benchmark: all SFUs in turn, several times, under the same load on the same cores; then ours with more rooms.

pub mod best;
pub mod subject;

use crate::load::Load;
use best::Best;
use serde_json::{Value, json};
use subject::{Stand, Subject};

/// From an almost empty machine to four times the load that everybody is compared under.
const ROOMS: [u32; 5] = [1, 4, 8, 16, 32];
/// What every room sends when there may be many: a quarter of what everybody is compared under.
const QUARTER: u32 = 4;
/// What the most rooms are held against.
const SOME_ROOMS: u32 = 8;

/// What is compared, and how long.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Times that everybody has a turn.
    pub rounds: u32,
    /// Who.
    pub only: Vec<Subject>,
    /// The load under which everybody is compared.
    pub load: Load,
    /// Whether ours is also measured with one room and with many.
    pub with_more_rooms: bool,
}

impl Comparison {
    /// Measures everybody; answers the figures.
    ///
    /// # Errors
    /// When somebody cannot be measured at all.
    pub fn run(&self, stand: &Stand, tell: fn(&str)) -> anyhow::Result<Value> {
        let mut all: Vec<(Subject, Best)> =
            self.only.iter().map(|subject| (*subject, Best::default())).collect();
        let mut rooms: Vec<(u32, Best)> = vec![];
        if self.with_more_rooms {
            rooms.extend(ROOMS.map(|rooms| (rooms, Best::default())));
        }
        for round in 1..=self.rounds {
            tell(&format!("round {round} of {}", self.rounds));
            // In turn, so that a machine that is slow for a while is slow for everybody.
            for (subject, best) in &mut all {
                best.another(stand, *subject, &self.load, tell)?;
            }
        }
        for _round in 1..=self.rounds {
            for (rooms, best) in &mut rooms {
                best.another(stand, Subject::Ours, &paced(self.load, *rooms), tell)?;
            }
        }
        let everything = all.iter().map(|(_, best)| best).chain(rooms.iter().map(|(_, best)| best));
        let faults: Vec<_> = everything.filter_map(Best::fault).collect();
        for fault in &faults {
            tell(&format!("never measured without a fault: {fault}"));
        }
        Ok(self.figures(&all, &rooms, faults.len()))
    }

    fn figures(&self, all: &[(Subject, Best)], rooms: &[(u32, Best)], faults: usize) -> Value {
        let of = |subject| all.iter().find(|(known, _)| *known == subject).map(|(_, best)| best);
        let us = |subject| of(subject).and_then(Best::us);
        let rss = |subject| of(subject).and_then(Best::rss_mib).map(rounded);
        let ours_to = |other| ratio(us(Subject::Ours), us(other));
        let with = |number| rooms.iter().find(|(known, _)| *known == number).and_then(|(_, best)| best.us());
        let rows = rooms.iter().map(
            |(rooms, best)| json!({ "rooms": rooms, "us": best.us().map(rounded), "gaps": best.gaps() }),
        );
        json!({
            "ours_us": us(Subject::Ours).map(rounded),
            "str0m_us": us(Subject::Str0m).map(rounded),
            "janus_us": us(Subject::Janus).map(rounded),
            "floor_us": us(Subject::Floor).map(rounded),
            "floor_gso_us": us(Subject::FloorGso).map(rounded),
            "ours_to_janus": ours_to(Subject::Janus),
            "ours_to_str0m": ours_to(Subject::Str0m),
            "ours_to_floor": ours_to(Subject::Floor),
            "gaps": all.iter().map(|(_, best)| best.gaps()).sum::<u64>(),
            "measured": all.iter().filter(|(_, best)| best.us().is_some()).count(),
            "faults": faults,
            "rounds": self.rounds,
            "ours_rss_mib": rss(Subject::Ours),
            "str0m_rss_mib": rss(Subject::Str0m),
            "janus_rss_mib": rss(Subject::Janus),
            "rooms": rows.collect::<Vec<_>>(),
            "rise": ratio(with(32), with(SOME_ROOMS)),
        })
    }
}

/// So many rooms, each under the same load: a quarter of the full one, so that one core can make it for all of them.
fn paced(load: Load, rooms: u32) -> Load {
    Load { rooms, slower: QUARTER, ..load }
}

fn ratio(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(rounded(one? / other?))
}

fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_room_is_under_the_same_load_however_many_there_are() {
        let load = Load { rooms: 8, people: 4, pps: 300, payload: 1100, slower: 1, seconds: 5 };
        assert_eq!(ROOMS.map(|rooms| paced(load, rooms).slower), [QUARTER; 5]);
        assert_eq!(paced(load, 32).rooms, 32);
    }

    #[test]
    fn who_was_not_measured_has_no_ratio() {
        assert_eq!(ratio(Some(5.0), Some(10.0)), Some(0.5));
        assert_eq!(ratio(None, Some(10.0)), None);
    }
}
