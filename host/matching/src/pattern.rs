//! What a plugin declares, what it may cost, and why it can be refused.

use serde::{Deserialize, Serialize};

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// These bytes.
    Literal(Vec<u8>),
    /// RE2 syntax, matched on bytes with ASCII classes; capture group 1, if there is one, is the text
    /// of the hit.
    Regex(String),
}

/// Whether `a` and `A` differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum CaseRule {
    #[default]
    Sensitive,
    Insensitive,
}

/// How much is told of the places where a pattern holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Every place, with its line and text.
    #[default]
    Places,
    /// Only the first place, without line and text: whether the pattern holds in the file.
    Presence,
}

/// One pattern of one ruleset, as declared; untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The place in the catalogue of the ruleset that hits are delivered to.
    pub ruleset: usize,
    /// Chosen by the plugin; hits carry it.
    pub id: u32,
    /// What to look for.
    pub source: Source,
    /// For the whole pattern; a regex can say more with `(?i)`.
    pub case: CaseRule,
    /// Only files whose path matches this glob: `*` and `?` stay inside a path component, `**` does
    /// not, `{a,b}` and `[a-z]` choose; a glob without `/` is matched with the last component.
    pub files: Option<String>,
    /// How much is told of its places.
    pub detail: Detail,
}

/// What patterns may cost. A pattern over a limit is refused, a file over a limit is searched as far as
/// the limit goes and what was left out is counted as suppressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Patterns of one ruleset.
    pub patterns_per_ruleset: usize,
    /// Bytes of one literal, regex or glob.
    pub source_length: usize,
    /// Bytes that one compiled regex may take.
    pub compiled_size: usize,
    /// Bytes that a compiled regex without a required literal may take: it runs over whole files.
    pub ungated_size: usize,
    /// Bytes that all compiled regexes may take together.
    pub compiled_total: usize,
    /// Hits that are kept.
    pub hits_per_pattern_and_file: usize,
    /// The longest match of a regex without a bound of its own, in bytes.
    pub window: usize,
    /// Bytes of one file that a pattern without a required literal is run over.
    pub ungated_bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            patterns_per_ruleset: 50_000,
            source_length: 8 << 10,
            compiled_size: 2 << 20,
            ungated_size: 64 << 10,
            compiled_total: 512 << 20,
            hits_per_pattern_and_file: 100,
            // An RSA key of 8192 bits in PEM is 6.4 KB.
            window: 8 << 10,
            ungated_bytes: 64 << 20,
        }
    }
}

/// A pattern that will not be looked for.
#[derive(Debug, thiserror::Error)]
#[error("pattern {pattern} of ruleset {ruleset} is refused")]
pub struct Refusal {
    /// Which ruleset: its place in the catalogue.
    pub ruleset: usize,
    /// Which pattern: its id.
    pub pattern: u32,
    /// Why.
    #[source]
    pub reason: Reason,
}

/// Why a pattern is refused.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The ruleset has used up its number.
    #[error("the ruleset has more than {limit} patterns; merge some")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The declaration is too long.
    #[error("it is {length} bytes long, over the limit of {limit}; split it")]
    TooLong {
        /// Bytes declared.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// A single byte says nothing about a file.
    #[error("a literal needs at least 2 bytes")]
    TooShort,
    /// It holds everywhere.
    #[error("the regex matches the empty text; require at least one byte")]
    MatchesEmpty,
    /// The regex does not parse.
    #[error("the regex is not valid RE2 syntax on bytes with ASCII classes")]
    Syntax(#[source] Box<regex_syntax::Error>),
    /// The regex cannot be compiled, mostly because it is too large.
    #[error("the regex cannot be compiled within {limit} bytes; use smaller repetitions")]
    Compile {
        /// The limit.
        limit: usize,
        /// What the compiler said.
        #[source]
        source: Box<regex_automata::nfa::thompson::BuildError>,
    },
    /// It would run over whole files, and be slow.
    #[error(
        "no literal of 3 bytes is required by the regex, and it takes {size} bytes, over the limit of \
         {limit} for such; add a literal or use smaller repetitions"
    )]
    Ungated {
        /// Bytes that it takes.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// All patterns together are too large.
    #[error("all regexes together take more than {limit} bytes; enable fewer rulesets")]
    TotalSize {
        /// The limit.
        limit: usize,
    },
    /// The selector does not parse.
    #[error("the glob `{glob}` is not valid; close every `[` and `{{`")]
    Glob {
        /// As declared.
        glob: String,
    },
}
