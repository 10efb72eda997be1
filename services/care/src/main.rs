//! care as a process of its own.

fn main() -> anyhow::Result<std::process::ExitCode> {
    chassis::process::serve(care::part())
}
