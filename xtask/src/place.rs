//! Where things are: the work tree, and the folders under `target/` that hold what was installed or started.

use std::env;
use std::path::{Path, PathBuf};

/// The top of the work tree.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it builds.
pub fn built() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Tools this machine lacked, installed without touching the machine.
pub fn tools() -> PathBuf {
    root().join("target/tools")
}

/// The copy in which controls are taken away, and what is built from it.
pub fn hazards() -> PathBuf {
    root().join("target/hazards")
}

/// Throwaway servers and their data.
pub fn services() -> PathBuf {
    root().join("target/services")
}

/// The web application.
pub fn web() -> PathBuf {
    root().join("web")
}

/// The first program of these names on PATH.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
    })
}
