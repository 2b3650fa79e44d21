//! A host for tests: what [`crate::host`] lends when the plugin does not run as Wasm. It belongs to
//! the thread, so that tests do not see each other.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::bindings::merlon::plugin::process::Ancestor;

/// What one row can ask about.
#[derive(Debug, Clone, Default)]
pub struct RowWorld {
    /// Milliseconds, from any beginning.
    pub time: u64,
    /// Ancestors of its process.
    pub ancestors: Vec<Ancestor>,
    /// Bytes of its file.
    pub content: Option<Vec<u8>>,
}

/// Everything the fake host knows.
#[derive(Debug, Default)]
pub struct World {
    /// By row of the batch that is being judged.
    pub rows: Vec<RowWorld>,
    /// The ruleset's content files.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Kind and JSON text.
    pub objects: Vec<(String, String)>,
    /// Lines the plugin wrote.
    pub lines: Vec<String>,
    state: BTreeMap<String, Kept>,
}

#[derive(Debug)]
struct Kept {
    value: String,
    expires: u64,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::default());
}

/// Looks at or changes this thread's world.
pub fn with_world<T>(act: impl FnOnce(&mut World) -> T) -> T {
    WORLD.with_borrow_mut(act)
}

impl World {
    fn time(&self, row: u32) -> u64 {
        self.rows.get(row as usize).map_or(0, |row| row.time)
    }

    fn live(&self, row: u32, key: &str) -> Option<&Kept> {
        let now = self.time(row);
        self.state.get(key).filter(|kept| now < kept.expires)
    }
}

pub(crate) mod log {
    use crate::bindings::merlon::plugin::log::Level;

    pub(crate) fn write(level: Level, message: &str) {
        super::with_world(|world| world.lines.push(format!("{level:?}: {message}")));
    }
}

pub(crate) mod ruleset {
    pub(crate) fn files() -> Vec<String> {
        super::with_world(|world| world.files.keys().cloned().collect())
    }

    pub(crate) fn read(path: &str) -> Result<Vec<u8>, String> {
        super::with_world(|world| {
            let file = world.files.get(path).cloned();
            file.ok_or_else(|| format!("no file `{path}` in the ruleset"))
        })
    }
}

pub(crate) mod content {
    const WINDOW: usize = 64 * 1024;

    pub(crate) fn read(row: u32, offset: u64, length: u32) -> Result<Vec<u8>, String> {
        super::with_world(|world| {
            let row = world.rows.get(row as usize);
            let Some(bytes) = row.and_then(|row| row.content.as_deref()) else {
                return Err("the row has no content".to_owned());
            };
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            let rest = bytes.get(start..).unwrap_or(&[]);
            let length = (length as usize).min(WINDOW).min(rest.len());
            Ok(rest.iter().take(length).copied().collect())
        })
    }
}

pub(crate) mod process {
    use crate::bindings::merlon::plugin::process::Ancestor;

    pub(crate) fn ancestors(row: u32) -> Vec<Ancestor> {
        super::with_world(|world| {
            let row = world.rows.get(row as usize);
            row.map(|row| row.ancestors.clone()).unwrap_or_default()
        })
    }
}

pub(crate) mod kubernetes {
    pub(crate) fn list(kind: &str) -> Vec<String> {
        super::with_world(|world| {
            let objects = world.objects.iter();
            objects
                .filter(|(object, _)| kind.is_empty() || object == kind)
                .map(|(_, json)| json.clone())
                .collect()
        })
    }
}

pub(crate) mod state {
    use super::Kept;

    pub(crate) fn get(row: u32, key: &str) -> Option<String> {
        super::with_world(|world| world.live(row, key).map(|kept| kept.value.clone()))
    }

    #[allow(
        clippy::unnecessary_wraps,
        reason = "the host may refuse where the fake has room"
    )]
    pub(crate) fn set(row: u32, key: &str, value: &str, ttl_ms: u64) -> Result<(), String> {
        super::with_world(|world| {
            let expires = world.time(row).saturating_add(ttl_ms);
            let value = value.to_owned();
            world.state.insert(key.to_owned(), Kept { value, expires });
        });
        Ok(())
    }

    pub(crate) fn increment(row: u32, key: &str, by: u64, ttl_ms: u64) -> Result<u64, String> {
        super::with_world(|world| {
            let live = world.live(row, key);
            let expires = live.map_or_else(
                || world.time(row).saturating_add(ttl_ms),
                |kept| kept.expires,
            );
            let before = match live {
                Some(kept) => kept
                    .value
                    .parse::<u64>()
                    .map_err(|error| error.to_string())?,
                None => 0,
            };
            let after = before.saturating_add(by);
            let value = after.to_string();
            world.state.insert(key.to_owned(), Kept { value, expires });
            Ok(after)
        })
    }
}
