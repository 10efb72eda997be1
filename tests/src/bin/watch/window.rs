//! One window over so many watches on one store.

use anyhow::ensure;
use kernel::time::Span;
use serde::Serialize;
use tests::night::Night;
use tests::night::engines::{Engine, Place};
use tests::night::figures::percentile;
use tests::{now, pause};

/// The quiet before the first look is measured for this long, or until the first look.
const QUIET_MS: u64 = 15_000;

/// What it came to.
#[derive(Debug, Serialize)]
pub struct Seen {
    pub live: usize,
    /// Looks that fell due and were taken.
    pub answered: usize,
    /// Looks that were not.
    pub silent: usize,
    pub untold: usize,
    /// From the deadline until a screen could know.
    pub lag_ms_p50: f64,
    pub lag_ms_p99: f64,
    pub lag_ms_max: f64,
    /// Until whoever is on call had the mail.
    pub mail_ms_p99: f64,
    /// From sending a look until it was acknowledged.
    pub answer_ms_p99: f64,
    /// Of one core, all engines together, while nothing falls due and while all of this does.
    pub quiet_cpu_pct: f64,
    pub busy_cpu_pct: f64,
    pub rss_mb: f64,
    pub violations: Vec<String>,
}

pub async fn seen(name: &str, place: Place, live: usize, window: Span) -> anyhow::Result<Seen> {
    let mut night = Night::begin(name, place).await?;
    let standing = night.stand(live, window).await?;
    let answered = standing.answers.len();
    eprintln!(
        "{name}: {live} watches stand after {} ms, {answered} looks will be taken",
        standing.took.as_millis()
    );
    let quiet = spent(&night.engines, pause(QUIET_MS)).await?.1;
    standing.until_the_answers().await;
    let both = async {
        let (answers, figures) = futures_util::join!(night.answer(standing.answers), night.seen_through());
        anyhow::Ok((answers?, figures?))
    };
    let (told, busy) = spent(&night.engines, Box::pin(both)).await?;
    let (answers, figures) = told?;
    ensure!(answers.len() == answered, "not every look was taken");
    let mut rss_mb: f64 = 0.0;
    for engine in &night.engines {
        rss_mb = rss_mb.max(engine.cost()?.1);
    }
    let ms = |seconds: f64| (seconds * 1000.0).round();
    Ok(Seen {
        live,
        answered,
        silent: figures.deadlines,
        untold: figures.lost,
        lag_ms_p50: ms(figures.screen_p50_s),
        lag_ms_p99: ms(figures.screen_p99_s),
        lag_ms_max: ms(figures.screen_max_s),
        mail_ms_p99: ms(figures.mail_p99_s),
        answer_ms_p99: percentile(&answers, 99) * 1000.0,
        quiet_cpu_pct: quiet,
        busy_cpu_pct: busy,
        rss_mb: rss_mb.round(),
        violations: figures.violations,
    })
}

/// What somebody does, and how much of one core the engines spent meanwhile.
async fn spent<T>(engines: &[Engine], doing: impl Future<Output = T>) -> anyhow::Result<(T, f64)> {
    let all =
        || -> anyhow::Result<f64> { engines.iter().try_fold(0.0, |sum, engine| Ok(sum + engine.cost()?.0)) };
    let (before, begun) = (all()?, now());
    let done = doing.await;
    let seconds = std::time::Duration::from_micros(u64::try_from(now() - begun)?).as_secs_f64();
    Ok((done, ((all()? - before) / seconds * 1000.0).round() / 10.0))
}
