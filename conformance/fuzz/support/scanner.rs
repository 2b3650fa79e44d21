//! A scanner that looks for the word `key`, within limits that a fuzzer reaches.

#[path = "judge.rs"]
mod judge;

use std::sync::LazyLock;

use merlon_matching::{Budget, CaseRule, Detail, Pattern, PatternSet, Source};
use merlon_registry::{Access, Repositories};
use merlon_scanner::{Demand, Limits, Scanner, Silent};

static NO_REGISTRIES: LazyLock<Repositories> =
    LazyLock::new(|| Repositories::new(Access::default()));
static PATTERNS: LazyLock<PatternSet> = LazyLock::new(|| {
    let pattern = Pattern {
        ruleset: 0,
        id: 1,
        source: Source::Literal(b"key".to_vec()),
        case: CaseRule::Insensitive,
        files: None,
        detail: Detail::Places,
    };
    PatternSet::compile(vec![pattern], &Budget::default()).0
});

pub fn within(limits: Limits) -> Scanner<'static> {
    Scanner {
        patterns: &PATTERNS,
        judge: &judge::Watching,
        limits,
        demand: Demand::All,
        platform: Some("linux/amd64".to_owned()),
        jobs: 1,
        registries: &NO_REGISTRIES,
        memory: None,
        progress: &Silent,
    }
}

pub fn limits() -> Limits {
    Limits {
        retained: 1 << 10,
        unpacked: 8 << 20,
        entries: 2_000,
        paths: 1_000,
        document: 64 << 10,
        layers: 16,
        ..Limits::default()
    }
}
