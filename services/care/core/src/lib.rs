//! What care decides: whether an order is within its bounds, what was taken against it, what answers add up to,
//! and what comes after a session. It never suggests a dose (clinical.md §5).

pub mod aftercare;
pub mod dose;
pub mod instrument;
pub mod ledger;
pub mod morning;
pub mod outcome;
