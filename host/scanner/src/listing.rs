//! The paths of a layer in the order of its entries, packed: what one shares with the path before it is
//! not written again.

use crate::shadow::Mark;

/// The paths that a layer brings or takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    packed: Vec<u8>,
    last: Vec<u8>,
    count: u32,
}

impl Listing {
    /// Adds a path, and says which one it is.
    pub(crate) fn push(&mut self, mark: Mark, components: &[&[u8]]) -> u32 {
        let path = components.join(&b'/');
        let pairs = path.iter().zip(&self.last);
        let shared = pairs.take_while(|(a, b)| a == b).count();
        let rest = path.get(shared..).unwrap_or_default();
        self.packed.push(mark as u8);
        for length in [shared, rest.len()] {
            // A path is bounded by the limits of the scan, far below.
            let length = u16::try_from(length).unwrap_or(u16::MAX);
            self.packed.extend_from_slice(&length.to_le_bytes());
        }
        self.packed.extend_from_slice(rest);
        self.last = path;
        self.count += 1;
        self.count - 1
    }

    /// As bytes; `read` reads them.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.packed
    }

    /// Calls `visit` with every path of packed bytes, in order; `None` when they are no listing.
    pub(crate) fn read(mut packed: &[u8], mut visit: impl FnMut(Mark, &[u8])) -> Option<()> {
        let mut path = Vec::new();
        while let Some((mark, rest)) = packed.split_first() {
            let mark = match mark {
                0 => Mark::Directory,
                1 => Mark::Leaf,
                2 => Mark::Opaque,
                _ => return None,
            };
            let (shared, rest) = length(rest)?;
            let (more, rest) = length(rest)?;
            let (suffix, rest) = rest.split_at_checked(more)?;
            if shared > path.len() {
                return None;
            }
            path.truncate(shared);
            path.extend_from_slice(suffix);
            visit(mark, &path);
            packed = rest;
        }
        Some(())
    }
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    Some((usize::from(u16::from_le_bytes(*length)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_added() {
        let paths: [(Mark, &[u8]); 5] = [
            (Mark::Directory, b"usr/share"),
            (Mark::Leaf, b"usr/share/a\xff"),
            (Mark::Leaf, b"usr/share/ab"),
            (Mark::Opaque, b"etc"),
            (Mark::Leaf, b""),
        ];
        let mut listing = Listing::default();
        for (number, (mark, path)) in (0..).zip(paths) {
            let components: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
            assert_eq!(listing.push(mark, &components), number);
        }
        let mut read = Vec::new();
        let whole = Listing::read(listing.bytes(), |mark, path| {
            read.push((mark, path.to_vec()))
        });
        assert_eq!(whole, Some(()));
        assert_eq!(read, paths.map(|(mark, path)| (mark, path.to_vec())));
    }

    #[test]
    fn bytes_that_are_no_listing_are_refused() {
        for packed in [
            &b"\x03"[..],
            b"\x01\0\0",
            b"\x01\x05\0\0\0",
            b"\x01\0\0\x05\0ab",
        ] {
            assert_eq!(Listing::read(packed, |_, _| {}), None);
        }
    }
}
