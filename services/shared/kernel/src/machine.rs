//! The shape of everything with a lifecycle: `step` and `due`.

use crate::time::Timestamp;

/// What one command did: the next state, and the facts the rest of the house should hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<S, E> {
    /// The state after the command.
    pub state: S,
    /// The facts, in the order they happened.
    pub events: Vec<E>,
}

impl<S, E> Step<S, E> {
    /// Moves to `state`, and says so.
    pub fn to(state: S, event: E) -> Self {
        Self { state, events: vec![event] }
    }

    /// Moves to `state`, and says all of `events`.
    pub fn saying(state: S, events: Vec<E>) -> Self {
        Self { state, events }
    }

    /// Nothing happened.
    pub fn stay(state: S) -> Self {
        Self { state, events: vec![] }
    }
}

/// A thing with a lifecycle. Pure: no clock, no randomness, no I/O.
pub trait Machine: Sized {
    /// The word for it in rows and logs, such as `watch`.
    const KIND: &'static str;
    /// What someone, or the clock, asks of it.
    type Command;
    /// What it tells the house.
    type Event;
    /// Why it said no.
    type Refusal;

    /// Decides. The only place a rule of this machine is written down.
    ///
    /// # Errors
    /// The machine's own reasons to say no; the state is unchanged.
    fn step(self, command: Self::Command, now: Timestamp) -> Result<Step<Self, Self::Event>, Self::Refusal>;

    /// When the clock must next send `tick`, if ever. A pure function of state.
    fn due(&self) -> Option<Timestamp>;

    /// The command that says time has passed.
    fn tick() -> Self::Command;

    /// The name of the state it is in, for an indexed column.
    fn phase(&self) -> &'static str;
}
