//! checkins.
