//! The emergency card: what to do with the hands, and what to tell a helper.

use kernel::role::Role;

/// First aid in the order it is needed (clinical.md §6.3, §6.6; common practice, no source claims to be a guideline).
const AT_THE_SIDE: &[&str] = &[
    "Not breathing normally: call the emergency number on speaker, start chest compressions, follow the dispatcher.",
    "Breathing but cannot be woken: roll on the side, chin up, mouth down, and stay.",
    "Vomiting: keep on the side and clear the mouth. Do not pull upright.",
    "Seizure: note the time, clear the space, put nothing in the mouth, then roll on the side.",
    "Blue lips, chest pain, a fall on the head, a seizure over five minutes: call the emergency number first, then tell the therapist.",
    "Panic: speak calmly. Say: you took a medicine, you are safe, it will pass, breathe. Never hold down.",
    "Call from your own phone. The clinic's line shows the wrong place.",
];

/// What those far away do (clinical.md §6.5).
const FAR_AWAY: &[&str] = &[
    "The sitter calls first, from the home. You call the local number of today's address at the same time.",
    "Say the address, the medicine, the dose, the time of the dose, and what you see.",
    "Stay on video. Tell the sitter one thing at a time.",
];

/// What this role is told.
pub const fn instructions(role: Role) -> &'static [&'static str] {
    match role {
        Role::Sitter | Role::Patient => AT_THE_SIDE,
        Role::Therapist | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => FAR_AWAY,
    }
}
