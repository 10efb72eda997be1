//! The web application: installed when its lock changed, built when its sources did.

use crate::tools::Node;
use crate::{place, run};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the built pages are made of.
const SOURCES: &[&str] =
    &["src", "public", "index.html", "sitter", "package.json", "package-lock.json", "tsconfig.json"];

/// `npm ci`, when the lock is not the one that was installed.
pub fn installed(node: &Node) -> Result<()> {
    let lock = place::web().join("package-lock.json");
    let wanted = fs::read_to_string(&lock).with_context(|| format!("{} is missing", lock.display()))?;
    // Inside the folder it speaks of: whoever deletes node_modules deletes the mark with it.
    let mark = place::web().join("node_modules/.installed-lock");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    eprintln!("web: npm ci …");
    run::loud(node.npm(&place::web()).args(["ci", "--no-audit", "--no-fund"]))?;
    Ok(fs::write(mark, wanted)?)
}

/// The pages in `web/dist`, built when any source is newer.
pub fn built(node: &Node) -> Result<()> {
    installed(node)?;
    let web = place::web();
    let sources = SOURCES.iter().map(|name| web.join(name)).chain(configurations(&web)?);
    let newest = sources.filter_map(|source| newest(&source)).max();
    // Written after both entries are built: a page in dist may come from a build that failed half-way.
    let mark = web.join("node_modules/.built");
    let made = fs::metadata(&mark).and_then(|mark| mark.modified()).ok();
    if made > newest && web.join("dist/index.html").is_file() {
        return Ok(());
    }
    eprintln!("web: npm run build …");
    run::loud(node.npm(&web).args(["run", "build"]))?;
    Ok(fs::write(mark, "")?)
}

/// `vite.config.ts` and its siblings, whatever they are called.
fn configurations(web: &Path) -> Result<Vec<PathBuf>> {
    let files = fs::read_dir(web)?.filter_map(Result::ok).map(|entry| entry.path());
    let is_page_or_vite = |file: &PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("vite.") || file.extension().is_some_and(|end| end == "html")
    };
    Ok(files.filter(is_page_or_vite).collect())
}

/// When the newest file in there was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let about = fs::metadata(path).ok()?;
    if !about.is_dir() {
        return about.modified().ok();
    }
    fs::read_dir(path).ok()?.filter_map(Result::ok).filter_map(|entry| newest(&entry.path())).max()
}
