//! The disk under the database loses its power, again and again, while people write and deadlines pass. Whatever the
//! house said it has, it has; and every silence is told once there is a disk again.
#![expect(clippy::print_stdout, reason = "a proof answers on standard output")]

use anyhow::{Context as _, ensure};
use kernel::time::Span;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::night::Night;
use tests::night::disk::{self, Disk, Missing};
use tests::night::engines::{Ground, Place};
use tests::night::figures::Figures;
use tests::night::power::{Cuts, Outcome, Power, Site};
use tests::night::written::{Kept, Written};
use tests::{folder, told};

/// Deadlines for each second of the night.
const DEADLINES_A_SECOND: i64 = 4;

/// So many of what is missing are named.
const NAMED: usize = 10;

/// One store's night.
struct Seen {
    figures: Figures,
    kept: Kept,
    outcome: Outcome,
}

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let count = words.next().map_or(Ok(20), |word| word.parse())?;
    let over = Span::seconds(words.next().map_or(Ok(300), |word| word.parse())?);
    let cuts = Cuts { count, over, seed: u64::from_le_bytes(chassis::crypto::random()) };
    let disk = match disk::apart().and_then(|()| disk_for("postgres")) {
        Ok(disk) => disk,
        Err(missing) => {
            skipped(&missing);
            return Ok(());
        }
    };
    if let Err(failed) = disk.tried() {
        skipped(&failed.downcast::<Missing>()?);
        return Ok(());
    }
    actix_web::rt::System::new().block_on(async {
        let postgres = night("postgres", Place::Postgres, disk, cuts).await.context("postgres")?;
        let disk = disk_for("sqlite")?;
        let sqlite = night("sqlite", Place::Sqlite, disk, cuts).await.context("sqlite")?;
        let both = [&postgres, &sqlite];
        let whole = both.iter().all(|seen| seen.outcome.damage.is_empty() && seen.kept.broken.is_empty());
        println!(
            "{}",
            json!({
                "lost": both.iter().map(|seen| seen.lost()).sum::<usize>(),
                "acknowledged": both.iter().map(|seen| seen.kept.acknowledged).sum::<usize>(),
                "refused": both.iter().map(|seen| seen.kept.refused).sum::<usize>(),
                "violations": both.iter().map(|seen| seen.figures.violations.len()).sum::<usize>(),
                "cuts": postgres.outcome.cuts.min(sqlite.outcome.cuts),
                "p99_s": postgres.figures.p99_s.max(sqlite.figures.p99_s),
                "max_s": postgres.figures.max_s.max(sqlite.figures.max_s),
                "integrity": if whole { "ok" } else { "damaged" },
                "postgres": postgres.told(), "sqlite": sqlite.told(), "seed": cuts.seed,
            })
        );
        ensure!(both.iter().all(|seen| seen.lost() == 0), "something that was acknowledged, or due, is lost");
        ensure!(whole, "a cut did damage");
        Ok(())
    })
}

/// There is no such disk here, and nothing was proved.
fn skipped(missing: &Missing) {
    println!("{}", json!({ "skipped": format!("no disk that can lose its power: {missing}") }));
}

fn disk_for(name: &str) -> Result<Disk, Missing> {
    let image = told("PROOF_WORK").map(|work| PathBuf::from(work).join(format!("{name}.disk")));
    Disk::new(image.unwrap_or_else(|_not_told| std::env::temp_dir().join(name)))
}

async fn night(name: &str, place: Place, disk: Disk, cuts: Cuts) -> anyhow::Result<Seen> {
    let folder = folder(name)?;
    let ground = Ground::open_on(place, &folder, Some(disk.path()))?;
    let mut night = Night::on(place, &folder, ground).await?;
    let spare = night.one_more().await?;
    let seconds = cuts.over.as_seconds();
    night.dose(usize::try_from(seconds * DEADLINES_A_SECOND)?, cuts.over).await?;
    let (engines, postgres) = (std::mem::take(&mut night.engines), night.ground.postgres.take());
    let config = engines.first().context("no engine")?.config().to_owned();
    let port = postgres.as_ref().map(|postgres| postgres.port);
    let (copies, outages) = (folder.join("copies"), night.outages.clone());
    std::fs::create_dir_all(&copies)?;
    night.until_the_first().await;
    let written = Written::begin(&night, spare, &folder.join("acknowledged"))?;
    let mut power = Power::begin(cuts, Site { disk, engines, postgres, copies, outages });
    let ledger = night.watched().await;
    power.through().await?;
    // The power stays from here on.
    let figures = ledger?.figures().await?;
    let kept = written.end(&night, &config).await?;
    let damage = port.map(examined).transpose()?.flatten();
    let mut outcome = power.end()?;
    outcome.damage.extend(damage);
    Ok(Seen { figures, kept, outcome })
}

/// What Postgres finds wrong with its own tables and indexes.
fn examined(port: u16) -> anyhow::Result<Option<String>> {
    let program = Path::new(&told("PROOF_POSTGRES")?).join("pg_amcheck");
    let mut check = Command::new(program);
    check.args([
        "--install-missing",
        "--heapallindexed",
        "-h",
        "127.0.0.1",
        "-U",
        "postgres",
        "-d",
        "postgres",
    ]);
    let output = check.args(["-p", &port.to_string()]).output().context("pg_amcheck does not start")?;
    let said = [output.stdout, output.stderr].concat();
    Ok((!output.status.success()).then(|| String::from_utf8_lossy(&said).into_owned()))
}

impl Seen {
    /// Records and silences.
    fn lost(&self) -> usize {
        self.figures.lost + self.kept.missing.len()
    }

    fn told(&self) -> Value {
        json!({
            "lost": self.lost(), "acknowledged": self.kept.acknowledged, "cuts": self.outcome.cuts,
            "missing": self.kept.missing.iter().take(NAMED).collect::<Vec<_>>(), "refused": self.kept.refused, "night": self.figures,
            "trail": self.kept.broken, "damage": self.outcome.damage,
            "integrity": if self.outcome.damage.is_empty() { "ok" } else { "damaged" },
        })
    }
}
