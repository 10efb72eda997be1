//! checkins-core.
