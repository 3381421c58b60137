//! Line charts in SVG.

use std::fmt::Write as _;

use super::escape;

/// How values lie along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// From zero, evenly.
    Linear,
    /// Each power of ten as far from the next one.
    Logarithmic,
    /// Percentages by how many nines they have: 90, 99, 99.9 and so on are equally far apart.
    Nines,
}

/// A line with its name. Lines that belong together have one colour and differ in their dashes.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) label: String,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) colour: usize,
    pub(super) dashes: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) x: (&'static str, Scale),
    pub(super) y: (&'static str, Scale),
    pub(super) lines: Vec<Line>,
}

const WIDTH: f64 = 560.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 548.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 260.0;
/// Where the names of the lines begin, and how far apart they are.
const NAMES: f64 = 314.0;
const NAME_HEIGHT: f64 = 16.0;

/// Colours that are told apart on white and on black, and by most who see fewer colours.
const COLOURS: [&str; 8] =
    ["#3b7dd8", "#d9642b", "#2f9e62", "#b04fc0", "#b8901e", "#1fa3a8", "#c8425f", "#7a7f8c"];

/// How lines of one colour are told apart: length of a dash and of the gap behind it.
const DASHES: [&str; 3] = ["none", "7 3", "2 3"];

/// An axis with its bounds, in the scale's own measure.
struct Axis {
    scale: Scale,
    least: f64,
    greatest: f64,
    ticks: Vec<f64>,
}

impl Scale {
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic => value.max(1e-6).log10(),
            Self::Nines => -(1.0 - value / 100.0).max(1e-12).log10(),
        }
    }

    fn show(self, value: f64) -> String {
        match self {
            Self::Nines => format!("{value}%"),
            Self::Linear if value >= 1e6 => format!("{}M", value / 1e6),
            Self::Linear if value >= 1e4 => format!("{}k", value / 1e3),
            Self::Linear | Self::Logarithmic => format!("{}", (value * 1e6).round() / 1e6),
        }
    }
}

impl Axis {
    /// An axis for values; it ends at the last of them or, if it is to be `even`, at a round number.
    fn new(scale: Scale, is_even: bool, values: impl Iterator<Item = f64>) -> Self {
        let (least, greatest) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| {
                (least.min(value), greatest.max(value))
            });
        let (least, greatest) = if least > greatest { (1.0, 1.0) } else { (least, greatest) };
        let mut ticks = match scale {
            Scale::Linear => linear_ticks(greatest),
            Scale::Logarithmic => logarithmic_ticks(least, greatest),
            Scale::Nines => nines(greatest),
        };
        if scale == Scale::Linear && !is_even {
            ticks.retain(|tick| *tick <= greatest);
        }
        let first = ticks.first().map_or(0.0, |tick| scale.place(*tick));
        let last = ticks.last().map_or(1.0, |tick| scale.place(*tick));
        let (least, greatest) = match scale {
            Scale::Linear => (0.0, if is_even { last } else { greatest }),
            Scale::Logarithmic => (first, last),
            Scale::Nines => (0.0, last.max(scale.place(greatest))),
        };
        Self { scale, least, greatest: greatest.max(least + 1e-9), ticks }
    }

    /// Returns where a value lies between the ends, from zero to one.
    fn part(&self, value: f64) -> f64 {
        (self.scale.place(value) - self.least) / (self.greatest - self.least)
    }
}

/// A handful of round numbers from zero to no less than the greatest.
fn linear_ticks(greatest: f64) -> Vec<f64> {
    let rough = greatest.max(1e-3) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].iter().map(|step| step * power).find(|step| *step >= rough);
    let step = step.unwrap_or(10.0 * power);
    let count = (greatest / step).ceil().max(1.0) as u32;
    (0..=count).map(|tick| f64::from(tick) * step).collect()
}

/// Powers of ten around the values, and two and five times these if there are few.
fn logarithmic_ticks(least: f64, greatest: f64) -> Vec<f64> {
    let least = least.max(1e-6);
    let first = least.log10().floor() as i32;
    let last = greatest.max(least).log10().ceil() as i32;
    let steps: &[f64] = if last - first <= 3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let mut ticks: Vec<f64> = (first..=last)
        .flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)))
        .collect();
    // One tick below the least value and one above the greatest suffice.
    let below = ticks.iter().rposition(|tick| *tick <= least).unwrap_or(0);
    let above = ticks.iter().position(|tick| *tick >= greatest).unwrap_or(ticks.len() - 1);
    ticks.truncate(above.max(below) + 1);
    ticks.drain(..below.min(ticks.len() - 1));
    ticks
}

fn nines(greatest: f64) -> Vec<f64> {
    let all = [0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999, 99.99999];
    all.into_iter().filter(|tick| *tick <= greatest.max(90.0)).collect()
}

impl Chart {
    /// Draws the chart.
    pub(super) fn to_svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let x = Axis::new(self.x.1, false, points().map(|point| point.0));
        let y = Axis::new(self.y.1, true, points().map(|point| point.1));
        let height = NAMES + NAME_HEIGHT * self.lines.len() as f64;
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">\n\
             <text class=\"title\" x=\"{LEFT}\" y=\"16\">{title}</text>\n",
            title = self.title
        );
        self.axes(&mut svg, &x, &y);
        for (index, line) in self.lines.iter().enumerate() {
            let colour = COLOURS[line.colour % COLOURS.len()];
            let dashes = DASHES[line.dashes % DASHES.len()];
            let mut path = String::new();
            for point in &line.points {
                let across = LEFT + x.part(point.0) * (RIGHT - LEFT);
                let down = BOTTOM - y.part(point.1) * (BOTTOM - TOP);
                let _ = write!(path, "{across:.1},{down:.1} ");
            }
            let name = NAMES + NAME_HEIGHT * index as f64;
            let down = name - 4.0;
            let _ = writeln!(
                svg,
                "<polyline points=\"{}\" stroke=\"{colour}\" stroke-dasharray=\"{dashes}\"/>\n\
                 <polyline points=\"{LEFT},{down} {},{down}\" stroke=\"{colour}\" \
                 stroke-dasharray=\"{dashes}\"/>\n\
                 <text x=\"{}\" y=\"{name}\">{}</text>",
                path.trim_end(),
                LEFT + 24.0,
                LEFT + 30.0,
                escape(&line.label)
            );
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn axes(&self, svg: &mut String, x: &Axis, y: &Axis) {
        svg.push_str("<g>\n");
        for tick in &x.ticks {
            let across = LEFT + x.part(*tick) * (RIGHT - LEFT);
            let _ = writeln!(
                svg,
                "<line x1=\"{across:.1}\" y1=\"{TOP}\" x2=\"{across:.1}\" y2=\"{BOTTOM}\"/>\n\
                 <text x=\"{across:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                BOTTOM + 16.0,
                x.scale.show(*tick)
            );
        }
        for tick in &y.ticks {
            let down = BOTTOM - y.part(*tick) * (BOTTOM - TOP);
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" y1=\"{down:.1}\" x2=\"{RIGHT}\" y2=\"{down:.1}\"/>\n\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                down + 4.0,
                y.scale.show(*tick)
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{RIGHT}\" y=\"{}\" text-anchor=\"end\">{}</text>\n\
             <text x=\"{RIGHT}\" y=\"16\" text-anchor=\"end\">{}</text>\n</g>",
            BOTTOM + 32.0,
            self.x.0,
            self.y.0
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_enclose_the_values() {
        assert_eq!(linear_ticks(9.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(linear_ticks(0.0).len(), 2);
        assert_eq!(logarithmic_ticks(0.03, 0.4), [0.02, 0.05, 0.1, 0.2, 0.5]);
        assert_eq!(logarithmic_ticks(0.03, 900.0), [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(logarithmic_ticks(1.0, 1.0), [1.0]);
        assert_eq!(nines(99.95), [0.0, 50.0, 90.0, 99.0, 99.9]);
    }

    #[test]
    fn nothing_to_show_is_a_chart_all_the_same() {
        let chart = Chart {
            title: "t",
            x: ("x", Scale::Linear),
            y: ("y", Scale::Logarithmic),
            lines: vec![Line { label: "l".to_owned(), points: Vec::new(), colour: 0, dashes: 0 }],
        };
        assert!(!chart.to_svg().contains("NaN"));
    }
}
