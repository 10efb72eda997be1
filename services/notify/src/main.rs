//! notify as a process of its own.

fn main() -> anyhow::Result<std::process::ExitCode> {
    chassis::process::serve(notify::part())
}
