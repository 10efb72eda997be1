//! Which size of each picture a viewer is sent. Pure: sound goes first, then every face small, then faces larger.

/// How many sizes of a picture a browser may send.
pub const LAYERS_MAX: usize = 3;

/// The sizes of one picture, smallest first: how many bits a second each takes; nothing for one that does not come.
pub type Layers = [Option<u32>; LAYERS_MAX];

/// What a slot's sound takes, with all headers: 32 kbit/s of Opus, fifty packets a second.
const SOUND_BITS: f64 = 60_000.0;

/// More is only begun where there is this much room for it: who is at the edge would fall back at once.
const ROOM_TO_RAISE: f64 = 1.25;

/// One slot that shows somebody.
#[derive(Debug, Clone, Copy)]
pub struct Showing {
    /// What comes in.
    pub layers: Layers,
    /// Which of it goes out now.
    pub now: Option<usize>,
}

/// Which layer each slot shows, or none, on a line that carries so many bits a second. Nothing is known of a line that
/// never said when packets came, and nothing is kept from it.
pub fn allot(carries: Option<f64>, slots: &[Showing]) -> Vec<Option<usize>> {
    let Some(carries) = carries else {
        return slots.iter().map(|slot| Some(highest(&slot.layers))).collect();
    };
    let sounds: f64 = slots.iter().map(|_slot| SOUND_BITS).sum();
    let mut left = carries - sounds;
    let mut chosen = vec![None; slots.len()];
    for layer in 0..LAYERS_MAX {
        for (slot, choice) in slots.iter().zip(&mut chosen) {
            let Some(bits) = slot.layers.get(layer).copied().flatten() else { continue };
            // A larger picture takes the place of a smaller one, which exists for as long as the larger does.
            let is_next = choice.is_some() || slot.layers.iter().take(layer).all(Option::is_none);
            let more = f64::from(bits) - choice.and_then(|at| bits_of(slot, at)).unwrap_or_default();
            let is_more = slot.now.is_none_or(|now| now < layer);
            let needed = if is_more { more * ROOM_TO_RAISE } else { more };
            if is_next && needed <= left {
                left -= more;
                *choice = Some(layer);
            }
        }
    }
    let waits = |(slot, choice): (&Showing, Option<usize>)| match choice {
        // Nothing comes yet: whatever comes first is taken.
        None if slot.layers.iter().all(Option::is_none) => Some(0),
        choice => choice,
    };
    slots.iter().zip(chosen).map(waits).collect()
}

fn bits_of(slot: &Showing, layer: usize) -> Option<f64> {
    slot.layers.get(layer).copied().flatten().map(f64::from)
}

fn highest(layers: &Layers) -> usize {
    layers.iter().rposition(Option::is_some).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: u32 = 150_000;
    const LARGE: u32 = 900_000;
    const BOTH: Layers = [Some(SMALL), Some(LARGE), None];

    fn showing(layers: Layers, now: Option<usize>) -> Showing {
        Showing { layers, now }
    }

    #[test]
    fn a_line_of_which_nothing_is_known_gets_the_largest() {
        let slots = [showing(BOTH, None), showing([Some(SMALL), None, None], None), showing([None; 3], None)];
        assert_eq!(allot(None, &slots), [Some(1), Some(0), Some(0)]);
    }

    #[test]
    fn every_face_is_small_before_one_is_large() {
        let slots = [showing(BOTH, Some(1)), showing(BOTH, Some(1))];
        assert_eq!(allot(Some(2_000_000.0), &slots), [Some(1), Some(1)]);
        assert_eq!(allot(Some(1_200_000.0), &slots), [Some(1), Some(0)]);
        assert_eq!(allot(Some(500_000.0), &slots), [Some(0), Some(0)]);
        assert_eq!(allot(Some(300_000.0), &slots), [Some(0), None]);
    }

    #[test]
    fn pictures_stop_before_sound_does() {
        assert_eq!(allot(Some(100_000.0), &[showing(BOTH, Some(0)), showing(BOTH, Some(0))]), [None, None]);
    }

    #[test]
    fn more_is_begun_only_with_room_to_spare() {
        let need = SOUND_BITS + f64::from(LARGE);
        assert_eq!(allot(Some(need), &[showing(BOTH, Some(1))]), [Some(1)]);
        assert_eq!(allot(Some(need), &[showing(BOTH, Some(0))]), [Some(0)]);
        assert_eq!(allot(Some(need * ROOM_TO_RAISE), &[showing(BOTH, Some(0))]), [Some(1)]);
        assert_eq!(allot(Some(SOUND_BITS + f64::from(SMALL)), &[showing(BOTH, None)]), [None]);
    }

    #[test]
    fn a_layer_that_stops_coming_is_not_waited_for() {
        let small_only = [Some(SMALL), None, None];
        assert_eq!(allot(Some(5_000_000.0), &[showing(small_only, Some(1))]), [Some(0)]);
        assert_eq!(allot(Some(5_000_000.0), &[showing([None, Some(LARGE), None], Some(1))]), [Some(1)]);
    }
}
