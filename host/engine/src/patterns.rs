//! The patterns of all rulesets, compiled; what was found out of them is kept between runs.

use merlon_matching::{Analyses, Budget, Pattern, PatternSet, Refusal, Source};
use merlon_runtime::Runtime;

/// Compiles what can be compiled, and says what cannot and why.
pub(crate) fn compile(patterns: Vec<Pattern>, runtime: &Runtime) -> (PatternSet, Vec<Refusal>) {
    let budget = Budget::default();
    let name = format!("{}.patterns", identity(&patterns, &budget));
    let kept = runtime.kept(&name);
    let mut known: Analyses = kept
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let compiled = PatternSet::compile_again(patterns, &budget, &mut known);
    if known.has_grown()
        && let Ok(bytes) = serde_json::to_vec(&known)
    {
        runtime.keep(&name, &bytes);
    }
    compiled
}

/// Names everything that an analysis depends on.
fn identity(patterns: &[Pattern], budget: &Budget) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(env!("CARGO_PKG_VERSION").as_bytes());
    part(&Analyses::FORM.to_le_bytes());
    part(format!("{budget:?}").as_bytes());
    for pattern in patterns {
        if let Source::Regex(text) = &pattern.source {
            part(format!("{:?}", pattern.case).as_bytes());
            part(text.as_bytes());
        }
    }
    hasher.finalize()
}
