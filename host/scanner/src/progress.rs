//! How far a scan is, for whoever shows it.

/// Told while a scan runs, from several threads; must be cheap.
pub trait Progress: Sync {
    /// So many more bytes are to be read.
    fn expect(&self, bytes: u64);
    /// So many bytes were read.
    fn advance(&self, bytes: u64);
    /// What is read now.
    fn name(&self, name: &str);
    /// A layer is read beside others, as long as what is returned lives; its bytes count for the whole.
    fn layer(&self, name: &str, bytes: Option<u64>) -> Box<dyn Advance + '_>;
}

/// One of several things that are read side by side.
pub trait Advance: Send {
    /// So many bytes of it were read.
    fn advance(&self, bytes: u64);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn expect(&self, _: u64) {}
    fn advance(&self, _: u64) {}
    fn name(&self, _: &str) {}
    fn layer(&self, _: &str, _: Option<u64>) -> Box<dyn Advance + '_> {
        Box::new(Self)
    }
}

impl Advance for Silent {
    fn advance(&self, _: u64) {}
}
