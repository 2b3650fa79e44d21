//! Named, expiring reasons not to apply a rule. Every one that takes effect is recorded in its finding.

use merlon_model::{Subject, Timestamp};

/// One entry of `except`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Only subjects in this namespace.
    pub namespace: Option<String>,
    /// Only this rule, `<ruleset>/<rule>` or the rule alone.
    pub rule: Option<String>,
    /// Only the subject of this name (an object's name, a file's path).
    pub name: Option<String>,
    /// Not at or after this moment.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

impl Exemption {
    /// Whether the finding of `rule` (`<ruleset>/<rule>`) about `subject` is exempted at `now`.
    pub(crate) fn covers(&self, rule: &str, subject: &Subject, now: Timestamp) -> bool {
        let (namespace, name) = match subject {
            Subject::Object(object) => (object.namespace.as_str(), object.name.as_str()),
            Subject::File(file) => ("", file.path.as_str()),
            Subject::Image(image) => ("", image.reference.as_str()),
            Subject::Process(process) => ("", process.exe.as_str()),
        };
        let short = rule.rsplit('/').next().unwrap_or(rule);
        self.until.is_none_or(|until| now < until)
            && self
                .namespace
                .as_deref()
                .is_none_or(|wanted| wanted == namespace)
            && self.name.as_deref().is_none_or(|wanted| wanted == name)
            && self
                .rule
                .as_deref()
                .is_none_or(|wanted| wanted == rule || wanted == short)
    }
}

#[cfg(test)]
mod tests {
    use merlon_model::ObjectSubject;

    use super::*;

    #[test]
    fn an_exemption_covers_its_namespace_and_rule_until_it_expires() {
        let exemption = Exemption {
            namespace: Some("kube-system".to_owned()),
            rule: Some("nsa/host-pid".to_owned()),
            name: None,
            until: Some(Timestamp::from_nanos(100)),
            reason: "CNI agent".to_owned(),
        };
        let subject = |namespace: &str| {
            Subject::Object(ObjectSubject {
                namespace: namespace.to_owned(),
                ..ObjectSubject::default()
            })
        };
        let now = Timestamp::from_nanos(99);
        assert!(exemption.covers("nsa/host-pid", &subject("kube-system"), now));
        assert!(!exemption.covers("nsa/host-pid", &subject("shop"), now));
        assert!(!exemption.covers("nsa/host-ipc", &subject("kube-system"), now));
        let late = Timestamp::from_nanos(100);
        assert!(!exemption.covers("nsa/host-pid", &subject("kube-system"), late));
    }
}
