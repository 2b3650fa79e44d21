//! What a guest says about itself, and how it refuses settings.

use merlon_model::{Confidence, Severity, chain};
use merlon_runtime::PatternSource;
use serde_json::json;

use super::guest::{EXEC, Guest};
use super::{Case, same};
use crate::exec;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "rules are described with every field",
        run: rules,
    },
    Case {
        name: "subscriptions keep their order, fields and prefilters",
        run: subscriptions,
    },
    Case {
        name: "patterns are literals, bytes and regexes",
        run: patterns,
    },
    Case {
        name: "settings arrive as they were written",
        run: settings,
    },
    Case {
        name: "settings are refused in words",
        run: refused,
    },
];

fn rules(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("echo")?;
    let rules = &loaded.plugin.manifest().rules;
    let [echo, full] = rules.as_slice() else {
        return Err(format!("there are {} rules, not 2", rules.len()));
    };
    same("the id of rule 0", &&*echo.id, &"echo")?;
    same("its severity", &echo.severity, &Severity::Info)?;
    same("its confidence", &echo.confidence, &Confidence::High)?;
    same("its remediation", &echo.remediation.as_str(), &"")?;
    same("its techniques", &echo.attack.len(), &0)?;
    same("the id of rule 1", &&*full.id, &"full")?;
    same(
        "its title",
        &full.title.as_str(),
        &"Every field of a finding ✓",
    )?;
    same("its severity", &full.severity, &Severity::Critical)?;
    same("its confidence", &full.confidence, &Confidence::Low)?;
    same(
        "its techniques",
        &full.attack,
        &vec!["T1059.004".to_owned(), "T1204".to_owned()],
    )?;
    same(
        "its controls",
        &full.controls,
        &vec!["C-0001".to_owned(), "NSA:x".to_owned()],
    )?;
    same("its remediation", &full.remediation.as_str(), &"Do this.")?;
    same(
        "its references",
        &full.references,
        &vec!["https://example.org/a?b=ü".to_owned()],
    )
}

fn subscriptions(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("echo")?;
    let got: Vec<String> = loaded
        .plugin
        .manifest()
        .subscriptions
        .iter()
        .map(|one| {
            let fields: Vec<&str> = one.fields.iter().map(|field| field.name).collect();
            let filter = one.filter.as_deref().unwrap_or("-");
            format!("{} {} {filter}", one.kind.name(), fields.join(","))
        })
        .collect();
    let wanted = [
        "process.exec exe,argv,pid,argv_truncated,container.id -",
        "file.content path,size,hits,hits.pattern,hits.offset,hits.length,hits.line,hits.column,hits.text hits > 0",
        "k8s.object kind,namespace,name,object -",
    ];
    same(
        "the list of subscriptions",
        &got,
        &wanted.map(str::to_owned).to_vec(),
    )
}

fn patterns(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("echo")?;
    let got: Vec<String> = loaded
        .plugin
        .manifest()
        .patterns
        .iter()
        .map(|one| {
            let source = match &one.source {
                PatternSource::Literal(bytes) => format!("literal {bytes:02x?}"),
                PatternSource::Regex(text) => format!("regex {text}"),
            };
            format!("{} {source} {} {:?}", one.id, one.nocase, one.files)
        })
        .collect();
    let mixed = format!("3 literal {:02x?} true Some(\"*.txt\")", b"MiRrOr-NoCaSe");
    let wanted = vec![
        "1 regex mirror-([a-z0-9]+) false None".to_owned(),
        "2 literal [ff, 00, fe] false None".to_owned(),
        mixed,
    ];
    same("the list of patterns", &got, &wanted)
}

fn settings(guest: &Guest) -> Result<(), String> {
    let settings = json!({ "mode": "settings", "text": "ü \"quoted\" \\ 日本 \u{1f980}", "list": [1, 2.5, null, true] });
    let loaded = guest.load(&settings).map_err(|error| chain(&error))?;
    let got = loaded.values(EXEC, &[exec(0, "/bin/ls", &["ls"])], "settings")?;
    same("what describe got", &got, &vec![settings.to_string()])
}

fn refused(guest: &Guest) -> Result<(), String> {
    for (mode, wanted) in [
        ("refuse", "refused: é"),
        ("no-such-mode", "unknown mode no-such-mode"),
    ] {
        let Err(error) = guest.load(&json!({ "mode": mode })) else {
            return Err(format!("mode {mode} was accepted"));
        };
        let text = chain(&error);
        if !text.contains(wanted) {
            return Err(format!("mode {mode}: {text:?} does not say {wanted:?}"));
        }
    }
    Ok(())
}
