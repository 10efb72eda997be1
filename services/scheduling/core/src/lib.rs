//! scheduling-core.
