//! The command line: names and values, in pairs.

use anyhow::{Context as _, ensure};
use std::str::FromStr;

/// What was said.
pub struct Words<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Words<'a> {
    /// Reads pairs of which only these names are known.
    pub fn read(words: &[&'a str], known: &[&str]) -> anyhow::Result<Self> {
        let mut pairs = vec![];
        for pair in words.chunks(2) {
            let [name, value] = *pair else { anyhow::bail!("{} says nothing", pair.join(" ")) };
            let bare = name.strip_prefix("--").unwrap_or_default();
            ensure!(known.contains(&bare), "{name} is none of --{}", known.join(", --"));
            pairs.push((bare, value));
        }
        Ok(Self(pairs))
    }

    /// Whether it was said.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }

    /// Everything that was said under a name.
    pub fn values<T: FromStr<Err: Into<anyhow::Error>>>(&self, name: &str) -> anyhow::Result<Vec<T>> {
        let said = self.0.iter().filter(|(known, _)| *known == name);
        said.map(|(_, value)| {
            value.parse::<T>().map_err(Into::into).with_context(|| format!("--{name} {value}"))
        })
        .collect()
    }

    /// What was said under a name last.
    pub fn value<T: FromStr<Err: Into<anyhow::Error>>>(&self, name: &str) -> anyhow::Result<T> {
        self.values(name)?.pop().with_context(|| format!("--{name} is missing"))
    }

    /// The same, or this where nothing was said.
    pub fn value_or<T: FromStr<Err: Into<anyhow::Error>>>(&self, name: &str, usual: T) -> anyhow::Result<T> {
        Ok(self.values(name)?.pop().unwrap_or(usual))
    }
}
