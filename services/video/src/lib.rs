//! video.
