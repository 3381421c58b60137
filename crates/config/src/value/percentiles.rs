//! Which percentiles of latency are shown.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;

/// Percentiles from 0 to 100, with at most six digits after the point.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Percentiles(pub Vec<f64>);

/// Writes a percentile without needless zeros.
fn format(percentile: f64) -> String {
    let text = format!("{percentile:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn parse(word: &[u8]) -> Result<f64, ValueError> {
    let invalid = "Invalid latency-tracking-info-percentiles parameters";
    let outside = "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
    let number = std::str::from_utf8(word).ok().and_then(|text| text.parse::<f64>().ok());
    let number = number.filter(|number| !number.is_nan()).ok_or(ValueError::Invalid(invalid))?;
    if !(0.0..=100.0).contains(&number) {
        return Err(ValueError::Invalid(outside));
    }
    // Only what is shown is kept, so that a value survives being written to a file and read.
    Ok(format(number.abs()).parse().unwrap_or(number))
}

impl Setting for Percentiles {
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        if words == [b""] {
            self.0.clear();
            return Ok(());
        }
        self.0 = words.iter().map(|word| parse(word)).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        self.words().into_bytes()
    }

    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        vec![if self.0.is_empty() { "\"\"".to_owned() } else { self.words() }]
    }
}

impl Percentiles {
    fn words(&self) -> String {
        let percentiles: Vec<String> = self.0.iter().copied().map(format).collect();
        percentiles.join(" ")
    }
}
