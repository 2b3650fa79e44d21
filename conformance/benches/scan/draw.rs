//! Choices that look like chance and are the same in every run.

/// A sequence.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn from(seed: u64) -> Self {
        Self(seed)
    }

    /// One of them.
    pub(crate) fn of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).unwrap();
        &from[high % from.len()]
    }
}
