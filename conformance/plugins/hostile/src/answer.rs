//! Misbehaving per batch.

use merlon_sdk::bindings::merlon::plugin::types::{Batch, Finding, Outcome};

use crate::mode::Mode;
use crate::resource;

/// Bytes of the big result.
const BIG: usize = 100_000_000;
/// More findings than any host should accept.
const MANY: usize = 50_000;

/// The findings, or what the mode has in their place.
///
/// # Errors
/// The mode is an error.
pub fn evaluate(mode: Mode, batch: &Batch) -> Result<Vec<Finding>, String> {
    match mode {
        Mode::Loop => resource::spin(),
        Mode::Memory => resource::take_memory(),
        Mode::Recursion => return Ok(vec![finding(0, 0, resource::recurse(1).to_string())]),
        Mode::HostCallFlood => resource::call_the_host_without_end(),
        Mode::LogFlood => resource::flood_the_log(),
        Mode::StateFlood => resource::flood_the_state()?,
        Mode::Trap => resource::trap(),
        Mode::Error => return Err("the hostile plugin cannot answer".to_owned()),
        Mode::BigResult => return Ok(vec![finding(0, 0, "x".repeat(BIG))]),
        Mode::BadRow => return Ok(vec![finding(batch.rows.saturating_add(7), 0, "bad row")]),
        Mode::BadRule => return Ok(vec![finding(0, 4_000_000_000, "bad rule")]),
        Mode::ManyFindings => return Ok((0..MANY).map(|_| finding(0, 0, "again")).collect()),
        _ => {}
    }
    Ok((0..batch.rows)
        .map(|row| finding(row, 0, "answered"))
        .collect())
}

fn finding(row: u32, rule: u32, message: impl Into<String>) -> Finding {
    Finding {
        row,
        rule,
        outcome: Outcome::Fail,
        message: message.into(),
        container: None,
        location: None,
        failed_paths: Vec::new(),
        fix_paths: Vec::new(),
        evidence: Vec::new(),
        distinct: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Batch {
        Batch {
            subscription: 0,
            rows: 2,
            strings: vec![String::new()],
            columns: Vec::new(),
        }
    }

    #[test]
    fn a_well_behaved_plugin_answers_every_row() {
        assert_eq!(evaluate(Mode::Well, &batch()).unwrap().len(), 2);
    }

    #[test]
    fn bad_indices_are_out_of_range() {
        let rows = evaluate(Mode::BadRow, &batch()).unwrap();
        assert!(rows[0].row >= 2);
        let rules = evaluate(Mode::BadRule, &batch()).unwrap();
        assert!(rules[0].rule > 0);
    }

    #[test]
    fn an_unknown_mode_is_refused_and_an_error_is_an_error() {
        assert!(evaluate(Mode::Error, &batch()).is_err());
        assert!(Mode::of_settings(r#"{"mode":"polite"}"#).is_err());
        assert_eq!(Mode::of_settings("{}"), Ok(Mode::Well));
    }
}
