//! The best of several rounds: what others on the machine took is never the SFU's.

use super::subject::{Stand, Subject};
use crate::load::{Burden, Load};

/// A measurement that was disturbed is made again so often.
const AGAIN_MAX: u32 = 2;

/// The best measurement of a subject so far.
#[derive(Debug, Default)]
pub struct Best(Option<Burden>);

impl Best {
    /// Measures once more, and again where packets were lost. Tells `tell` how it went.
    ///
    /// # Errors
    /// When the last attempt could not even be made.
    pub fn another(
        &mut self,
        stand: &Stand,
        subject: Subject,
        load: &Load,
        tell: fn(&str),
    ) -> anyhow::Result<()> {
        for attempt in 0..=AGAIN_MAX {
            let name = format!("{} {}x{}", subject.as_str(), load.rooms, load.people);
            match stand.measure(subject, load) {
                Err(error) if attempt < AGAIN_MAX => tell(&format!("{name}: {error:#}; again")),
                Err(error) => return Err(error),
                Ok(burden) => {
                    let fault = burden.fault();
                    tell(&format!("{name}: {}", told(&burden, fault.as_deref())));
                    self.keep(burden);
                    if fault.is_none() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// A measurement without fault is better than one with; then the cheaper one is.
    fn keep(&mut self, burden: Burden) {
        let is_better = self.0.as_ref().is_none_or(|best| match (best.fault(), burden.fault()) {
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(_), Some(_)) => burden.gaps < best.gaps,
            (None, None) => burden.us_per_packet < best.us_per_packet,
        });
        if is_better {
            self.0 = Some(burden);
        }
    }

    /// Microseconds for a packet.
    pub fn us(&self) -> Option<f64> {
        self.0.as_ref().map(|best| best.us_per_packet)
    }

    /// Memory.
    pub fn rss_mib(&self) -> Option<f64> {
        self.0.as_ref().map(|best| best.rss_mib)
    }

    /// What was lost even in the best.
    pub fn gaps(&self) -> u64 {
        self.0.as_ref().map_or(0, |best| best.gaps)
    }

    /// What is wrong even with the best.
    pub fn fault(&self) -> Option<String> {
        self.0.as_ref().and_then(Burden::fault)
    }
}

fn told(burden: &Burden, fault: Option<&str>) -> String {
    format!(
        "{:.2} us a packet, {:.0} in, {:.0} out a second, {:.0} % of a core (load {:.0} %), {:.0} MiB, {}",
        burden.us_per_packet,
        burden.tx_pps,
        burden.rx_pps,
        burden.sfu_pct,
        burden.generator_pct,
        burden.rss_mib,
        fault.unwrap_or("whole"),
    )
}
