//! Numbers no device shows: mistyped, in another unit, or in the wrong box (reliability.md §5, rows 52 and 53).
//! What a device can show is kept, however bad it is.

/// What can be read off a cuff and a clip, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed {
    /// Upper blood pressure, mmHg.
    pub systolic: u16,
    /// Lower blood pressure, mmHg.
    pub diastolic: u16,
    /// Beats a minute.
    pub heart_rate: u16,
    /// Oxygen, per cent.
    pub spo2: Option<u16>,
    /// Breaths a minute.
    pub respiratory_rate: Option<u16>,
}

/// A number that cannot be right, and what may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Which number.
    pub field: &'static str,
    /// What to look at.
    pub hint: String,
}

/// Everything that cannot be right, at once.
pub fn doubts(typed: &Typed) -> Vec<Doubt> {
    let mut doubts = pressure(typed);
    let mut doubt = |field: &'static str, is_possible: bool, hint: &str| {
        if !is_possible {
            doubts.push(Doubt { field, hint: hint.into() });
        }
    };
    let pulse = (10..300).contains(&typed.heart_rate);
    doubt("heart_rate", pulse, "A pulse lies between 10 and 299 beats a minute. Read the device again.");
    let oxygen = typed.spo2.is_none_or(|value| (30..=100).contains(&value));
    doubt("spo2", oxygen, "Oxygen lies between 30 and 100 %. Both digits, please: 98.");
    let breaths = typed.respiratory_rate.is_none_or(|value| value <= 80);
    doubt("respiratory_rate", breaths, "Count the breaths of one minute: at most 80.");
    doubts
}

fn pressure(typed: &Typed) -> Vec<Doubt> {
    let (upper, lower) = (typed.systolic, typed.diastolic);
    let is_possible = |upper, lower| (30..=300).contains(&upper) && (10..=200).contains(&lower);
    let hint = if is_possible(upper, lower) {
        if upper > lower {
            return vec![];
        }
        return vec![Doubt {
            field: "diastolic",
            hint: format!("The upper number is the larger one. Did you mean {lower}/{upper}?"),
        }];
    } else if let (Some(upper), Some(lower)) = (upper.checked_mul(10), lower.checked_mul(10))
        && is_possible(upper, lower)
    {
        format!("Did you mean {upper}/{lower}? If the device shows kPa, set it to mmHg.")
    } else if is_possible(upper / 10, lower / 10) {
        format!("Did you mean {}/{}?", upper / 10, lower / 10)
    } else {
        "Blood pressure is written as 120/80, in mmHg. Read the device again.".into()
    };
    let field = if (30..=300).contains(&upper) { "diastolic" } else { "systolic" };
    vec![Doubt { field, hint }]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Typed =
        Typed { systolic: 120, diastolic: 80, heart_rate: 64, spo2: Some(98), respiratory_rate: Some(14) };

    fn of(systolic: u16, diastolic: u16) -> Vec<(&'static str, bool)> {
        let doubts = doubts(&Typed { systolic, diastolic, ..FINE });
        doubts.into_iter().map(|doubt| (doubt.field, doubt.hint.contains("120/80"))).collect()
    }

    #[test]
    fn a_digit_too_few_or_too_many_is_noticed_and_guessed() {
        assert_eq!(of(12, 8), [("systolic", true)]);
        assert_eq!(of(1200, 800), [("systolic", true)]);
        assert_eq!(of(120, 8), [("diastolic", true)]);
    }

    #[test]
    fn the_upper_number_is_the_larger_one() {
        assert_eq!(of(80, 120), [("diastolic", true)]);
        assert_eq!(of(100, 100).len(), 1);
    }

    #[test]
    fn what_a_device_can_show_is_kept_however_bad() {
        assert_eq!(of(220, 130), []);
        let grave = Typed { spo2: Some(72), heart_rate: 180, respiratory_rate: Some(4), ..FINE };
        assert_eq!(doubts(&grave), []);
    }

    #[test]
    fn every_doubt_is_told_at_once() {
        let typed = Typed { heart_rate: 0, spo2: Some(9), respiratory_rate: Some(90), ..FINE };
        let fields: Vec<_> = doubts(&typed).into_iter().map(|doubt| doubt.field).collect();
        assert_eq!(fields, ["heart_rate", "spo2", "respiratory_rate"]);
        assert_eq!(doubts(&Typed { heart_rate: 300, spo2: Some(101), ..FINE }).len(), 2);
    }
}
