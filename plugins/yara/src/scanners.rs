//! Compiled rules, kept while they are needed: a scanner for every set of rules that was asked for. Rules
//! that nothing in a file speaks for are never compiled.

use boreal::Scanner;
use boreal::scanner::ScanParams;

use crate::book::Book;
use crate::compiler::Compilation;
use crate::texts::Texts;

/// Sets that are kept.
const SETS: usize = 64;
/// Rules that are kept, in all sets: about 4 KiB each.
const RULES: usize = 8_000;
/// Matches of one string that are kept.
const MATCHES: u32 = 1_000;
/// Bytes of a match that are kept; nothing of them is shown.
const MATCH_LENGTH: usize = 0;

/// The scanners, the one asked for last at the end.
#[derive(Debug, Default)]
pub(crate) struct Scanners {
    kept: Vec<Kept>,
    texts: Texts,
}

#[derive(Debug)]
struct Kept {
    /// The rules that were asked for, in order.
    asked: Vec<u32>,
    /// With those that they depend on.
    rules: usize,
    scanner: Scanner,
}

impl Scanners {
    /// The scanner of those rules and everything that they depend on.
    pub(crate) fn of(&mut self, asked: Vec<u32>, book: &Book) -> Result<&mut Scanner, String> {
        let known = self.kept.iter().position(|kept| kept.asked == asked);
        let kept = match known {
            Some(place) => self.kept.remove(place),
            None => {
                let rules = book.closure(&asked);
                self.make_room(rules.len());
                Kept {
                    scanner: compile(&rules, book, &mut self.texts)?,
                    rules: rules.len(),
                    asked,
                }
            }
        };
        self.kept.push(kept);
        let last = self.kept.last_mut();
        last.map(|kept| &mut kept.scanner)
            .ok_or_else(|| "no scanner is kept".to_owned())
    }

    fn make_room(&mut self, coming: usize) {
        let mut rules: usize = self.kept.iter().map(|kept| kept.rules).sum();
        while !self.kept.is_empty() && (self.kept.len() >= SETS || rules + coming > RULES) {
            rules -= self.kept.remove(0).rules;
        }
    }
}

/// A rule that does not compile was reported when the content was read; the others do not need it.
fn compile(rules: &[u32], book: &Book, texts: &mut Texts) -> Result<Scanner, String> {
    let rules: Vec<_> = rules.iter().filter_map(|&rule| book.rule(rule)).collect();
    let mut modules: Vec<&str> = Vec::new();
    for rule in &rules {
        modules.extend(rule.modules.iter().map(String::as_str));
    }
    modules.sort_unstable();
    modules.dedup();
    let mut compilation = Compilation::with(&modules);
    let mut namespace = None;
    for rule in rules {
        let name = book.namespace(rule).map_or("", |namespace| &namespace.name);
        if namespace != Some(rule.namespace) {
            import(&mut compilation, &modules, (rule.namespace, name), book);
            namespace = Some(rule.namespace);
        }
        let text = texts.of(book.path(rule))?;
        let text = text.get(rule.range.clone()).unwrap_or("");
        let _refused = compilation.rule(text, &rule.name, name);
    }
    let mut scanner = compilation.finish();
    scanner.set_scan_params(
        ScanParams::default()
            .compute_full_matches(true)
            .string_max_nb_matches(MATCHES)
            .match_max_length(MATCH_LENGTH),
    );
    Ok(scanner)
}

/// Those of the modules that the namespace imports.
fn import(
    compilation: &mut Compilation,
    modules: &[&str],
    (place, name): (u32, &str),
    book: &Book,
) {
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    let Some(namespace) = book.namespaces.get(place) else {
        return;
    };
    for module in &namespace.imports {
        if modules.contains(&module.as_str()) {
            let _refused = compilation.import(module, name);
        }
    }
}
