//! What a reading asks of people, before and while the medicine works (clinical.md §4.3, §4.4).

use super::{Band, Moment, Reading, Set};
use kernel::severity::Severity;
use kernel::time::Span;

/// What a reading means for the people in the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// How soon to measure again, in protocol time.
    pub recheck: Option<Span>,
    /// What to do now.
    pub todo: &'static str,
}

const WELL: Finding = Finding {
    severity: Severity::Ok,
    recheck: None,
    todo: "Nothing to do. The next measurement is on the plan.",
};

/// Pulse over 120 this long is no startle any more (clinical.md §4.4, AL-HRH).
const FAST_PULSE: Span = Span::minutes(5);
/// Recheck of a watch-level pressure (clinical.md §4.4, AL-BP3).
const CALM_RECHECK: Span = Span::minutes(10);
/// Recheck of a crisis pressure: every five minutes (clinical.md §4.4).
const CRISIS_RECHECK: Span = Span::minutes(5);
/// Recheck of a low oxygen number after moving the probe: one minute, as for noisy breathing (clinical.md §6.2).
const BREATH_RECHECK: Span = Span::minutes(1);

/// The worst finding of one reading. `earlier` are the session's readings before it, oldest first.
pub fn finding(moment: Moment, reading: Reading, earlier: &[Reading]) -> Finding {
    let before = match moment {
        Moment::Before => before_the_dose(reading),
        Moment::During | Moment::Discharge => WELL,
    };
    let candidates = [
        before,
        pressure(reading, earlier),
        low_pressure(reading, earlier),
        pulse(reading, earlier),
        oxygen(reading),
        breaths(reading),
        felt(reading),
    ];
    candidates.into_iter().fold(WELL, |worst, next| if next.severity > worst.severity { next } else { worst })
}

/// Amber and red before the dose: nobody is dosed, so it is a matter of minutes, not seconds.
fn before_the_dose(reading: Reading) -> Finding {
    let set = Set::of(reading, reading);
    let breathing = set.breathing();
    let worst = breathing.map_or(set.circulation(), |breathing| breathing.max(set.circulation()));
    match worst {
        Band::Green => WELL,
        Band::Amber => Finding {
            severity: Severity::Watch,
            recheck: Some(CALM_RECHECK),
            todo: "Rest quietly for ten minutes and measure again. If it is still amber, the prescriber decides.",
        },
        Band::Red => Finding {
            severity: Severity::Watch,
            recheck: None,
            todo: "No dose today. Tell the prescriber today.",
        },
        Band::Crisis => Finding {
            severity: Severity::Urgent,
            recheck: Some(CRISIS_RECHECK),
            todo: "No dose. Measure again within five minutes and call the prescriber now.",
        },
    }
}

fn pressure(reading: Reading, earlier: &[Reading]) -> Finding {
    let crisis = reading.systolic >= 180 || reading.diastolic >= 120;
    let high = reading.systolic >= 160 || reading.diastolic >= 100;
    let again = earlier.last().is_some_and(|last| last.systolic >= 160 || last.diastolic >= 100);
    if crisis && reading.symptoms {
        Finding {
            severity: Severity::Emergency,
            recheck: Some(CRISIS_RECHECK),
            todo: "Call the emergency number now. Then tell the therapist.",
        }
    } else if crisis {
        Finding {
            severity: Severity::Urgent,
            recheck: Some(CRISIS_RECHECK),
            todo: "Call the prescriber. Measure every five minutes. If it lasts fifteen, decide on emergency services.",
        }
    } else if high && again {
        Finding {
            severity: Severity::Urgent,
            recheck: Some(CALM_RECHECK),
            todo: "High twice in a row: call the prescriber. Keep it quiet.",
        }
    } else if high {
        Finding {
            severity: Severity::Watch,
            recheck: Some(CALM_RECHECK),
            todo: "Keep it quiet, change position, and measure again in ten minutes.",
        }
    } else {
        WELL
    }
}

fn low_pressure(reading: Reading, earlier: &[Reading]) -> Finding {
    let fell = earlier.first().is_some_and(|first| first.systolic > reading.systolic.saturating_add(30));
    if reading.systolic < 90 || (fell && reading.symptoms) {
        Finding {
            severity: Severity::Urgent,
            recheck: Some(CRISIS_RECHECK),
            todo: "Lie flat with the legs up, and call the prescriber.",
        }
    } else {
        WELL
    }
}

fn pulse(reading: Reading, earlier: &[Reading]) -> Finding {
    let lasting = earlier
        .iter()
        .rev()
        .take_while(|last| last.heart_rate > 120)
        .any(|last| reading.at.since(last.at) >= FAST_PULSE);
    let urgent = |todo| Finding { severity: Severity::Urgent, recheck: Some(CRISIS_RECHECK), todo };
    match reading.heart_rate {
        0..45 => urgent("Slow pulse: call the prescriber. If the patient faints, call the emergency number."),
        45..=120 => WELL,
        121..=150 if lasting => urgent("Fast pulse for five minutes: call the prescriber."),
        121..=150 => Finding {
            severity: Severity::Watch,
            recheck: Some(FAST_PULSE),
            todo: "Fast pulse: calm the room and measure again in five minutes.",
        },
        151.. => Finding {
            severity: Severity::Emergency,
            recheck: Some(CRISIS_RECHECK),
            todo: "Call the emergency number now. Then tell the therapist.",
        },
    }
}

fn oxygen(reading: Reading) -> Finding {
    match reading.spo2 {
        None | Some(94..) => WELL,
        Some(90..94) => Finding {
            severity: Severity::Urgent,
            recheck: Some(BREATH_RECHECK),
            todo: "Wake the patient, open the airway, turn on the side, and reseat the probe.",
        },
        Some(0..90) => Finding {
            severity: Severity::Emergency,
            recheck: Some(BREATH_RECHECK),
            todo: "Open the airway and turn on the side. If it stays below 90, call the emergency number now.",
        },
    }
}

fn breaths(reading: Reading) -> Finding {
    match reading.respiratory_rate {
        None | Some(10..=24) => WELL,
        Some(8..10 | 25..=30) => Finding {
            severity: Severity::Urgent,
            recheck: Some(BREATH_RECHECK),
            todo: "Wake the patient, turn on the side, and call the prescriber.",
        },
        Some(0..8 | 31..) => Finding {
            severity: Severity::Emergency,
            recheck: Some(BREATH_RECHECK),
            todo: "Call the emergency number now. Open the airway and turn on the side.",
        },
    }
}

/// Numbers never downgrade what a person feels (clinical.md §4.4).
fn felt(reading: Reading) -> Finding {
    if reading.symptoms {
        Finding {
            severity: Severity::Urgent,
            recheck: Some(CRISIS_RECHECK),
            todo: "Tell the therapist now. With chest pain, weakness, or trouble seeing or speaking, call the emergency number.",
        }
    } else {
        WELL
    }
}
