//! Where panels go: one below the other, or in two columns where there is room for that.

use super::text::{Line, Style};

/// From so many columns on, panels stand side by side.
const TWO_COLUMNS_FROM: usize = 150;

/// On which side a panel is where there are two.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A heading and lines, the most important ones first.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) side: Side,
    pub(super) head: String,
    pub(super) lines: Vec<Line>,
}

/// Arranges panels on a screen of some width, and of some height or without an end.
pub(super) fn arrange(panels: Vec<Panel>, width: usize, height: Option<usize>) -> Vec<Line> {
    if width < TWO_COLUMNS_FROM || height.is_none() {
        return stack(&panels, width, height);
    }
    let (left, right): (Vec<Panel>, Vec<Panel>) =
        panels.into_iter().partition(|panel| panel.side == Side::Left);
    let half = (width - 2) / 2;
    let (left, right) = (stack(&left, half, height), stack(&right, half, height));
    let at = |lines: &[Line], row: usize| lines.get(row).cloned().unwrap_or_default().fit(half);
    (0..left.len().max(right.len()))
        .map(|row| at(&left, row).and(Style::Plain, "  ").join(at(&right, row)))
        .collect()
}

/// Puts panels one below the other, each with a blank line before it. If not all lines fit, every
/// panel gets its share; if not even one line of a panel does, it is left out.
fn stack(panels: &[Panel], width: usize, height: Option<usize>) -> Vec<Line> {
    let shown = share(panels, height.unwrap_or(usize::MAX));
    let mut lines = Vec::new();
    for (panel, count) in panels.iter().zip(shown) {
        if count == 0 {
            continue;
        }
        lines.push(Line::default());
        lines.push(Line::new(Style::Head, panel.head.as_str()).fit(width));
        lines.extend(panel.lines.iter().take(count).map(|line| line.clone().fit(width)));
    }
    lines
}

/// Decides how many lines of each panel are shown.
fn share(panels: &[Panel], height: usize) -> Vec<usize> {
    // A blank line, the heading and a line.
    const LEAST: usize = 3;
    let mut left = height;
    let mut shown: Vec<usize> = panels
        .iter()
        .map(|panel| {
            let fits = !panel.lines.is_empty() && left >= LEAST;
            left -= if fits { LEAST } else { 0 };
            usize::from(fits)
        })
        .collect();
    loop {
        let mut has_grown = false;
        for (count, panel) in shown.iter_mut().zip(panels) {
            if left > 0 && *count > 0 && *count < panel.lines.len() {
                *count += 1;
                left -= 1;
                has_grown = true;
            }
        }
        if !has_grown {
            return shown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(side: Side, head: &str, lines: usize) -> Panel {
        let lines = (0..lines).map(|at| Line::new(Style::Plain, format!("{head}{at}"))).collect();
        Panel { side, head: head.to_owned(), lines }
    }

    fn show(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.show(false)).collect()
    }

    #[test]
    fn every_panel_gets_its_share_of_a_low_screen() {
        let panels =
            [panel(Side::Left, "a", 9), panel(Side::Left, "b", 2), panel(Side::Left, "c", 9)];
        assert_eq!(share(&panels, usize::MAX), [9, 2, 9]);
        assert_eq!(share(&panels, 14), [3, 2, 3]);
        assert_eq!(share(&panels, 8), [2, 2, 0]);
        assert_eq!(share(&panels, 2), [0, 0, 0]);
    }

    #[test]
    fn panels_stand_side_by_side_on_a_wide_screen() {
        let panels = vec![panel(Side::Left, "a", 2), panel(Side::Right, "b", 1)];
        let wide = arrange(panels.clone(), 162, Some(20));
        let lines = show(&wide);
        assert_eq!(lines.len(), 4);
        assert!(lines[1].starts_with("a ") && lines[1].ends_with(" b"), "{lines:?}");
        assert!(wide.iter().all(|line| line.width() == 162));
        assert_eq!(show(&arrange(panels, 80, Some(20))), ["", "a", "a0", "a1", "", "b", "b0"]);
    }
}
