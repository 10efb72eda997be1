//! What a process costs, as Linux counts it.

use anyhow::Context as _;

/// Linux counts processor time in hundredths for every program outside of it (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor seconds of a process so far, with those of its children that still run.
///
/// # Errors
/// When it is gone.
pub fn cpu_seconds(id: u32) -> anyhow::Result<f64> {
    let own = stat(id)?.cpu_seconds;
    let of = |child: u32| stat(child).map_or(0.0, |child| child.cpu_seconds);
    Ok(own + children(id)?.into_iter().map(of).sum::<f64>())
}

/// The processes that this one started.
///
/// # Errors
/// When Linux does not say.
pub fn children(id: u32) -> anyhow::Result<Vec<u32>> {
    let processes = std::fs::read_dir("/proc")?.filter_map(Result::ok);
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(ids.filter(|child| stat(*child).is_ok_and(|child| child.parent == id)).collect())
}

/// The most memory a process ever held, in megabytes.
///
/// # Errors
/// When it is gone.
pub fn rss_mb(id: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}

/// How many files and sockets a process holds open.
///
/// # Errors
/// When it is gone.
pub fn open_files(id: u32) -> anyhow::Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{id}/fd"))?.count())
}

struct Stat {
    parent: u32,
    cpu_seconds: f64,
}

fn stat(id: u32) -> anyhow::Result<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name in parentheses may hold anything, even spaces. Fields are counted from 1: the parent is the 4th, the
    // time as a user and inside the system the 14th and 15th.
    let after: Vec<&str> = text.rsplit_once(')').context("no name")?.1.split_whitespace().collect();
    let field = |number: usize| after.get(number - 3).copied().context("too short");
    let ticks: f64 = field(14)?.parse::<f64>()? + field(15)?.parse::<f64>()?;
    Ok(Stat { parent: field(4)?.parse()?, cpu_seconds: ticks / TICKS_PER_SECOND })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_costs_something_and_one_that_is_gone_is_an_error() {
        let before = cpu_seconds(std::process::id()).unwrap();
        let mut work = 0_u64;
        while cpu_seconds(std::process::id()).unwrap() <= before {
            work = (0..1_000_000).fold(work, |sum, number| sum ^ number);
        }
        assert!(rss_mb(std::process::id()).unwrap() > 1.0, "{work}");
        let before = open_files(std::process::id()).unwrap();
        let held = std::fs::File::open("/proc/self/stat").unwrap();
        assert_eq!(open_files(std::process::id()).unwrap(), before + 1, "{held:?}");
        assert!(cpu_seconds(u32::MAX).is_err());
    }
}
