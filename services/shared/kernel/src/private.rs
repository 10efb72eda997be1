//! Personal values: they never print and never serialize by accident.

use serde::{Deserialize, Deserializer};
use std::fmt;

/// Says who may look into a [`Private`] value, and why. Every implementation is a line to review.
pub trait Witness {}

/// A personal value. It has no `Display` and no `Serialize`, and `Debug` prints `•••`.
#[derive(Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transparent))]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Wraps a value that came from a person.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for someone who can show why.
    pub fn reveal(&self, _why: &impl Witness) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// A personal value may come in from a request; it cannot go out without a witness.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Test;
    impl Witness for Test {}

    #[test]
    fn a_private_value_prints_as_dots_and_opens_for_a_witness() {
        let name = Private::new("Sam");
        assert_eq!(format!("{name:?}"), "•••");
        assert_eq!(name.reveal(&Test), &"Sam");
    }
}
