//! What was found, in a form that two programs can be compared in.

use std::collections::BTreeMap;

/// Pairs such as (file, line) or (rule, file), each with the rule that found it.
pub(crate) type Hits = BTreeMap<(String, String), String>;

/// How far two agree; what only one of them has goes to a file, to be explained. Gives the number of
/// differences.
pub(crate) fn compare(ours: (&str, &Hits), theirs: (&str, &Hits), record: &str) -> usize {
    let only_ours = missing(ours.1, theirs.1);
    let only_theirs = missing(theirs.1, ours.1);
    println!(
        "hits: {} in both, {} only {}, {} only {}",
        ours.1.len() - only_ours.len(),
        only_ours.len(),
        ours.0,
        only_theirs.len(),
        theirs.0
    );
    let differences = only_ours.len() + only_theirs.len();
    if differences > 0 {
        let mut text = String::new();
        for (who, lines) in [(ours.0, only_ours), (theirs.0, only_theirs)] {
            for line in lines {
                text += &format!("only {who}\t{line}\n");
            }
        }
        std::fs::write(crate::place::scratch().join(record), text).unwrap();
        println!("      the differences are in target/bench/scan/{record}");
    }
    differences
}

/// Those of the first that the second does not have.
fn missing(first: &Hits, second: &Hits) -> Vec<String> {
    first
        .iter()
        .filter(|(pair, _)| !second.contains_key(*pair))
        .map(|((one, other), rule)| format!("{one}\t{other}\t{rule}"))
        .collect()
}

/// (file, line) pairs by their files only: two rules may name the first or the second line of a key.
fn files(hits: &Hits) -> Hits {
    hits.iter()
        .map(|((file, _), rule)| ((file.clone(), String::new()), rule.clone()))
        .collect()
}

/// The number of files that both name.
pub(crate) fn print_common_files(ours: &Hits, theirs: &Hits) {
    let (ours, theirs) = (files(ours), files(theirs));
    let both = ours.len() - missing(&ours, &theirs).len();
    println!(
        "files: {both} in both, {} and {} in all",
        ours.len(),
        theirs.len()
    );
}

/// Those in files themselves, and the number of those in members of archives, which only Merlon opens.
pub(crate) fn without_members(hits: &Hits) -> (Hits, usize) {
    let outside: Hits = hits
        .iter()
        .filter(|((first, second), _)| !first.contains("!/") && !second.contains("!/"))
        .map(|(pair, rule)| (pair.clone(), rule.clone()))
        .collect();
    let inside = hits.len() - outside.len();
    (outside, inside)
}
