//! Stories about the whole house, and the rules a machine can check.
