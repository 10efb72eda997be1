//! The texts themselves, one file each.

pub mod ketamine;
pub mod psychotherapy;
pub mod sitter_agreement;
pub mod telehealth;
