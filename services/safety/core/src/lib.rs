//! safety-core.
