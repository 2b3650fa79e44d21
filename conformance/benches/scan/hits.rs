//! What was found, in a form that two programs can be compared in.

use std::collections::BTreeSet;

/// Pairs such as (file, line) or (rule, file).
pub(crate) type Hits = BTreeSet<(String, String)>;

/// How far two agree; what only one of them has goes to a file, to be explained.
pub(crate) fn compare(ours: (&str, &Hits), theirs: (&str, &Hits), record: &str) {
    let both = ours.1.intersection(theirs.1).count();
    let only_ours: Vec<_> = ours.1.difference(theirs.1).collect();
    let only_theirs: Vec<_> = theirs.1.difference(ours.1).collect();
    println!(
        "hits: {both} in both, {} only {}, {} only {}",
        only_ours.len(),
        ours.0,
        only_theirs.len(),
        theirs.0
    );
    if only_ours.is_empty() && only_theirs.is_empty() {
        return;
    }
    let mut text = String::new();
    for (who, pairs) in [(ours.0, only_ours), (theirs.0, only_theirs)] {
        for (first, second) in pairs {
            text.push_str(&format!("only {who}\t{first}\t{second}\n"));
        }
    }
    std::fs::write(crate::place::scratch().join(record), text).unwrap();
    println!("      the differences are in target/bench/scan/{record}");
}

/// Those in files themselves, and the number of those in members of archives, which only Merlon opens.
pub(crate) fn without_members(hits: &Hits) -> (Hits, usize) {
    let outside: Hits = hits
        .iter()
        .filter(|(first, second)| !first.contains("!/") && !second.contains("!/"))
        .cloned()
        .collect();
    let inside = hits.len() - outside.len();
    (outside, inside)
}
