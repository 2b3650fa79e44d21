//! What the layers above hide of the layers below.
//!
//! Paths are kept as keyed hashes, so that millions of them fit in memory and none can be made to
//! collide.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The hashes of a path's ancestors, from the root down, and of the path itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keys(Vec<u64>);

impl Keys {
    /// The hash of the path itself.
    pub(crate) fn own(&self) -> u64 {
        self.0.last().copied().unwrap_or_default()
    }

    /// Bytes of memory.
    pub(crate) fn size(&self) -> usize {
        self.0.len() * size_of::<u64>()
    }

    fn ancestors(&self) -> &[u64] {
        self.0.split_last().map_or(&[], |(_, ancestors)| ancestors)
    }
}

/// How the paths of one image are hashed, and how many more are remembered.
#[derive(Debug)]
pub(crate) struct Names {
    hasher: RandomState,
    room: AtomicUsize,
}

impl Names {
    /// At most so many paths are remembered.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            room: AtomicUsize::new(limit),
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

    fn take(&self) -> bool {
        let less = |room: usize| room.checked_sub(1);
        self.room
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }

    fn give_back(&self) {
        self.room.fetch_add(1, Ordering::Relaxed);
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

/// The paths of one layer.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    marks: HashMap<u64, Marks>,
    full: bool,
}

impl Paths {
    /// Notes what the layer does with a path.
    pub(crate) fn mark(&mut self, names: &Names, keys: &Keys, mark: Mark) {
        for ancestor in keys.ancestors() {
            self.add(names, *ancestor, Mark::Directory);
        }
        self.add(names, keys.own(), mark);
    }

    /// Some paths of the layer were not remembered.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// The layer has brought something at this path that is no directory.
    pub(crate) fn has_leaf(&self, key: u64) -> bool {
        self.marks
            .get(&key)
            .is_some_and(|marks| marks.has(Mark::Leaf))
    }

    fn add(&mut self, names: &Names, key: u64, mark: Mark) {
        match self.marks.entry(key) {
            Entry::Occupied(marks) => marks.into_mut().add(mark),
            Entry::Vacant(place) if names.take() => place.insert(Marks::default()).add(mark),
            Entry::Vacant(_) => self.full = true,
        }
    }
}

/// The lowest layer that hides the path itself, and what is below it.
#[derive(Debug, Clone, Copy)]
struct Hidden {
    path: u16,
    below: u16,
}

const NOT: u16 = u16::MAX;

/// The paths of the layers above; a layer hides nothing of its own.
#[derive(Debug, Default)]
pub(crate) struct Shadow {
    above: HashMap<u64, Hidden>,
    full: bool,
}

impl Shadow {
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

    /// The next layer down is listed: it hides what is below it.
    pub(crate) fn add(&mut self, names: &Names, layer: u16, paths: Paths) {
        self.full |= paths.full;
        for (key, marks) in paths.marks {
            let hidden = match self.above.entry(key) {
                Entry::Occupied(known) => {
                    names.give_back();
                    known.into_mut()
                }
                Entry::Vacant(place) => place.insert(Hidden {
                    path: NOT,
                    below: NOT,
                }),
            };
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

    fn keys(names: &Names, path: &str) -> Keys {
        names.keys(path.split('/').map(str::as_bytes))
    }

    fn layer(names: &Names, path: &str, mark: Mark) -> Paths {
        let mut paths = Paths::default();
        paths.mark(names, &keys(names, path), mark);
        paths
    }

    #[test]
    fn a_path_is_hidden_by_the_first_later_layer_that_takes_it_away() {
        let names = Names::new(1000);
        let mut shadow = Shadow::default();
        for index in [9, 5] {
            shadow.add(&names, index, layer(&names, "etc/leaked", Mark::Leaf));
        }
        let hidden = |path| shadow.hidden_by(&keys(&names, path));
        assert_eq!(hidden("etc/leaked"), Some(5));
        assert_eq!(hidden("etc/leaked/x"), Some(5));
        assert_eq!(hidden("etc/other"), None);
    }

    #[test]
    fn an_opaque_directory_hides_what_is_below_and_a_directory_only_files() {
        let names = Names::new(1000);
        let mut shadow = Shadow::default();
        let mut paths = layer(&names, "var/cache", Mark::Opaque);
        paths.mark(&names, &keys(&names, "srv"), Mark::Directory);
        shadow.add(&names, 3, paths);
        let hidden = |path| shadow.hidden_by(&keys(&names, path));
        assert_eq!(hidden("var/cache/a/b"), Some(3));
        assert_eq!(hidden("srv"), Some(3));
        assert_eq!(hidden("srv/x"), None);
    }

    #[test]
    fn a_directory_without_an_entry_of_its_own_still_replaces_a_file() {
        let names = Names::new(1000);
        let mut shadow = Shadow::default();
        shadow.add(&names, 1, layer(&names, "a/b/c", Mark::Leaf));
        assert_eq!(shadow.hidden_by(&keys(&names, "a/b")), Some(1));
    }

    #[test]
    fn a_layer_knows_its_own_files() {
        let names = Names::new(1000);
        let paths = layer(&names, "a", Mark::Leaf);
        assert!(paths.has_leaf(keys(&names, "a").own()));
        assert!(!paths.has_leaf(keys(&names, "b").own()));
    }

    #[test]
    fn a_full_shadow_says_so() {
        let names = Names::new(10);
        let mut shadow = Shadow::default();
        for n in 0..100 {
            shadow.add(&names, n, layer(&names, &format!("f{n}"), Mark::Leaf));
        }
        assert!(shadow.is_full());
        // What several layers bring is remembered once.
        let names = Names::new(10);
        let mut shadow = Shadow::default();
        for n in 0..100 {
            shadow.add(&names, n, layer(&names, "same", Mark::Leaf));
        }
        assert!(!shadow.is_full());
    }
}
