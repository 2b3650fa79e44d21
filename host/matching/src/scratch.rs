//! What a thread keeps between files, so that a file costs no allocation.

use crate::compiled::{Compiled, Memory};

/// A place where a literal starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    pub(crate) start: u64,
    pub(crate) literal: u32,
}

/// What is known about one pattern in the current file.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    /// The next match starts here or later.
    pub(crate) resume: u64,
    /// Bytes of windows looked at.
    pub(crate) work: u64,
    pub(crate) kept: usize,
    pub(crate) suppressed: u64,
    /// The file is longer than what a pattern without a literal may look at.
    pub(crate) stopped: bool,
}

/// Memory of one thread that scans; any set can use it.
#[derive(Debug, Default)]
pub struct Scratch {
    set: u64,
    pub(crate) memories: Vec<Option<Box<Memory>>>,
    pub(crate) progress: Vec<Progress>,
    /// Whether the current path is selected, by selector; asked at most once a file.
    pub(crate) selected: Vec<Option<bool>>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) buffer: Vec<u8>,
    touched: Vec<usize>,
}

impl Scratch {
    /// Nothing kept yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes it ready for the next file of a set.
    pub(crate) fn prepare(&mut self, set: u64, patterns: usize, globs: usize) {
        if self.set != set {
            // A memory belongs to one pattern.
            self.set = set;
            self.memories.clear();
            self.memories.resize_with(patterns, || None);
            self.progress.clear();
            self.progress.resize(patterns, Progress::default());
            self.touched.clear();
        }
        for index in self.touched.drain(..) {
            if let Some(progress) = self.progress.get_mut(index) {
                *progress = Progress::default();
            }
        }
        self.selected.clear();
        self.selected.resize(globs, None);
        self.candidates.clear();
        self.buffer.clear();
    }

    pub(crate) fn memory(
        &mut self,
        pattern: usize,
        compiled: &Compiled,
    ) -> Option<&mut Option<Box<Memory>>> {
        let memory = self.memories.get_mut(pattern)?;
        if memory.is_none() {
            *memory = compiled.memory().map(Box::new);
        }
        Some(memory)
    }

    /// The pattern's progress will be reset before the next file.
    pub(crate) fn touch(&mut self, pattern: usize) {
        self.touched.push(pattern);
    }

    pub(crate) fn touched(&self) -> &[usize] {
        &self.touched
    }
}
