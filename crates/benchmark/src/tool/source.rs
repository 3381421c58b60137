//! What is asked: one kind of request, several with weights, or what a log says.

use super::failure::Failure;
use super::replay::Log;
use super::suite::Test;
use crate::request::{Draw, Fill, Template, ValueSizes};

/// What is asked.
#[derive(Debug)]
pub(super) enum Source {
    /// Requests from templates.
    Mix(Mix),
    /// Requests as others have asked them.
    Log(Log),
}

/// Templates with weights.
#[derive(Debug)]
pub(super) struct Mix {
    templates: Vec<Template>,
    weights: Vec<u64>,
    total: u64,
}

impl Source {
    /// The same request each time.
    pub(super) fn one(template: Template) -> Self {
        Self::Mix(Mix { templates: vec![template], weights: vec![1], total: 1 })
    }

    /// Returns the names of the kinds of requests.
    pub(super) fn kinds(&self) -> Vec<String> {
        match self {
            Self::Mix(mix) => {
                mix.templates.iter().map(|template| template.name().to_owned()).collect()
            }
            Self::Log(log) => log.kinds().to_vec(),
        }
    }
}

impl Mix {
    /// Reads `get=80,set=20`: names of tests, and how often each is to be asked.
    pub(super) fn parse(text: &str, fill: Fill, sizes: &ValueSizes) -> Result<Self, Failure> {
        let bad = |what: String| Failure::Usage(format!("--mix {text}: {what}"));
        let mut mix = Self { templates: Vec::new(), weights: Vec::new(), total: 0 };
        for part in text.split(',') {
            let (name, weight) = part.split_once('=').unwrap_or((part, "1"));
            let test = Test::named(name).ok_or_else(|| bad(format!("there is no test {name}")))?;
            let weight: u32 = weight.parse().map_err(|_| bad(format!("{weight} is no weight")))?;
            mix.templates.push(test.template(fill, sizes));
            mix.weights.push(u64::from(weight));
            mix.total += u64::from(weight);
        }
        if mix.total == 0 { Err(bad("all weights are zero".to_owned())) } else { Ok(mix) }
    }

    /// Appends a request and returns its kind.
    #[inline]
    pub(super) fn push(&self, out: &mut Vec<u8>, draw: &mut Draw) -> u16 {
        let kind = self.choose(draw);
        self.templates[kind].push(out, draw);
        kind as u16
    }

    #[inline]
    fn choose(&self, draw: &mut Draw) -> usize {
        if self.weights.len() == 1 {
            return 0;
        }
        let mut at = draw.below(self.total);
        for (kind, weight) in self.weights.iter().enumerate() {
            if at < *weight {
                return kind;
            }
            at -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::KeyOrder;

    #[test]
    fn requests_come_in_proportion_to_their_weights() {
        let sizes = ValueSizes::fixed(3);
        let mix = Mix::parse("get=80,set=20", Fill::NUMBERS, &sizes).expect("valid");
        let mut draw = Draw::new(1, KeyOrder::Uniform { keys: 10 }, sizes);
        let mut out = Vec::new();
        let sets: u32 = (0..10_000).map(|_| u32::from(mix.push(&mut out, &mut draw))).sum();
        assert!((1_800..2_200).contains(&sets), "{sets}");
        assert_eq!(Source::Mix(mix).kinds(), ["GET", "SET"]);
    }

    #[test]
    fn what_is_no_mix_is_refused() {
        for wrong in ["", "get=", "get=-1", "nosuch=1", "get=0", "get=1,"] {
            let mix = Mix::parse(wrong, Fill::NUMBERS, &ValueSizes::fixed(3));
            assert!(matches!(mix, Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
