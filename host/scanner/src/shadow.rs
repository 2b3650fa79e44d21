//! What the layers above hide of the layers below.
//!
//! Paths are kept as keyed hashes, so that millions of them fit in memory and none can be made to
//! collide.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// The hashes of a path's ancestors, from the root down, and of the path itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys(Vec<u64>);

impl Keys {
    /// The hash of the path itself.
    pub(crate) fn own(&self) -> u64 {
        self.0.last().copied().unwrap_or_default()
    }

    fn ancestors(&self) -> &[u64] {
        self.0.split_last().map_or(&[], |(_, ancestors)| ancestors)
    }
}

/// What a layer does with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A directory is there: a file below it goes, a directory is merged.
    Directory,
    /// Something else is there, or the path is whited out: it and all below goes.
    Leaf,
    /// All below goes.
    Opaque,
}

/// Several marks can meet at one path; one byte each, for there are millions.
#[derive(Debug, Clone, Copy, Default)]
struct Marks(u8);

impl Marks {
    fn add(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u8;
    }

    fn has(self, mark: Mark) -> bool {
        self.0 & 1 << mark as u8 != 0
    }
}

/// The lowest layer that hides the path itself, and what is below it.
#[derive(Debug, Clone, Copy)]
struct Hidden {
    path: u16,
    below: u16,
}

const NOT: u16 = u16::MAX;

/// The paths of the layers that were read, uppermost first.
#[derive(Debug)]
pub(crate) struct Shadow {
    hasher: RandomState,
    above: HashMap<u64, Hidden>,
    current: HashMap<u64, Marks>,
    limit: usize,
    full: bool,
}

impl Shadow {
    /// At most so many paths are remembered.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            above: HashMap::new(),
            current: HashMap::new(),
            limit,
            full: false,
        }
    }

    pub(crate) fn keys<'p>(&self, components: impl Iterator<Item = &'p [u8]>) -> Keys {
        let mut keys = vec![0];
        let mut parent = 0;
        for component in components {
            parent = self.hasher.hash_one((parent, component));
            keys.push(parent);
        }
        Keys(keys)
    }

    /// The first later layer that took the path away.
    pub(crate) fn hidden_by(&self, keys: &Keys) -> Option<u32> {
        let own = self
            .above
            .get(&keys.own())
            .map_or(NOT, |hidden| hidden.path);
        let ancestors = keys.ancestors().iter();
        let below = ancestors
            .filter_map(|key| self.above.get(key))
            .map(|hidden| hidden.below);
        below
            .chain([own])
            .min()
            .filter(|layer| *layer != NOT)
            .map(u32::from)
    }

    /// Notes what the current layer does; it hides nothing of its own layer.
    pub(crate) fn mark(&mut self, keys: &Keys, mark: Mark) {
        for ancestor in keys.ancestors() {
            if let Some(marks) = self.slot(*ancestor) {
                marks.add(Mark::Directory);
            }
        }
        if let Some(marks) = self.slot(keys.own()) {
            marks.add(mark);
        }
    }

    /// The current layer has brought something at this path that is no directory.
    pub(crate) fn has_leaf(&self, key: u64) -> bool {
        self.current
            .get(&key)
            .is_some_and(|marks| marks.has(Mark::Leaf))
    }

    fn slot(&mut self, key: u64) -> Option<&mut Marks> {
        let room = self.above.len() + self.current.len() < self.limit;
        if !room && !self.current.contains_key(&key) {
            self.full = true;
            return None;
        }
        Some(self.current.entry(key).or_default())
    }

    /// The current layer is read: it hides what is below it.
    pub(crate) fn seal(&mut self, layer: u16) {
        for (key, marks) in self.current.drain() {
            let hidden = self.above.entry(key).or_insert(Hidden {
                path: NOT,
                below: NOT,
            });
            if marks.has(Mark::Directory) || marks.has(Mark::Leaf) {
                hidden.path = layer;
            }
            if marks.has(Mark::Leaf) || marks.has(Mark::Opaque) {
                hidden.below = layer;
            }
        }
    }

    /// Some paths were not remembered: visible files may not be.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(shadow: &Shadow, path: &str) -> Keys {
        shadow.keys(path.split('/').map(str::as_bytes))
    }

    #[test]
    fn a_path_is_hidden_by_the_first_later_layer_that_takes_it_away() {
        let mut shadow = Shadow::new(1000);
        let leaf = keys(&shadow, "etc/leaked");
        for layer in [9, 5] {
            shadow.mark(&leaf, Mark::Leaf);
            shadow.seal(layer);
        }
        assert_eq!(shadow.hidden_by(&leaf), Some(5));
        assert_eq!(shadow.hidden_by(&keys(&shadow, "etc/leaked/x")), Some(5));
        assert_eq!(shadow.hidden_by(&keys(&shadow, "etc/other")), None);
    }

    #[test]
    fn an_opaque_directory_hides_what_is_below_and_a_directory_only_files() {
        let mut shadow = Shadow::new(1000);
        let opaque = keys(&shadow, "var/cache");
        shadow.mark(&opaque, Mark::Opaque);
        shadow.mark(&keys(&shadow, "srv"), Mark::Directory);
        shadow.seal(3);
        assert_eq!(shadow.hidden_by(&keys(&shadow, "var/cache/a/b")), Some(3));
        assert_eq!(shadow.hidden_by(&keys(&shadow, "srv")), Some(3));
        assert_eq!(shadow.hidden_by(&keys(&shadow, "srv/x")), None);
    }

    #[test]
    fn a_directory_without_an_entry_of_its_own_still_replaces_a_file() {
        let mut shadow = Shadow::new(1000);
        shadow.mark(&keys(&shadow, "a/b/c"), Mark::Leaf);
        shadow.seal(1);
        assert_eq!(shadow.hidden_by(&keys(&shadow, "a/b")), Some(1));
    }

    #[test]
    fn a_layer_hides_nothing_of_itself() {
        let mut shadow = Shadow::new(1000);
        let path = keys(&shadow, "a");
        shadow.mark(&path, Mark::Leaf);
        assert_eq!(shadow.hidden_by(&path), None);
        assert!(shadow.has_leaf(path.own()));
    }

    #[test]
    fn a_full_shadow_says_so() {
        let mut shadow = Shadow::new(10);
        for n in 0..100 {
            shadow.mark(&keys(&shadow, &format!("f{n}")), Mark::Leaf);
        }
        assert!(shadow.is_full());
    }
}
