//! The house as the rules see it: folders of files, the real one and ones with a fault planted in them.

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The top of the work tree.
pub fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A folder with just these files in it.
pub fn planted(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// One file that people write.
pub struct Source {
    /// Its path from the top, with `/` between.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl Source {
    /// Whether it only proves other code: a test may build what no service may.
    pub fn is_test(&self) -> bool {
        let named = self.path.ends_with("tests.rs");
        let testkit = self.path.starts_with("services/shared/testkit/");
        named || testkit || self.path.starts_with("tests/") || self.path.contains("/tests/")
    }

    /// The part before its inner tests.
    pub fn production(&self) -> &str {
        self.text.split("#[cfg(test)]").next().unwrap_or_default()
    }
}

/// Every file below `top` with this name or ending, that people write.
pub fn sources(top: &Path, ending: &str) -> Vec<Source> {
    let mut found = vec![];
    let mut folders = vec![top.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", "dist", ".git"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Dies with the rule's sentence and every place that breaks it.
#[track_caller]
pub fn keeps(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}\n  {}", faults.join("\n  "));
}

/// Dies unless exactly these places break the rule.
#[track_caller]
pub fn breaks(faults: &[String], places: &[&str]) {
    assert_eq!(faults.len(), places.len(), "{faults:#?}");
    for (fault, place) in faults.iter().zip(places) {
        assert!(fault.contains(place), "{fault} does not name {place}");
    }
}
