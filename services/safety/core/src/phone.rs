//! Whether the sitter's phone will ring and last.

/// Slowest round trip that still counts as connected (reliability.md §2.6: under 1.5 s).
pub const ROUND_TRIP_MILLIS: u32 = 1_500;
/// Least charge at the start (clinical.md §3.2, ST-PHONE).
pub const BATTERY_PERCENT: u8 = 50;

/// What the phone said about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneTest {
    /// The sitter heard the sound.
    pub sound: bool,
    /// The sitter felt it. Some phones cannot do this in a browser, so it is noted and not required.
    pub vibration: bool,
    /// To the house and back.
    pub round_trip_ms: u32,
    /// Charge.
    pub battery_percent: u8,
    /// Whether the charger is there.
    pub charging: bool,
}

/// What is wrong with it: nothing, when the test is passed.
pub fn failed(test: PhoneTest) -> Vec<&'static str> {
    let checks = [
        ("sound", test.sound),
        ("connection", test.round_trip_ms < ROUND_TRIP_MILLIS),
        ("battery", (BATTERY_PERCENT..=100).contains(&test.battery_percent)),
        ("charger", test.charging),
    ];
    checks.into_iter().filter(|(_, fine)| !fine).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: PhoneTest =
        PhoneTest { sound: true, vibration: false, round_trip_ms: 200, battery_percent: 80, charging: true };

    #[test]
    fn a_phone_that_sounds_answers_and_lasts_passes_even_if_it_cannot_vibrate() {
        assert!(failed(GOOD).is_empty());
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(failed(PhoneTest { sound: false, ..GOOD }), ["sound"]);
        assert_eq!(failed(PhoneTest { round_trip_ms: 1_500, ..GOOD }), ["connection"]);
        assert_eq!(failed(PhoneTest { battery_percent: 49, ..GOOD }), ["battery"]);
        assert_eq!(failed(PhoneTest { battery_percent: 101, ..GOOD }), ["battery"]);
        assert_eq!(failed(PhoneTest { charging: false, ..GOOD }), ["charger"]);
    }
}
