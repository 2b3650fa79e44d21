//! Compiling every rule once, to tell which ones cannot be honoured.

use std::collections::BTreeMap;

use crate::book::Book;
use crate::compiler::{Compilation, MODULES};
use crate::files::Files;
use crate::refusal::Refusal;

/// The refusals, by rule. A refused rule is tried on no file any more.
pub(crate) fn check(book: &mut Book, texts: &BTreeMap<String, String>) -> Vec<(u32, Refusal)> {
    let mut refused: Vec<(u32, Refusal)> = Vec::new();
    let mut compilation: Option<(u32, Compilation)> = None;
    for (place, rule) in (0..).zip(&book.rules) {
        let namespace = book.namespace(rule);
        let name = namespace.map_or("", |namespace| &namespace.name);
        if compilation
            .as_ref()
            .is_none_or(|(known, _)| *known != rule.namespace)
        {
            let mut fresh = Compilation::with(&MODULES);
            for module in namespace
                .into_iter()
                .flat_map(|namespace| &namespace.imports)
            {
                let _known = fresh.import(module, name);
            }
            compilation = Some((rule.namespace, fresh));
        }
        let text = texts
            .get(book.path(rule))
            .and_then(|text| text.get(rule.range.clone()));
        if let Some((_, compilation)) = &mut compilation
            && let Err(refusal) = compilation.rule(text.unwrap_or(""), &rule.name, name)
        {
            refused.push((place, refusal.behind(rule.range.start)));
        }
    }
    for (place, _) in &refused {
        let place = usize::try_from(*place).unwrap_or(usize::MAX);
        if let Some(rule) = book.rules.get_mut(place) {
            rule.files = Files::NONE;
        }
    }
    refused
}
