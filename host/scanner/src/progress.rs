//! How far a scan is, for whoever shows it.

/// Told while a scan runs, from several threads; must be cheap.
pub trait Progress: Sync {
    /// So many more bytes are to be read.
    fn expect(&self, bytes: u64);
    /// So many bytes were read.
    fn advance(&self, bytes: u64);
    /// What is read now: a layer, a file.
    fn name(&self, name: &str);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn expect(&self, _: u64) {}
    fn advance(&self, _: u64) {}
    fn name(&self, _: &str) {}
}
