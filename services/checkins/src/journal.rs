//! What was told while the rows could not be written: a file beside the engine, each line on the disk before the next.
//! Ids and times only. When the rows are back, the trail takes the lines over, and the file forgets them.

use checkins_core::mirror::Key;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One message that a server took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) clinic: ClinicId,
    pub(crate) session: SessionId,
    pub(crate) kind: String,
    pub(crate) due_at: Timestamp,
    pub(crate) person: PersonId,
    pub(crate) told_at: Timestamp,
}

impl Line {
    pub(crate) fn new(key: &Key, person: PersonId, told_at: Timestamp) -> Self {
        let Key { clinic, session, kind, at } = key.clone();
        Self { clinic, session, kind, due_at: at, person, told_at }
    }
}

/// The file.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    /// One writer at a time.
    turn: Mutex<()>,
}

impl Journal {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("checkins-told.jsonl"), turn: Mutex::new(()) }
    }

    /// Writes one line, and returns when the disk has it.
    pub(crate) fn note(&self, line: &Line) -> io::Result<()> {
        let _turn = self.turn();
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        file.write_all(format!("{}\n", serde_json::to_string(line)?).as_bytes())?;
        file.sync_all()
    }

    /// All lines. One that was cut off by a crash is none: what it would have said is told again.
    pub(crate) fn lines(&self) -> io::Result<Vec<Line>> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            file => file?,
        };
        let lines = BufReader::new(file).lines().collect::<io::Result<Vec<_>>>()?;
        Ok(lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// The trail has these first lines. What was noted since stays.
    pub(crate) fn forget(&self, count: usize) -> io::Result<()> {
        let _turn = self.turn();
        let rest: Vec<String> =
            self.lines()?.iter().skip(count).map(serde_json::to_string).collect::<Result<_, _>>()?;
        let beside = self.path.with_extension("new");
        let mut file =
            OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&beside)?;
        for line in rest {
            file.write_all(format!("{line}\n").as_bytes())?;
        }
        file.sync_all()?;
        std::fs::rename(beside, &self.path)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: i64) -> Line {
        let id = "018f0000-0000-7000-9000-000000000051";
        let (clinic, session, person) = (id.parse().unwrap(), id.parse().unwrap(), id.parse().unwrap());
        let at = Timestamp::from_micros(at);
        Line { clinic, session, kind: "look".into(), due_at: at, person, told_at: at }
    }

    #[test]
    fn what_was_noted_comes_back_without_the_line_that_a_crash_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(folder.path());
        assert_eq!(journal.lines().unwrap(), []);
        journal.note(&line(1)).unwrap();
        journal.note(&line(2)).unwrap();
        let mut file = OpenOptions::new().append(true).open(&journal.path).unwrap();
        file.write_all(b"{\"clinic\":\"018f").unwrap();
        assert_eq!(journal.lines().unwrap(), [line(1), line(2)]);
        journal.forget(1).unwrap();
        assert_eq!(journal.lines().unwrap(), [line(2)]);
    }
}
