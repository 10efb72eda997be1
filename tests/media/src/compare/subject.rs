//! Who is compared: how each is started, and how the load finds it.

use crate::command::{Server, ask};
use crate::floor;
use crate::janus;
use crate::load::{Burden, Load};
use crate::namespace::Place;
use anyhow::Context as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The port for media, the same for all who have only one.
const MEDIA: u16 = 21_100;
/// Where people come in.
const DOOR: u16 = 21_101;

/// An SFU, or what stands for the least that one could cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The one we build.
    Ours,
    /// The same task on str0m.
    Str0m,
    /// Janus.
    Janus,
    /// A bare relay.
    Floor,
    /// A bare relay that sends runs.
    FloorGso,
}

/// The programs.
#[derive(Debug, Clone)]
pub struct Programs {
    /// Ours: it takes `--udp` and `--tcp`.
    pub ours: PathBuf,
    /// This one, which is also the reference, the relay and the load.
    pub own: PathBuf,
    /// Janus.
    pub janus: Option<PathBuf>,
}

/// Where everything happens.
#[derive(Debug)]
pub struct Stand {
    /// The network.
    pub place: Place,
    /// The programs.
    pub programs: Programs,
    /// For configurations and logs.
    pub folder: PathBuf,
}

impl Subject {
    /// All, in the order of a round.
    pub const ALL: [Self; 5] = [Self::Ours, Self::Str0m, Self::Janus, Self::Floor, Self::FloorGso];

    /// Its name on the command line and in the figures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Str0m => "str0m",
            Self::Janus => "janus",
            Self::Floor => "floor",
            Self::FloorGso => "floor_gso",
        }
    }
}

impl Stand {
    /// Starts a subject, puts the load on it, and ends it.
    ///
    /// # Errors
    /// When it does not start, or the load cannot be put on it.
    pub fn measure(&self, subject: Subject, load: &Load) -> anyhow::Result<Burden> {
        let folder = tempfile::tempdir_in(&self.folder)?;
        let log = self.folder.join(format!("{}.log", subject.as_str()));
        let (program, words) = self.command(subject, folder.path())?;
        let mut server = Server::start(&self.place, log, program, &words)?;
        let burden = ask(&self.place, &self.programs.own, &self.load_words(subject, load, server.id()));
        // Where it ended by itself, that is why the load failed.
        server.check().with_context(|| subject.as_str())?;
        burden.with_context(|| format!("{}; it said: {}", subject.as_str(), server.last_words()))
    }

    fn command(&self, subject: Subject, folder: &Path) -> anyhow::Result<(&Path, Vec<String>)> {
        let own = self.programs.own.as_path();
        let (media, door) = (self.at(MEDIA).to_string(), self.at(DOOR).to_string());
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        Ok(match subject {
            Subject::Ours => {
                let ours = self.programs.ours.as_path();
                (ours, words(&["--udp", &media, "--tcp", &door]))
            }
            Subject::Str0m => (own, words(&["serve", "str0m", "--udp", &media, "--tcp", &door])),
            Subject::Janus => {
                let janus = self.programs.janus.as_deref().context("PROOF_JANUS names no program")?;
                (janus, janus::words(janus, folder, self.at(DOOR))?)
            }
            Subject::Floor | Subject::FloorGso => {
                let mut all = words(&["serve", "floor", "--udp", &media]);
                all.extend(["--runs".to_owned(), (subject == Subject::FloorGso).to_string()]);
                for to in floor::receivers(self.place.address()) {
                    all.extend(["--to".to_owned(), to.to_string()]);
                }
                (own, all)
            }
        })
    }

    fn load_words(&self, subject: Subject, load: &Load, id: u32) -> Vec<String> {
        let (found_by, port) = match subject {
            Subject::Ours | Subject::Str0m => ("--sfu", DOOR),
            Subject::Janus => ("--janus", DOOR),
            Subject::Floor | Subject::FloorGso => ("--relay", MEDIA),
        };
        let pairs = [
            (found_by, self.at(port).to_string()),
            ("--pid", id.to_string()),
            ("--rooms", load.rooms.to_string()),
            ("--people", load.people.to_string()),
            ("--pps", load.pps.to_string()),
            ("--payload", load.payload.to_string()),
            ("--slower", load.slower.to_string()),
            ("--seconds", load.seconds.to_string()),
        ];
        let words = pairs.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        std::iter::once("load".to_owned()).chain(words).collect()
    }

    fn at(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.place.address(), port)
    }
}
