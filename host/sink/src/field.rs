//! What code hosts take in a field: they refuse a whole report for one that is too long or no link.

/// Only what a URI may be made of.
pub(crate) fn is_link(url: &str) -> bool {
    let rest = url.strip_prefix("https://").unwrap_or_default();
    !rest.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte))
}

/// The text, cut to that many letters; the last one then says that there was more.
pub(crate) fn at_most(letters: usize, text: &str) -> String {
    if text.chars().nth(letters).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(letters.saturating_sub(1));
    kept.chain(['\u{2026}']).collect()
}
