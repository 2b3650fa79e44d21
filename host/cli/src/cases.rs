//! The cases of a ruleset: inputs with the findings they must give, beside the rules.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use merlon_engine::Engine;
use merlon_matching::Scratch;
use merlon_model::{
    Body, Content, ContentError, Event, FileEvent, Finding, Kind, ObjectEvent, Outcome, Process,
    Subject, Timestamp,
};
use merlon_scanner::file_type;
use serde::Deserialize;
use serde_json::Value;

/// One case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// A sentence: what must be so.
    pub(crate) name: String,
    /// Only this rule's findings count; without it, the rule that the file is named after, or all.
    #[serde(default)]
    pub(crate) rule: Option<String>,
    /// Settings of the ruleset.
    #[serde(default)]
    pub(crate) settings: Value,
    #[serde(default)]
    objects: Vec<Value>,
    #[serde(default)]
    files: Vec<CaseFile>,
    #[serde(default)]
    events: Vec<CaseEvent>,
    #[serde(default)]
    expect: Vec<Expected>,
    /// Subjects that must be answered with `skip`.
    #[serde(default)]
    skips: Vec<String>,
}

// What is unknown is refused by the bytes: a file has one key for them.
#[derive(Debug, Deserialize)]
struct CaseFile {
    path: String,
    #[serde(flatten)]
    bytes: CaseBytes,
    #[serde(default)]
    mode: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CaseBytes {
    /// A text.
    Content(String),
    /// Any bytes, in base64.
    Base64(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEvent {
    kind: String,
    time: Timestamp,
    process: Process,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    rule: Option<String>,
    subject: String,
    #[serde(default)]
    container: Option<String>,
    #[serde(default)]
    paths: Option<Vec<String>>,
}

/// Bytes in memory.
struct Bytes(Vec<u8>);

impl Content for Bytes {
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, ContentError> {
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.0.len());
        let rest = self.0.get(start..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

impl Case {
    /// Runs the case and returns what is not as it must be; nothing when it passes.
    pub(crate) fn run(&self, engine: &Engine, rule_of_file: Option<&str>) -> Vec<String> {
        let events = match self.events(engine) {
            Ok(events) => events,
            Err(problem) => return vec![problem],
        };
        let only = self.rule.as_deref().or(rule_of_file);
        let findings: Vec<Finding> = engine
            .evaluate(&events)
            .findings
            .into_iter()
            .map(|(_, finding)| finding)
            .filter(|f| {
                f.outcome == Outcome::Error || only.is_none_or(|rule| short(&f.rule) == rule)
            })
            .collect();
        let mut problems = self.compare(&findings, only);
        let skipped: Vec<String> = findings
            .iter()
            .filter(|finding| finding.outcome == Outcome::Skip)
            .map(|finding| name(&finding.subject))
            .collect();
        for wanted in &self.skips {
            if !skipped.contains(wanted) {
                problems.push(format!("{wanted} should be skipped and was not"));
            }
        }
        problems
    }

    fn compare(&self, findings: &[Finding], only: Option<&str>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut left: Vec<&Finding> = Vec::new();
        for finding in findings {
            match finding.outcome {
                Outcome::Fail => left.push(finding),
                Outcome::Error => problems.push(finding.message.clone()),
                Outcome::Pass | Outcome::Skip => {}
            }
        }
        for expected in &self.expect {
            match left
                .iter()
                .position(|finding| expected.matches(finding, only))
            {
                Some(at) => drop(left.remove(at)),
                None => problems.push(format!("expected, not found: {expected}")),
            }
        }
        problems.extend(left.into_iter().map(|finding| {
            let paths = finding.failed_paths.join(", ");
            format!(
                "found, not expected: {} {} [{paths}] {}",
                finding.rule,
                name(&finding.subject),
                finding.message
            )
        }));
        problems
    }

    /// Its events, with what the engine's patterns find in its files.
    pub(crate) fn events(&self, engine: &Engine) -> Result<Vec<Event>, String> {
        let mut bodies = Vec::new();
        for event in &self.events {
            if Kind::parse(&event.kind) != Some(Kind::ProcessExec) {
                return Err(format!(
                    "a case can hold events of kind process.exec, not `{}`",
                    event.kind
                ));
            }
            bodies.push((event.time, Body::Exec(Arc::new(event.process.clone()))));
        }
        let now = Timestamp::now();
        for (index, object) in self.objects.iter().enumerate() {
            bodies.push((now, Body::Object(Arc::new(object_event(object, index)))));
        }
        if !self.objects.is_empty() {
            let whole = merlon_kube::inventory_object(self.objects.len());
            bodies.push((now, Body::Object(Arc::new(whole))));
        }
        for file in &self.files {
            bodies.push((now, Body::File(Arc::new(file.event(engine)?))));
        }
        let events = bodies.into_iter().zip(0..);
        Ok(events
            .map(|((time, body), seq)| Event { time, seq, body })
            .collect())
    }
}

impl CaseFile {
    fn event(&self, engine: &Engine) -> Result<FileEvent, String> {
        let bytes = match &self.bytes {
            CaseBytes::Content(text) => text.clone().into_bytes(),
            CaseBytes::Base64(text) => STANDARD
                .decode(text)
                .map_err(|error| format!("file {}: base64: {error}", self.path))?,
        };
        Ok(FileEvent {
            path: self.path.clone(),
            size: bytes.len() as u64,
            mode: self.mode.unwrap_or(0o644),
            file_type: file_type(&bytes),
            visible: true,
            hits: engine
                .patterns()
                .scan(&self.path, &bytes, &mut Scratch::default()),
            content: Some(Arc::new(Bytes(bytes))),
            ..FileEvent::default()
        })
    }
}

impl Expected {
    fn matches(&self, finding: &Finding, only: Option<&str>) -> bool {
        let container = match &finding.subject {
            Subject::Object(object) => object.container.as_deref(),
            _ => None,
        };
        let same = |wanted: &Vec<String>| {
            let (mut wanted, mut found) = (wanted.clone(), finding.failed_paths.clone());
            wanted.sort();
            found.sort();
            wanted == found
        };
        self.rule
            .as_deref()
            .or(only)
            .is_none_or(|rule| short(&finding.rule) == short(rule))
            && name(&finding.subject) == self.subject
            && self
                .container
                .as_deref()
                .is_none_or(|wanted| container == Some(wanted))
            && self.paths.as_ref().is_none_or(same)
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "{rule} ")?;
        }
        f.write_str(&self.subject)?;
        if let Some(container) = &self.container {
            write!(f, " container {container}")?;
        }
        match &self.paths {
            Some(paths) => write!(f, " [{}]", paths.join(", ")),
            None => Ok(()),
        }
    }
}

fn short(rule: &str) -> &str {
    rule.rsplit('/').next().unwrap_or(rule)
}

/// `Kind/namespace/name`, a path or an executable.
fn name(subject: &Subject) -> String {
    match subject {
        Subject::Object(object) => {
            let parts = [&*object.kind, &object.namespace, &object.name];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            match parts.as_slice() {
                ["Inventory", ..] => "Inventory".to_owned(),
                parts => parts.join("/"),
            }
        }
        Subject::File(file) => file.path.clone(),
        Subject::Image(image) => image.reference.clone(),
        Subject::Process(process) => process.exe.clone(),
    }
}

fn object_event(object: &Value, index: usize) -> ObjectEvent {
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    ObjectEvent {
        api_version: text("/apiVersion"),
        kind: text("/kind"),
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
        json: object.to_string().into(),
        object: Arc::new(object.clone()),
        file: None,
        index,
    }
}
