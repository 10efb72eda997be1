//! notify-core.
