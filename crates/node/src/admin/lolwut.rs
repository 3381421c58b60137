//! LOLWUT: a picture for whoever asks.
//!
//! Sébastien Truchet described in 1704 how much order and disorder there is in one tile that is laid down either way. This one bears two quarter circles (Cyril Smith, 1987): wherever its neighbours lie, lines go on, and wander over the whole plane.
//!
//! The canvas is made of braille characters, each of which has two by four dots.

use commands::{Args, CmdResult, CommandError};
use stdx::rng::Rng;

use super::Admin;
use crate::VERSION;

/// Characters in a line of the picture, and lines.
const SIZE: (usize, usize) = (64, 12);

/// The largest size: nobody has a larger terminal.
const SIZE_MAX: (usize, usize) = (300, 100);

/// Dots along the side of a tile.
const TILE: usize = 8;

pub(super) fn lolwut(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let (columns, lines) = size(args)?;
    let mut text = draw(columns, lines, &mut cx.node.rng);
    text.push_str("\nTruchet's tiles, laid at random. Sinter ver. ");
    text.push_str(VERSION);
    text.push('\n');
    cx.reply().verbatim(*b"txt", text.as_bytes());
    Ok(())
}

/// Reads `VERSION v columns lines`. There is one picture, whatever the version.
fn size(args: &Args<'_>) -> Result<(usize, usize), CommandError> {
    if args.len() < 3 || !args.is(1, "VERSION") {
        return Ok(SIZE);
    }
    args.integer(2)?;
    let number = |index: usize, usual: usize, most: usize| match args.get(index) {
        None => Ok(usual),
        Some(_) => args.integer(index).map(|number| number.clamp(1, most as i64) as usize),
    };
    Ok((number(3, SIZE.0, SIZE_MAX.0)?, number(4, SIZE.1, SIZE_MAX.1)?))
}

fn draw(columns: usize, lines: usize, rng: &mut impl Rng) -> String {
    let (width, height) = (columns * 2, lines * 4);
    let tiles_across = width.div_ceil(TILE);
    let turned: Vec<bool> =
        (0..tiles_across * height.div_ceil(TILE)).map(|_| rng.below(2) == 1).collect();
    let is_dark = |x: usize, y: usize| {
        let turned = turned[y / TILE * tiles_across + x / TILE];
        let (x, y) = (x % TILE, y % TILE);
        is_on_arc(if turned { TILE - 1 - x } else { x }, y)
    };
    let mut text = String::with_capacity((columns * 3 + 1) * lines);
    for line in 0..lines {
        for column in 0..columns {
            text.push(braille(|x, y| is_dark(column * 2 + x, line * 4 + y)));
        }
        text.push('\n');
    }
    text
}

/// Returns whether a dot lies on a quarter circle around the upper left or the lower right corner of its tile.
fn is_on_arc(x: usize, y: usize) -> bool {
    let near = |x: usize, y: usize| {
        // Distances are measured to the middles of dots, in halves. Both dots in the middle of a side belong to the line, whichever corner it goes around.
        let (x, y) = (2 * x + 1, 2 * y + 1);
        let square = x * x + y * y;
        ((TILE - 1) * (TILE - 1)..=(TILE + 1) * (TILE + 1) + 1).contains(&square)
    };
    near(x, y) || near(TILE - 1 - x, TILE - 1 - y)
}

/// Returns the braille character with these dots.
fn braille(is_dark: impl Fn(usize, usize) -> bool) -> char {
    // The numbering of the dots is historical: six first, and a fourth line later.
    const DOTS: [(usize, usize); 8] =
        [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let bits = DOTS.iter().enumerate().filter(|(_, (x, y))| is_dark(*x, *y));
    let bits = bits.fold(0, |bits, (dot, _)| bits | 1 << dot);
    char::from_u32(0x2800 + bits).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use stdx::rng::SeededRng;

    use super::*;

    #[test]
    fn lines_go_on_from_tile_to_tile_however_they_lie() {
        let (middle, last) = (TILE / 2, TILE - 1);
        for turned in [false, true] {
            let dark = |x: usize, y: usize| is_on_arc(if turned { last - x } else { x }, y);
            for (x, y) in [(0, middle), (last, middle), (middle, 0), (middle, last)] {
                assert!(dark(x, y), "({x}, {y}), turned: {turned}");
            }
            assert!(!dark(middle, middle));
        }
    }

    #[test]
    fn the_picture_has_the_size_that_was_asked_for() {
        let picture = draw(10, 3, &mut SeededRng::new(1));
        assert_eq!(picture.lines().count(), 3);
        assert!(picture.lines().all(|line| line.chars().count() == 10));
    }

    #[test]
    fn dots_have_their_historical_numbers() {
        assert_eq!(braille(|_, _| true), '⣿');
        assert_eq!(braille(|_, _| false), '⠀');
        assert_eq!(braille(|x, y| (x, y) == (0, 3)), '⡀');
    }
}
