//! What a ruleset may ask of the host, and a configuration may grant.

use std::fmt;
use std::str::FromStr;

use merlon_model::UnknownName;

/// One host interface lent to a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Lines for the operator.
    Log,
    /// The ruleset's own files.
    Ruleset,
    /// The bytes of the file that is judged.
    Content,
    /// The ancestors of a process.
    Process,
    /// The other objects of the inventory.
    Kubernetes,
    /// A small expiring memory.
    State,
}

impl Capability {
    /// Every capability, in the order of `wit/merlon.wit`.
    pub const ALL: [Self; 6] = [
        Self::Log,
        Self::Ruleset,
        Self::Content,
        Self::Process,
        Self::Kubernetes,
        Self::State,
    ];

    /// The word used in `requires` and `grant`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Ruleset => "ruleset",
            Self::Content => "content",
            Self::Process => "process",
            Self::Kubernetes => "kubernetes",
            Self::State => "state",
        }
    }

    /// The capability of that name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|capability| capability.name() == word)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Capability {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Self, UnknownName> {
        Self::parse(word).ok_or_else(|| UnknownName {
            found: word.to_owned(),
            allowed: "log, ruleset, content, process, kubernetes, state",
        })
    }
}
