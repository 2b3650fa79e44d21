//! The entries of a map while it is read: duplicate keys and merge keys.

use std::collections::HashMap;

use crate::node::{Key, Node, NodeValue, Span};

/// A key that the map already has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub(crate) key: Key,
    pub(crate) first: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Written,
    Merged,
}

#[derive(Debug, Default)]
pub(crate) struct Entries {
    entries: Vec<(Key, Node)>,
    places: HashMap<String, (usize, Origin)>,
}

impl Entries {
    /// Adds an entry. The last of two entries with one key stays, as in Kubernetes.
    pub(crate) fn write(&mut self, key: Key, value: Node) -> Option<Duplicate> {
        let before = self.set(key.clone(), value, Origin::Written);
        let (first, Origin::Written) = before? else {
            return None;
        };
        Some(Duplicate { key, first })
    }

    /// `<<`: what the bases say counts from here on, and earlier bases win over later ones; what is
    /// written below the merge wins over it. go-yaml reads in this order, so what stands above the merge
    /// loses. `false` when a base is no map.
    pub(crate) fn merge(&mut self, value: Node) -> bool {
        let bases = match value.value {
            NodeValue::List(items) => items,
            NodeValue::Map(_) => vec![value],
            _ => return false,
        };
        for base in bases.into_iter().rev() {
            let NodeValue::Map(inherited) = base.value else {
                return false;
            };
            for (key, value) in inherited {
                self.set(key, value, Origin::Merged);
            }
        }
        true
    }

    pub(crate) fn into_value(self) -> NodeValue {
        NodeValue::Map(self.entries)
    }

    /// Sets a key and says where it stood before.
    fn set(&mut self, key: Key, value: Node, origin: Origin) -> Option<(Span, Origin)> {
        let next = self.entries.len();
        let (place, known) = self
            .places
            .entry(key.text.clone())
            .or_insert((next, origin));
        let Some(entry) = self.entries.get_mut(*place) else {
            self.entries.push((key, value));
            return None;
        };
        let before = (entry.0.span, *known);
        if origin == Origin::Written {
            *known = Origin::Written;
        }
        *entry = (key, value);
        Some(before)
    }
}
