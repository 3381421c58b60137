//! The round trip of PING.
//!
//! One sample at a time, a hundred a second, so that the measurement is not part of the load. On a
//! cluster each node is sampled in turn and has a line of its own.

use std::time::{Duration, Instant};

use crate::options::Output;
use crate::out::{complain, say};
use crate::session::{Failure, Session};
use crate::{clock, keyspace, out};

/// Rest between samples.
const PAUSE: Duration = Duration::from_millis(10);

/// What an interval came to, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Summary {
    min: u128,
    max: u128,
    total: u128,
    count: u128,
}

impl Summary {
    fn add(&mut self, sample: Duration) {
        let sample = sample.as_millis();
        self.min = if self.count == 0 { sample } else { self.min.min(sample) };
        self.max = self.max.max(sample);
        self.total += sample;
        self.count += 1;
    }

    fn average(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.total as f64 / self.count as f64 }
    }

    /// Shows the summary of a node, which is named if there are several.
    fn show(&self, node: Option<&str>, output: Output) -> String {
        let Self { min, max, count, .. } = self;
        let average = self.average();
        match (output, node) {
            (Output::Standard, None) => {
                format!("min: {min}, max: {max}, avg: {average:.2} ({count} samples)")
            }
            (Output::Standard, Some(node)) => format!("{node:<21} {}", self.show(None, output)),
            (Output::Csv, None) => format!("{min},{max},{average:.2},{count}\n"),
            (Output::Csv, Some(node)) => format!("{node},{}", self.show(None, output)),
            (Output::Raw, None) => format!("{min} {max} {average:.2} {count}\n"),
            (Output::Raw, Some(node)) => format!("{node} {}", self.show(None, output)),
            (Output::Json | Output::QuotedJson, _) => {
                let name = node.map(|node| format!("\"node\": \"{node}\", ")).unwrap_or_default();
                format!(
                    "{{{name}\"min\": {min}, \"max\": {max}, \"avg\": {average:.2}, \"count\": {count}}}\n"
                )
            }
        }
    }
}

fn sample(session: &mut Session) -> Result<Duration, Failure> {
    let started = clock::now();
    session.call(&["PING"])?;
    Ok(started.elapsed())
}

/// Samples until interrupted; for a program, one interval.
pub(crate) fn run(session: &mut Session) -> bool {
    measure(session, Duration::from_secs(1), false)
}

/// Samples until interrupted, beginning anew with each interval.
pub(crate) fn history(session: &mut Session) -> bool {
    measure(session, Duration::from_secs(15), true)
}

/// A node, and what its samples of the interval came to.
struct Sampled {
    session: Session,
    summary: Summary,
}

impl Sampled {
    /// Connects to all nodes that are to be sampled.
    fn all(session: &mut Session) -> Result<Vec<Self>, String> {
        let nodes = keyspace::nodes(session)?;
        Ok(nodes.into_iter().map(|session| Self { session, summary: Summary::default() }).collect())
    }
}

fn measure(session: &mut Session, usual: Duration, history: bool) -> bool {
    let interval = session.options.interval_or(usual);
    match measure_nodes(session, interval, history) {
        Ok(()) => true,
        Err(message) => {
            complain!("\nError: {message}");
            false
        }
    }
}

fn measure_nodes(session: &mut Session, interval: Duration, history: bool) -> Result<(), String> {
    let output = session.options.output;
    let live = output == Output::Standard;
    let mut nodes = Sampled::all(session)?;
    let mut began = clock::now();
    // Lines of the live picture above the one where the cursor is.
    let mut drawn = 0;
    loop {
        for node in &mut nodes {
            let sample = sample(&mut node.session).map_err(|failure| failure.to_string())?;
            node.summary.add(sample);
        }
        if live {
            draw(&nodes, std::mem::replace(&mut drawn, nodes.len() - 1));
        }
        if began.elapsed() >= interval {
            if history && live {
                say!(" -- {:.2} seconds range\n", began.elapsed().as_secs_f64());
                drawn = 0;
            } else if !live {
                lines(&nodes, output).iter().for_each(|line| say!("{line}"));
                if !history {
                    return Ok(());
                }
            }
            if history {
                nodes.iter_mut().for_each(|node| node.summary = Summary::default());
                began = clock::now();
            }
        }
        clock::sleep(PAUSE);
    }
}

fn lines(nodes: &[Sampled], output: Output) -> Vec<String> {
    let has_names = nodes.len() > 1;
    let line = |node: &Sampled| {
        let name = has_names.then(|| node.session.address.to_string());
        node.summary.show(name.as_deref(), output)
    };
    nodes.iter().map(line).collect()
}

/// Draws the lines over those that were drawn last, of which so many are above the cursor.
fn draw(nodes: &[Sampled], above: usize) {
    let back = if above > 0 { format!("\x1b[{above}A") } else { String::new() };
    say!("{back}\x1b[0G\x1b[2K{}", lines(nodes, Output::Standard).join("\n\x1b[2K"));
}

/// Upper bounds of the classes in microseconds, and the letter of each.
const CLASSES: [(u64, char); 30] = [
    (10, '.'),
    (125, '-'),
    (250, '*'),
    (500, '#'),
    (1_000, '1'),
    (2_000, '2'),
    (3_000, '3'),
    (4_000, '4'),
    (5_000, '5'),
    (6_000, '6'),
    (7_000, '7'),
    (8_000, '8'),
    (9_000, '9'),
    (10_000, 'A'),
    (20_000, 'B'),
    (30_000, 'C'),
    (40_000, 'D'),
    (50_000, 'E'),
    (100_000, 'F'),
    (200_000, 'G'),
    (300_000, 'H'),
    (400_000, 'I'),
    (500_000, 'J'),
    (1_000_000, 'K'),
    (2_000_000, 'L'),
    (4_000_000, 'M'),
    (8_000_000, 'N'),
    (16_000_000, 'O'),
    (30_000_000, 'P'),
    (60_000_000, 'Q'),
];
/// The letter of what is longer still.
const BEYOND: char = '?';
/// Colours from rare to frequent, in the 256-colour palette.
const PALETTE: [u8; 19] =
    [0, 233, 234, 235, 237, 239, 241, 243, 245, 247, 144, 143, 142, 184, 226, 214, 208, 202, 196];
/// Lines between two legends.
const LEGEND_EVERY: usize = 20;

/// Shows how the samples of all nodes are distributed, a line per interval.
pub(crate) fn distribution(session: &mut Session) -> bool {
    let mut nodes = match keyspace::nodes(session) {
        Ok(nodes) => nodes,
        Err(message) => {
            complain!("{message}");
            return false;
        }
    };
    let interval = session.options.interval_or(Duration::from_secs(1));
    let mut counts = [0_u64; CLASSES.len() + 1];
    let mut began: Instant = clock::now();
    let mut lines = 0;
    loop {
        for node in &mut nodes {
            match sample(node) {
                Ok(sample) => {
                    let micros = u64::try_from(sample.as_micros()).unwrap_or(u64::MAX);
                    let class = CLASSES.iter().position(|(bound, _)| micros <= *bound);
                    counts[class.unwrap_or(CLASSES.len())] += 1;
                }
                Err(failure) => {
                    complain!("\nError: {failure}");
                    return false;
                }
            }
        }
        if began.elapsed() >= interval {
            if lines % LEGEND_EVERY == 0 {
                legend();
            }
            spectrum(&counts);
            counts.fill(0);
            began = clock::now();
            lines += 1;
        }
        clock::sleep(PAUSE);
    }
}

fn legend() {
    say!(
        "---------------------------------------------\n\
         . - * #          .01 .125 .25 .5 milliseconds\n\
         1,2,3,...,9      from 1 to 9     milliseconds\n\
         A,B,C,D,E        10,20,30,40,50  milliseconds\n\
         F,G,H,I,J        .1,.2,.3,.4,.5       seconds\n\
         K,L,M,N,O,P,Q,?  1,2,4,8,16,30,60,>60 seconds\n\
         From 0 to 100%: "
    );
    for colour in PALETTE {
        say!("\x1b[48;5;{colour}m ");
    }
    say!("\x1b[0m\n---------------------------------------------\n");
}

fn spectrum(counts: &[u64]) {
    let total: u64 = counts.iter().sum();
    let mut line = "\x1b[38;5;0m".to_owned();
    let letters = CLASSES.iter().map(|(_, letter)| *letter).chain([BEYOND]);
    for (count, letter) in counts.iter().zip(letters) {
        // Whatever was seen at all shows a colour of its own.
        let steps = PALETTE.len() as u64 - 1;
        let step = if total == 0 { 0 } else { (count * steps).div_ceil(total) };
        let colour = PALETTE[usize::try_from(step).unwrap_or(0).min(PALETTE.len() - 1)];
        line.push_str(&format!("\x1b[48;5;{colour}m{letter}"));
    }
    line.push_str("\x1b[0m\n");
    out::bytes(line.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{Duration, Output, Summary};

    #[test]
    fn summaries_are_shown_in_every_notation() {
        let mut summary = Summary::default();
        summary.add(Duration::from_millis(1));
        summary.add(Duration::from_micros(4900));
        let shown = |output| summary.show(None, output);
        assert_eq!(shown(Output::Standard), "min: 1, max: 4, avg: 2.50 (2 samples)");
        assert_eq!(shown(Output::Raw), "1 4 2.50 2\n");
        assert_eq!(shown(Output::Csv), "1,4,2.50,2\n");
        assert_eq!(summary.show(Some("h:1"), Output::Raw), "h:1 1 4 2.50 2\n");
        let json = "{\"node\": \"h:1\", \"min\": 1, \"max\": 4, \"avg\": 2.50, \"count\": 2}\n";
        assert_eq!(summary.show(Some("h:1"), Output::Json), json);
    }
}
