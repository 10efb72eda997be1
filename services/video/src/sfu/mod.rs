//! The media plane: media threads, a UDP port each, and the engine that passes sound and pictures on.

pub mod engine;
pub mod figures;
pub mod forward;
pub mod net;
pub mod sdp;
pub mod stage;
pub mod thread;
pub mod wire;
