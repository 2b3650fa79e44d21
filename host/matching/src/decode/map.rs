//! From places in decoded text back to the encoded bytes.

use std::ops::Range;

/// From here on, units lie at even distances.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    /// The first unit.
    unit: usize,
    /// Where it lies.
    offset: usize,
    /// From one unit to the next; 0 when several units come from the same bytes.
    step: usize,
    /// Bytes of one unit.
    size: usize,
}

/// Where the units that a text was decoded from lie. A unit is what the encoding counts: a digit of
/// base64 or of hex, or one decoded byte where that has its own bytes.
#[derive(Debug, Default)]
pub(super) struct Map {
    anchors: Vec<Anchor>,
    /// So many units give so many bytes.
    units: usize,
    bytes: usize,
    /// Units before the first that was decoded.
    first: usize,
}

impl Map {
    /// Forgets everything; from now on a unit is a byte.
    pub(super) fn clear(&mut self) {
        self.anchors.clear();
        self.ratio(1, 1, 0);
    }

    /// `units` give `bytes`, from the unit `first` on.
    pub(super) fn ratio(&mut self, units: usize, bytes: usize, first: usize) {
        self.units = units;
        self.bytes = bytes.max(1);
        self.first = first;
    }

    /// From `unit` on, units of `size` bytes lie `step` bytes apart, the first at `offset`.
    pub(super) fn anchor(&mut self, unit: usize, offset: usize, step: usize, size: usize) {
        let follows = self.anchors.last().is_some_and(|last| {
            let place = last.offset + unit.saturating_sub(last.unit) * last.step;
            (place, last.step, last.size) == (offset, step, size)
        });
        if !follows {
            self.anchors.push(Anchor {
                unit,
                offset,
                step,
                size,
            });
        }
    }

    /// The encoded bytes of a part of the text.
    pub(super) fn encoded(&self, text: Range<usize>) -> Range<usize> {
        let first = self.first + text.start * self.units / self.bytes;
        let behind = self.first + (text.end * self.units).div_ceil(self.bytes);
        let start = self.unit(first).start;
        start..self.unit(behind.saturating_sub(1)).end.max(start)
    }

    fn unit(&self, unit: usize) -> Range<usize> {
        let next = self.anchors.partition_point(|anchor| anchor.unit <= unit);
        let anchor = next
            .checked_sub(1)
            .and_then(|place| self.anchors.get(place));
        anchor.map_or(0..0, |anchor| {
            let start = anchor.offset + (unit - anchor.unit) * anchor.step;
            start..start + anchor.size
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_base64_share_their_digits() {
        let mut map = Map::default();
        map.ratio(4, 3, 0);
        map.anchor(0, 10, 1, 1);
        assert_eq!(map.encoded(0..3), 10..14);
        assert_eq!(map.encoded(1..2), 11..13);
        assert_eq!(map.encoded(2..4), 12..16);
    }

    #[test]
    fn a_line_break_lies_between_units() {
        let mut map = Map::default();
        map.ratio(2, 1, 0);
        map.anchor(0, 0, 1, 1);
        map.anchor(4, 6, 1, 1);
        assert_eq!(map.encoded(0..2), 0..4);
        assert_eq!(map.encoded(1..3), 2..8);
    }

    #[test]
    fn anchors_that_say_nothing_new_are_not_kept() {
        let mut map = Map::default();
        map.clear();
        map.anchor(0, 0, 1, 1);
        map.anchor(5, 5, 1, 1);
        map.anchor(6, 6, 3, 3);
        assert_eq!(map.anchors.len(), 2);
        assert_eq!(map.encoded(4..8), 4..12);
    }
}
