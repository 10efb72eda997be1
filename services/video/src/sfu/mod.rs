//! The media plane: one thread, one UDP port, and the engine that turns packets into pictures for others.

pub mod demux;
pub mod engine;
pub mod figures;
pub mod net;
pub mod offer;
pub mod rewrite;
pub mod rtc_engine;
pub mod stage;
pub mod thread;
