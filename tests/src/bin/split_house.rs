//! A house of eight processes with the ready line of `holdspace demo`, for stories that start a program and read a line.
#![expect(clippy::print_stdout, reason = "the ready line is what it is for")]

use anyhow::Context as _;
use std::path::PathBuf;
use tests::split::{Plan, Split};

fn main() -> anyhow::Result<()> {
    let mut plan = Plan {
        program: tests::told("PROOF_PROGRAM")?.into(),
        folder: PathBuf::new(),
        port: 0,
        smtp: String::new(),
        pace: 60,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--data" => plan.folder = words.next().context("--data needs a folder")?.into(),
            "--port" => plan.port = words.next().context("--port needs a number")?.parse()?,
            "--pace" => plan.pace = words.next().context("--pace needs a number")?.parse()?,
            "--smtp" => plan.smtp = words.next().context("--smtp needs host:port")?,
            _same_for_every_house => {}
        }
    }
    actix_web::rt::System::new().block_on(async {
        let split = Split::open(plan)?;
        println!("{}", split.ready);
        chassis::process::told_to_stop().await;
        drop(split);
        Ok(())
    })
}
