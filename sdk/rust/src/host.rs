//! What the host lends. Each module is one capability, which `ruleset.yaml` lists under `requires`.
//! On targets other than Wasm the host is the test's [`crate::fake`].

#[cfg(target_arch = "wasm32")]
use crate::bindings::merlon::plugin as lent;
#[cfg(not(target_arch = "wasm32"))]
use crate::fake as lent;

/// Lines for the operator; bounded, excess is counted.
pub mod log {
    pub use crate::bindings::merlon::plugin::log::Level;

    /// Writes a line.
    pub fn write(level: Level, message: &str) {
        super::lent::log::write(level, message);
    }
}

/// The files that `ruleset.yaml` lists under `content`.
pub mod ruleset {
    /// Their paths.
    #[must_use]
    pub fn files() -> Vec<String> {
        super::lent::ruleset::files()
    }

    /// One of them, whole.
    ///
    /// # Errors
    /// The ruleset has no such file, or it cannot be read.
    pub fn read(path: &str) -> Result<Vec<u8>, String> {
        super::lent::ruleset::read(path)
    }
}

/// The bytes of the file that a row is about.
pub mod content {
    use crate::Row;

    /// At most 64 KiB; empty at the end of the file.
    ///
    /// # Errors
    /// The row is about no file, or its bytes are not kept.
    pub fn read(row: Row<'_>, offset: u64, length: u32) -> Result<Vec<u8>, String> {
        super::lent::content::read(row.index(), offset, length)
    }
}

/// The ancestors of the process that a row is about.
pub mod process {
    use crate::Row;
    pub use crate::bindings::merlon::plugin::process::Ancestor;

    /// Parent first.
    #[must_use]
    pub fn ancestors(row: Row<'_>) -> Vec<Ancestor> {
        super::lent::process::ancestors(row.index())
    }
}

/// The other objects of the inventory.
pub mod kubernetes {
    /// JSON texts of the objects of that kind; of every kind when it is empty.
    #[must_use]
    pub fn list(kind: &str) -> Vec<String> {
        super::lent::kubernetes::list(kind)
    }
}

/// A bounded store that outlives the instance. Its clock is the time of the row's event.
pub mod state {
    use crate::Row;

    /// The value, unless it expired.
    #[must_use]
    pub fn get(row: Row<'_>, key: &str) -> Option<String> {
        super::lent::state::get(row.index(), key)
    }

    /// Keeps a value for `ttl_ms`.
    ///
    /// # Errors
    /// The store has no room.
    pub fn set(row: Row<'_>, key: &str, value: &str, ttl_ms: u64) -> Result<(), String> {
        super::lent::state::set(row.index(), key, value, ttl_ms)
    }

    /// Adds to a counter that is forgotten `ttl_ms` after it was first counted; the new value.
    ///
    /// # Errors
    /// The store has no room.
    pub fn increment(row: Row<'_>, key: &str, by: u64, ttl_ms: u64) -> Result<u64, String> {
        super::lent::state::increment(row.index(), key, by, ttl_ms)
    }
}
