//! What a process costs while packets flow: its processor time in nanoseconds, and its memory.

use anyhow::Context as _;
use std::time::Duration;

/// Processor time of all threads of a process so far, inside the kernel too.
///
/// `schedstat` counts nanoseconds; the hundredths of `stat` are too coarse for windows of a few seconds.
///
/// # Errors
/// When it is gone.
pub fn processor(id: u32) -> anyhow::Result<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).context("the process is gone")?;
    let mut total = 0;
    for thread in threads {
        // A thread may end between being listed and being read.
        let Ok(text) = std::fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        total += text.split_whitespace().next().context("an empty schedstat")?.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(total))
}

/// The memory a process holds now, in MiB.
///
/// # Errors
/// When it is gone.
pub fn memory_mib(id: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
}

/// A count as a measure. Exact for all counts that a benchmark meets.
pub fn measure(count: u64) -> f64 {
    let [high, low] = [count >> 32, count & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or(0));
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

/// Microseconds of processor per packet; nothing forwarded is no figure.
pub fn us_per_packet(spent: Duration, packets: u64) -> Option<f64> {
    (packets > 0).then(|| spent.as_secs_f64() * 1e6 / measure(packets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_is_seen_working() {
        let me = std::process::id();
        let before = processor(me).unwrap();
        let mut work = 0_u64;
        while processor(me).unwrap() <= before {
            work = (0..1_000_000).fold(work, |sum, number| sum ^ number);
        }
        assert!(memory_mib(me).unwrap() > 1.0, "{work}");
        assert!(processor(u32::MAX).is_err());
    }

    #[test]
    fn a_packet_costs_its_share_and_no_packet_has_no_cost() {
        assert_eq!(us_per_packet(Duration::from_millis(3), 1500), Some(2.0));
        assert_eq!(us_per_packet(Duration::from_millis(3), 0), None);
    }
}
