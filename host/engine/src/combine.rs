//! How answers become a verdict: strictest wins, `mode` caps it, `on_fault` speaks for who cannot.

use merlon_model::{Disposition, Mode, OnFault, Origin, Outcome, Verdict};

/// What one finding of a ruleset in this mode asks for.
pub(crate) fn verdict(outcome: Outcome, mode: Mode) -> Verdict {
    match outcome {
        Outcome::Fail => mode.cap(),
        Outcome::Pass | Outcome::Skip | Outcome::Error => Verdict::Allow,
    }
}

/// What a ruleset that cannot answer asks for; a ruleset that could not have denied cannot deny by failing.
pub(crate) fn fault_verdict(on_fault: OnFault, mode: Mode) -> Verdict {
    match on_fault {
        OnFault::Deny => mode.cap(),
        OnFault::Allow => Verdict::Allow,
    }
}

/// What is done about a finding at this moment.
pub(crate) fn disposition(outcome: Outcome, mode: Mode, origin: Origin) -> Disposition {
    match (origin, verdict(outcome, mode)) {
        (Origin::Admission, Verdict::Deny) => Disposition::Denied,
        (Origin::Admission, Verdict::Warn) => Disposition::Warned,
        _ => Disposition::Logged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ruleset_in_audit_mode_never_denies_not_even_by_failing() {
        assert_eq!(verdict(Outcome::Fail, Mode::Audit), Verdict::Allow);
        assert_eq!(fault_verdict(OnFault::Deny, Mode::Audit), Verdict::Allow);
        assert_eq!(fault_verdict(OnFault::Deny, Mode::Enforce), Verdict::Deny);
        assert_eq!(fault_verdict(OnFault::Allow, Mode::Enforce), Verdict::Allow);
    }
}
