//! Helm and friends: `{{ ... }}` outside of quotes cannot be read before it is rendered.

/// Does a document that is not YAML look as if a template engine made it so?
pub(crate) fn breaks(document: &str) -> bool {
    document.lines().any(|line| {
        let code = line.trim_start();
        let Some(at) = code.find("{{") else {
            return false;
        };
        let before = code.get(..at).unwrap_or_default();
        let quoted = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
        !code.starts_with('#') && !quoted && stands_for_a_value(before)
    })
}

/// A template stands where a value, a key or an item may stand; in the middle of a text it is text.
fn stands_for_a_value(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with([':', '-', '/', '=', '.', '_', '[', ','])
}

/// Is an unquoted text left to a template engine to complete? Texts in quotes and blocks are data: alert
/// rules and configuration files hold templates for other programs.
pub(crate) fn is_expression(text: &str) -> bool {
    let Some((before, inside)) = text.split_once("{{") else {
        return false;
    };
    let inside = inside.trim_start_matches('-').trim_start();
    // Prometheus and its like: `{{ $labels.pod }}`.
    !inside.starts_with('$')
        && inside.contains("}}")
        && (stands_for_a_value(before)
            || inside.starts_with(".Values")
            || inside.starts_with(".Release"))
}

#[cfg(test)]
mod tests {
    use merlon_yaml::{Limits, parse};

    use super::*;

    fn left_open(text: &str) -> bool {
        let read = parse(text, "x.yaml", &Limits::default());
        assert!(read.problems.is_empty(), "{text}: {:?}", read.problems);
        read.braced.iter().any(|text| is_expression(text))
    }

    #[test]
    fn templates_break_documents() {
        assert!(breaks("name: {{ .Values.name }}\n"));
        assert!(breaks("{{- if .Values.x }}\na: 1\n{{- end }}\n"));
        assert!(!breaks("summary: \"{{ $labels.pod }} is down\"\n"));
        assert!(!breaks("# {{ x }}\na: 1\n"));
    }

    #[test]
    fn templates_leave_values_open_and_data_does_not() {
        assert!(left_open("name: etcd-{{cell}}\n"));
        assert!(left_open("image: app:{{ .Values.tag }}\n"));
        assert!(left_open("a:\n  - x\n  - web-{{ include \"x\" . }}\n"));
        for text in [
            "summary: \"{{ .Values.name }}\"\n",
            "summary: '{{ x }}'\n",
            "config: |\n  {{- with secret \"x\" }}\n  a: {{ .Data.b }}\n  {{- end }}\n",
            "config: >-\n  {{ x }}\n",
            "message: pod {{ $labels.pod }} is down\n",
            "message: write {{ x }} there\n",
            "list:\n  - |\n    {{ x }}\n",
            "? |\n  {{ x }}\n: 1\n",
        ] {
            assert!(!left_open(text), "{text}");
        }
    }
}
