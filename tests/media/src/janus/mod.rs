//! Janus as an SFU under test: Debian's build with the least configuration that has rooms.

pub mod crowd;
pub mod talk;

use anyhow::{Context as _, ensure};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Where Debian puts it.
const USUAL: &str = "/usr/bin/janus";
/// What is loaded, of which folder.
const LOADED: [(&str, &str); 2] =
    [("plugins", "libjanus_videoroom.so"), ("transports", "libjanus_websockets.so")];

/// The program: this one if it is said, or the one on the path, or where Debian puts it.
///
/// # Errors
/// When there is none.
pub fn program(said: Option<PathBuf>, path: &std::ffi::OsStr) -> anyhow::Result<PathBuf> {
    let on_path = std::env::split_paths(path).map(|folder| folder.join("janus"));
    let mut all = said.into_iter().chain(on_path).chain([PathBuf::from(USUAL)]);
    all.find(|program| program.is_file())
        .context("no Janus; apt-get install janus, or name it in PROOF_JANUS")
}

/// Writes what it needs to a folder; answers its command line. It is spoken to at `talk`.
///
/// # Errors
/// When its plugins are not beside the program.
pub fn words(program: &Path, folder: &Path, talk: SocketAddr) -> anyhow::Result<Vec<String>> {
    ensure!(
        !talk.ip().is_loopback(),
        "Janus never uses the loopback device; give the benchmark a place of its own"
    );
    let home = fs::canonicalize(program)?;
    let prefix = home.parent().and_then(Path::parent).context("a program in no folder")?;
    for (kind, library) in LOADED {
        let own = folder.join(kind);
        fs::create_dir_all(&own)?;
        let found = library_of(prefix, kind, library)?;
        symlink(&found, own.join(library))?;
    }
    fs::create_dir_all(folder.join("none"))?;
    let (here, address) = (folder.display(), talk.ip());
    let none = folder.join("none");
    let none = none.display();
    // A subscriber's session is silent for the whole benchmark; it must not end for that.
    let general = format!(
        "general: {{ configs_folder = \"{here}\" plugins_folder = \"{here}/plugins\"\n\
         transports_folder = \"{here}/transports\" events_folder = \"{none}\" loggers_folder = \"{none}\"\n\
         debug_level = 2 session_timeout = 0 }}\n\
         media: {{ rtp_port_range = \"20000-20999\" }}\n\
         nat: {{ ice_lite = true ice_tcp = false ice_enforce_list = \"{address}\" }}\n"
    );
    fs::write(folder.join("janus.jcfg"), general)?;
    fs::write(folder.join("janus.plugin.videoroom.jcfg"), "general: { }\n")?;
    let sockets = format!(
        "general: {{ json = \"plain\" ws = true ws_port = {} ws_ip = \"{address}\" wss = false }}\n",
        talk.port()
    );
    fs::write(folder.join("janus.transport.websockets.jcfg"), sockets)?;
    Ok(["-F", &here.to_string(), "-i", &address.to_string()].map(str::to_owned).into())
}

/// `lib/janus` or, as Debian has it, `lib/<architecture>/janus`.
fn library_of(prefix: &Path, kind: &str, library: &str) -> anyhow::Result<PathBuf> {
    let lib = prefix.join("lib");
    let below = fs::read_dir(&lib)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut all = below.chain([lib.clone()]).map(|folder| folder.join("janus").join(kind).join(library));
    all.find(|file| file.is_file()).with_context(|| format!("no {library} below {}", lib.display()))
}
