//! What a text may cost to read.

use crate::node::{Key, Node, NodeValue};

/// What a text may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nodes of all documents, aliases resolved.
    pub nodes: usize,
    /// Lists and maps inside each other.
    pub depth: usize,
    /// Bytes of memory that anchors and aliases may add to what is written.
    pub expansion: usize,
}

impl Default for Limits {
    /// 8 MiB as at admission; a node for every eight bytes of it; more depth than any schema of a custom
    /// resource has; aliases may double the largest text.
    fn default() -> Self {
        Self {
            bytes: 8 << 20,
            nodes: 1 << 20,
            depth: 128,
            expansion: 16 << 20,
        }
    }
}

/// What is left of the limits while one text is read.
#[derive(Debug, Clone)]
pub struct Budget {
    nodes: usize,
    depth: usize,
    expansion: usize,
}

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exhausted {
    Nodes,
    Expansion,
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            nodes: limits.nodes,
            depth: limits.depth,
            expansion: limits.expansion,
        }
    }

    /// Bytes that aliases may still add, so that a second text can be read on what the first one left.
    #[must_use]
    pub fn expansion(&self) -> usize {
        self.expansion
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) fn node(&mut self) -> Result<(), Exhausted> {
        self.nodes = self.nodes.checked_sub(1).ok_or(Exhausted::Nodes)?;
        Ok(())
    }

    /// Pays for one more copy of a tree, before it is made.
    pub(crate) fn copy(&mut self, size: Size) -> Result<(), Exhausted> {
        self.nodes = self.nodes.checked_sub(size.nodes).ok_or(Exhausted::Nodes)?;
        self.expansion = self
            .expansion
            .checked_sub(size.bytes)
            .ok_or(Exhausted::Expansion)?;
        Ok(())
    }
}

/// What a tree weighs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
    /// Lists and maps inside each other.
    pub(crate) height: usize,
}

impl Size {
    /// The depth limit bounds the recursion.
    pub(crate) fn of(node: &Node) -> Self {
        let mut size = Self {
            nodes: 1,
            bytes: size_of::<(Key, Node)>(),
            height: 0,
        };
        match &node.value {
            NodeValue::Text(text) => size.bytes += text.len(),
            NodeValue::List(items) => items.iter().for_each(|item| size.hold(item)),
            NodeValue::Map(entries) => {
                for (key, value) in entries {
                    size.bytes += key.text.len();
                    size.hold(value);
                }
            }
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) => {}
        }
        size
    }

    fn hold(&mut self, child: &Node) {
        let child = Self::of(child);
        self.nodes += child.nodes;
        self.bytes += child.bytes;
        self.height = self.height.max(child.height + 1);
    }
}
