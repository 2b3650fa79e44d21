//! `state`: a bounded key-value store that outlives the instance.
//!
//! Time is the time of the row's event, never the wall clock: a replay sees what the live run saw, and
//! the answer does not depend on how events were cut into batches.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::bindings::merlon::plugin::state::Host;
use crate::call::Call;

#[derive(Debug, Clone)]
struct Entry {
    value: String,
    expires: u64,
}

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<String, Entry>,
    /// (expiry, key): what to forget first.
    expiries: BTreeSet<(u64, String)>,
    bytes: usize,
}

/// The state of one plugin.
#[derive(Debug, Default)]
pub struct StateStore {
    table: Mutex<Table>,
}

impl Table {
    fn forget_expired(&mut self, now: u64) {
        while let Some((expires, _)) = self.expiries.first() {
            if *expires > now {
                break;
            }
            if let Some((_, key)) = self.expiries.pop_first()
                && let Some(entry) = self.entries.remove(&key)
            {
                self.bytes = self.bytes.saturating_sub(key.len() + entry.value.len());
            }
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes = self.bytes.saturating_sub(key.len() + entry.value.len());
            self.expiries.remove(&(entry.expires, key.to_owned()));
        }
    }

    fn insert(&mut self, key: String, entry: Entry, room: (usize, usize)) -> Result<(), String> {
        self.remove(&key);
        let bytes = self.bytes + key.len() + entry.value.len();
        if self.entries.len() >= room.0 || bytes > room.1 {
            return Err(format!(
                "the state is full ({} keys, {} bytes)",
                self.entries.len(),
                self.bytes
            ));
        }
        self.bytes = bytes;
        self.expiries.insert((entry.expires, key.clone()));
        self.entries.insert(key, entry);
        Ok(())
    }
}

impl Call {
    fn now(&self, row: u32) -> u64 {
        self.row(row).map_or(0, |event| event.time.nanos())
    }

    fn room(&self) -> (usize, usize) {
        (self.limits.state_keys, self.limits.state_bytes)
    }
}

fn expiry(now: u64, ttl_ms: u64) -> u64 {
    now.saturating_add(ttl_ms.saturating_mul(1_000_000))
}

impl Host for Call {
    fn get(&mut self, row: u32, key: String) -> wasmtime::Result<Option<String>> {
        self.check_deadline()?;
        let now = self.now(row);
        let table = self
            .state
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(table
            .entries
            .get(&key)
            .filter(|entry| entry.expires > now)
            .map(|e| e.value.clone()))
    }

    fn set(
        &mut self,
        row: u32,
        key: String,
        value: String,
        ttl_ms: u64,
    ) -> wasmtime::Result<Result<(), String>> {
        self.check_deadline()?;
        let now = self.now(row);
        let mut table = self
            .state
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        table.forget_expired(now);
        Ok(table.insert(
            key,
            Entry {
                value,
                expires: expiry(now, ttl_ms),
            },
            self.room(),
        ))
    }

    fn increment(
        &mut self,
        row: u32,
        key: String,
        by: u64,
        ttl_ms: u64,
    ) -> wasmtime::Result<Result<u64, String>> {
        self.check_deadline()?;
        let now = self.now(row);
        let mut table = self
            .state
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        table.forget_expired(now);
        let (count, expires) = match table.entries.get(&key) {
            Some(entry) => (entry.value.parse::<u64>().unwrap_or(0), entry.expires),
            None => (0, expiry(now, ttl_ms)),
        };
        let count = count.saturating_add(by);
        let entry = Entry {
            value: count.to_string(),
            expires,
        };
        Ok(table.insert(key, entry, self.room()).map(|()| count))
    }
}
