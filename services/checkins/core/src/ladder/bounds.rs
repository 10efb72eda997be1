//! How far a clinic may change its ladder, and why not further.

/// A bound that no clinic may cross, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The field it is for, without its place in the list of steps.
    pub field: &'static str,
    /// Not below.
    pub least: i64,
    /// Not above.
    pub most: i64,
    /// The reason, as a part of a sentence.
    pub why: &'static str,
}

pub(super) const STEPS: Bound = Bound {
    field: "rungs",
    least: 2,
    most: 8,
    why: "one step is no ladder, and nobody can follow more than eight",
};
pub(super) const AFTER: Bound = Bound {
    field: "after_seconds",
    least: 10,
    most: 120,
    why: "below 10 s nobody can have answered, and two minutes without breath do harm",
};
pub(super) const REPEAT: Bound = Bound {
    field: "repeat_seconds",
    least: 30,
    most: 120,
    why: "an unanswered alarm must be heard again within two minutes, and more often than every 30 s it drowns itself",
};
pub(super) const GAP: Bound = Bound {
    field: "gap_seconds",
    least: 10,
    most: 60,
    why: "below 10 s nobody can have read it, and above a minute the last one hears too late",
};
pub(super) const HOLD: Bound = Bound {
    field: "hold_seconds",
    least: 30,
    most: 120,
    why: "who takes it must say what came of it within two minutes, or the next person is told",
};
/// What is wrong with a ladder: where, and the sentence that says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field, as in `rungs/1/after_seconds`.
    pub field: String,
    /// What the bound is, and its reason.
    pub why: String,
}

impl Bound {
    pub(super) fn check(&self, field: &str, value: i64, faults: &mut Vec<Fault>) {
        if value < self.least || value > self.most {
            let (least, most, why) = (self.least, self.most, self.why);
            let range = if least == most { format!("{least}") } else { format!("{least} to {most}") };
            faults.push(fault(field, format!("{range}: {why}")));
        }
    }
}

pub(super) fn fault(field: impl Into<String>, why: impl Into<String>) -> Fault {
    Fault { field: field.into(), why: why.into() }
}
