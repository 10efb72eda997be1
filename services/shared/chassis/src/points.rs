//! Named points at which a drill lets a process die. A program that was not built for drills has none of them.

use fail::FailScenario;

/// Reads `FAILPOINTS` from the environment, as in `work.written=1*panic`. They end when the result is dropped.
#[must_use = "they end when it is dropped"]
pub fn set() -> FailScenario<'static> {
    let points = FailScenario::setup();
    if fail::has_failpoints() && !fail::list().is_empty() {
        // A point is a crash, not a task that ends while the others go on.
        std::panic::set_hook(Box::new(|panic| {
            tracing::error!(%panic, "a drill lets this process die");
            std::process::abort();
        }));
    }
    points
}
