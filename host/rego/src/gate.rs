//! Which rules judge which kinds of objects.

use merlon_model::Rule;

/// One object per scan that stands for all of them: only rules that ask for it get it.
const INVENTORY: &str = "Inventory";

/// Whether the rule judges objects of this kind.
pub(crate) fn judges(rule: &Rule, kind: &str) -> bool {
    if rule.kinds.is_empty() {
        kind != INVENTORY
    } else {
        rule.kinds.iter().any(|judged| judged == kind)
    }
}
