//! The words every service shares, and nothing that does I/O.

pub mod clocks;
pub mod id;
pub mod machine;
pub mod private;
pub mod role;
pub mod severity;
pub mod time;
