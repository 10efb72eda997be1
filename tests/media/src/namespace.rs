//! A network of its own for everybody in a benchmark, that is gone when it ends.
//!
//! Janus never listens on the loopback device; inside there is another one, and all SFUs are measured on it.

use anyhow::{Context as _, ensure};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;

/// The address inside, of nobody outside.
pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 99, 0, 1));
/// What all names begin with; the number of the process that made it follows.
const PREFIX: &str = "media-";

/// Where the processes of a benchmark talk to each other.
#[derive(Debug)]
pub enum Place {
    /// On the loopback of the machine.
    Machine,
    /// In a network of its own. Dropping it takes it down.
    Own {
        /// Its name.
        name: String,
    },
}

impl Place {
    /// A network of its own, with one address. Takes root.
    ///
    /// # Errors
    /// When this user may not, or there is no `ip`.
    pub fn own() -> anyhow::Result<Self> {
        sweep();
        let name = format!("{PREFIX}{}", std::process::id());
        ip(&format!("netns add {name}")).context("a network of its own takes root and iproute2")?;
        // From here on it is taken down again, whatever fails.
        let place = Self::Own { name: name.clone() };
        for words in [
            "link set lo up",
            "link add media0 type veth peer name media1",
            &format!("addr add {ADDRESS}/24 dev media0"),
            "link set media0 up",
            "link set media1 up",
        ] {
            ip(&format!("-n {name} {words}"))?;
        }
        Ok(place)
    }

    /// Where everybody listens.
    pub fn address(&self) -> IpAddr {
        match self {
            Self::Machine => Ipv4Addr::LOCALHOST.into(),
            Self::Own { .. } => ADDRESS,
        }
    }

    /// The words before a command that is run here.
    pub fn entrance(&self) -> Vec<&str> {
        match self {
            Self::Machine => vec![],
            Self::Own { name } => vec!["ip", "netns", "exec", name],
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Own { name } = self {
            // What cannot be taken down now is swept up by the next run.
            let _ = ip(&format!("netns del {name}"));
        }
    }
}

/// Takes down what runs left behind that were killed.
fn sweep() {
    for entry in std::fs::read_dir("/run/netns").into_iter().flatten().filter_map(Result::ok) {
        let name = entry.file_name();
        let maker = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok());
        if let Some(maker) = maker
            && !Path::new(&format!("/proc/{maker}")).exists()
        {
            let _ = ip(&format!("netns del {PREFIX}{maker}"));
        }
    }
}

fn ip(words: &str) -> anyhow::Result<()> {
    let said = Command::new("ip").args(words.split_whitespace()).output()?;
    ensure!(said.status.success(), "ip {words}: {}", String::from_utf8_lossy(&said.stderr).trim());
    Ok(())
}
