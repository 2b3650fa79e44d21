//! The patterns of all rulesets, compiled; what was found out of them is kept between runs.

use merlon_cache::Identity;
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
fn identity(patterns: &[Pattern], budget: &Budget) -> String {
    let mut identity = Identity::new();
    identity.part(Analyses::FORM.to_le_bytes());
    identity.part(format!("{budget:?}"));
    for pattern in patterns {
        if let Source::Regex(text) = &pattern.source {
            identity.part(format!("{:?}", pattern.case));
            identity.part(text);
        }
    }
    identity.name().to_string()
}
