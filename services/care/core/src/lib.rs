//! care-core.
