//! holdspace.
