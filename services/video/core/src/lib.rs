//! video-core.
