//! Media under load: what the forwarding of one packet costs, ours beside others'.

pub mod wire;
