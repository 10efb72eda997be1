//! The whole house in one process.

fn main() {}
