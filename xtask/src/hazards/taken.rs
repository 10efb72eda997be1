//! The copy of the tree in which a control is taken away, and put back.

use super::Removed;
use crate::tools::Node;
use crate::{place, run, web};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A work tree of what is committed, apart from the one that somebody edits.
pub struct Copy {
    /// Its top.
    pub tree: PathBuf,
    /// What is built from it stays, so that each control costs one build of what it touches. Never shared with another
    /// tree: cargo would take what was built without a control for what stands there.
    pub built: PathBuf,
}

impl Copy {
    /// Lays it out, or brings the one from before to what is committed now.
    pub fn open() -> Result<Self> {
        let home = place::hazards();
        let (tree, built) = (home.join("tree"), home.join("build"));
        fs::create_dir_all(&home)?;
        let head = run::quiet(git(&place::root()).args(["rev-parse", "HEAD"]))?.trim().to_owned();
        if tree.join(".git").exists() {
            run::quiet(git(&tree).args(["checkout", "--quiet", "--force", "--detach", &head]))?;
            run::quiet(git(&tree).args(["clean", "--quiet", "--force", "-d"]))?;
        } else {
            run::quiet(git(&place::root()).args(["worktree", "prune"]))?;
            let mut add = git(&place::root());
            run::quiet(add.args(["worktree", "add", "--quiet", "--detach"]).arg(&tree).arg(&head))?;
        }
        link(&place::tools(), &tree.join("target/tools"))?;
        Ok(Self { tree, built })
    }

    /// What the pages are tested with: each package is ours, and what is noted beside them is the copy's own.
    pub fn lend_pages(&self) -> Result<()> {
        web::installed(&Node::find()?)?;
        let ours = place::web().join("node_modules");
        for entry in fs::read_dir(&ours).with_context(|| ours.display().to_string())? {
            let name = entry?.file_name();
            let is_note = name.to_str().is_some_and(|name| name.starts_with('.') && name != ".bin");
            if !is_note {
                link(&ours.join(&name), &self.tree.join("web/node_modules").join(&name))?;
            }
        }
        let mark = ".installed-lock";
        fs::copy(ours.join(mark), self.tree.join("web/node_modules").join(mark))?;
        Ok(())
    }

    /// Takes a control away until the answer is dropped.
    pub fn without(&self, how: &Removed) -> Result<Taken> {
        let file = self.tree.join(&how.file);
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        ensure!(
            text.matches(&how.code).count() == 1,
            "{}: its code does not stand there exactly once",
            how.file
        );
        fs::write(&file, text.replacen(&how.code, &how.becomes, 1))?;
        Ok(Taken { file, text })
    }
}

fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder);
    git
}

fn link(ours: &Path, theirs: &Path) -> Result<()> {
    if !theirs.is_symlink() {
        fs::create_dir_all(theirs.parent().context("a link at the top")?)?;
        symlink(ours, theirs).with_context(|| theirs.display().to_string())?;
    }
    Ok(())
}

/// A control that is away.
pub struct Taken {
    file: PathBuf,
    text: String,
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Err(why) = fs::write(&self.file, &self.text) {
            eprintln!("{} stays without its control: {why}", self.file.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    #[test]
    fn what_was_taken_away_stands_there_again() {
        let tree = env::temp_dir().join(format!("taken-{}", std::process::id()));
        fs::create_dir_all(&tree).unwrap();
        let copy = Copy { built: tree.clone(), tree: tree.clone() };
        let now = || fs::read_to_string(tree.join("one.rs")).unwrap();
        fs::write(tree.join("one.rs"), "a; if b { c }").unwrap();
        let how = |code: &str| Removed {
            file: "one.rs".into(),
            code: code.into(),
            becomes: "true".into(),
            red: vec![],
        };
        let taken = copy.without(&how("b ")).unwrap();
        assert_eq!(now(), "a; if true{ c }");
        drop(taken);
        assert_eq!(now(), "a; if b { c }");
        assert!(copy.without(&how(" ")).is_err());
        fs::remove_dir_all(&tree).unwrap();
    }
}
