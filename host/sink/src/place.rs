//! Where a finding belongs: the name it is grouped under and the place below that name.

use std::fmt;

use merlon_model::{FileSubject, Finding, ObjectSubject, ProcessSubject, Subject};

/// The file, image or subject that a finding is listed under.
#[must_use]
pub fn group(finding: &Finding) -> String {
    if let Subject::File(FileSubject {
        image: Some(image),
        path,
        ..
    }) = &finding.subject
    {
        return format!("{} {path}", image.reference);
    }
    match (&finding.location, &finding.subject) {
        (Some(location), _) if !location.file.is_empty() => location.file.clone(),
        (_, Subject::File(file)) => file.path.clone(),
        (_, Subject::Image(image)) => image.reference.clone(),
        (_, Subject::Object(object)) => object_name(object),
        (_, Subject::Process(process)) => process_name(process),
    }
}

/// The part of an image that a finding is about. Lower layers come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// A layer by its number.
    Layer(u32),
    /// A place in the configuration: `config.Env[3]`.
    Configuration(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layer(index) => write!(f, "layer {index}"),
            Self::Configuration(place) => f.write_str(place),
        }
    }
}

/// Findings of one group about different parts are about different files or texts.
pub(crate) fn part(finding: &Finding) -> Option<Part> {
    match &finding.subject {
        Subject::File(file) => file.layer.as_ref().map(|layer| Part::Layer(layer.index)),
        Subject::Image(image) if !image.config_path.is_empty() => {
            Some(Part::Configuration(image.config_path.clone()))
        }
        _ => None,
    }
}

/// Whether it is about a secret: whatever ruleset finds one says its hash (contract section 3).
pub(crate) fn is_secret(finding: &Finding) -> bool {
    finding.evidence.contains_key("secret_hash")
}

/// `Deployment shop/web`.
pub(crate) fn object_name(object: &ObjectSubject) -> String {
    let name = if object.namespace.is_empty() {
        object.name.clone()
    } else {
        format!("{}/{}", object.namespace, object.name)
    };
    format!("{} {name}", object.kind)
}

/// `/usr/bin/nc (pid 12) in web`.
pub(crate) fn process_name(process: &ProcessSubject) -> String {
    let container = process.container.as_ref().map(|container| {
        let name = container.name.as_deref().unwrap_or(&container.id);
        format!(" in {name}")
    });
    let container = container.unwrap_or_default();
    format!("{} (pid {}){container}", process.exe, process.pid)
}

/// The file of a finding as a code host can show it: a path without a leading slash.
pub(crate) fn artifact_path(finding: &Finding) -> String {
    let path = match (&finding.location, &finding.subject) {
        (_, Subject::File(file)) if file.image.is_some() => file.path.clone(),
        (Some(location), _) if !location.file.is_empty() => location.file.clone(),
        (_, Subject::File(file)) => file.path.clone(),
        (_, Subject::Image(image)) => image.reference.clone(),
        (_, Subject::Object(object)) => {
            let parts = [&*object.namespace, &object.kind, &object.name];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join("/")
        }
        (_, Subject::Process(process)) => process.exe.clone(),
    };
    path.trim_start_matches('/').to_owned()
}

/// The line of a finding, from 1.
pub(crate) fn line(finding: &Finding) -> Option<u32> {
    finding.location.as_ref().and_then(|location| location.line)
}

/// The column of a finding, from 1.
pub(crate) fn column(finding: &Finding) -> Option<u32> {
    let location = finding.location.as_ref();
    location.and_then(|location| location.column)
}
