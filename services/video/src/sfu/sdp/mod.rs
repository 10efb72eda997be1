//! Session descriptions: the one shape of offer that our pages make, and the answer to it.

pub mod answer;
pub mod offer;
