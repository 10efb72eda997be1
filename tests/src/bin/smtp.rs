//! The first mail server refuses, hangs, asks to come back later, is gone, or says that it took a mail and loses it: each
//! time whoever is on call has it over the second one.
#![expect(clippy::print_stdout, reason = "a proof answers on standard output")]

use anyhow::{Context as _, ensure};
use kernel::time::Span;
use serde_json::{Map, Value, json};
use tests::night::Night;
use tests::night::engines::Place;
use tests::night::figures::Figures;

/// What the first server does.
#[derive(Debug, Clone, Copy)]
struct Manners {
    name: &'static str,
    /// As the sink calls it; nothing when it is gone.
    mode: Option<&'static str>,
}

const MANNERS: [Manners; 5] = [
    Manners { name: "refuses", mode: Some("refuse 550") },
    Manners { name: "greylists", mode: Some("refuse 451") },
    Manners { name: "hangs", mode: Some("stall-before-data 30") },
    Manners { name: "gone", mode: None },
    Manners { name: LIES, mode: Some("drop") },
];
/// It can be found out only by nobody's answer: then the next step begins with the other server.
const LIES: &str = "lies";
/// So many seconds after the first; the shipped ladder has 60.
const NEXT_STEP: i64 = 10;

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let deadlines: usize = words.next().map_or(Ok(100), |word| word.parse())?;
    let seconds: i64 = words.next().map_or(Ok(20), |word| word.parse())?;
    let only: Vec<String> = words.collect();
    let mut all = Map::new();
    let mut total = Total::default();
    for (store, place) in [("postgres", Place::Postgres), ("sqlite", Place::Sqlite)] {
        let mut nights = Map::new();
        for manners in
            MANNERS.iter().filter(|manners| only.is_empty() || only.contains(&manners.name.to_owned()))
        {
            let name = format!("{store}-{}", manners.name);
            let night = night(&name, place, *manners, deadlines, Span::seconds(seconds));
            let figures = actix_web::rt::System::new().block_on(night).context(name)?;
            eprintln!("{store}, {}: {figures:?}", manners.name);
            total.take(manners.name, &figures);
            nights.insert(manners.name.into(), serde_json::to_value(&figures)?);
        }
        all.insert(store.into(), nights.into());
    }
    println!("{}", total.told(all));
    ensure!(total.lost == 0 && total.violations == 0, "not every silence was told");
    Ok(())
}

async fn night(
    name: &str,
    place: Place,
    manners: Manners,
    deadlines: usize,
    over: Span,
) -> anyhow::Result<Figures> {
    let mut night = Night::with_two_mail_servers(name, place, NEXT_STEP).await?;
    night.dose(deadlines, over).await?;
    night.until_the_first().await;
    let first = night.sinks.first().context("no mail server")?;
    match manners.mode {
        Some(mode) => first.behave(mode)?,
        None => first.kill(),
    }
    night.seen_through().await
}

/// Over all nights: the worst of each.
#[derive(Debug, Default)]
struct Total {
    lost: usize,
    violations: usize,
    early: usize,
    p99_s: f64,
    max_s: f64,
    lies_max_s: f64,
}

impl Total {
    fn take(&mut self, manners: &str, figures: &Figures) {
        self.lost += figures.lost;
        self.early += figures.early;
        self.violations += figures.violations.len();
        if manners == LIES {
            self.lies_max_s = self.lies_max_s.max(figures.max_s);
        } else {
            (self.p99_s, self.max_s) = (self.p99_s.max(figures.p99_s), self.max_s.max(figures.max_s));
        }
    }

    fn told(&self, mut all: Map<String, Value>) -> Value {
        let total = json!({
            "lost": self.lost, "violations": self.violations, "early": self.early,
            "p99_s": self.p99_s, "max_s": self.max_s, "lies_max_s": self.lies_max_s, "next_step_s": NEXT_STEP,
        });
        if let Value::Object(total) = total {
            all.extend(total);
        }
        all.into()
    }
}
