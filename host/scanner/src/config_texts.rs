//! The texts of an image's configuration: variables, labels, the entry point, the build steps. Each is
//! read like a file, for secrets stand there as well.

use std::sync::Arc;

use merlon_model::{FileEvent, ImageRef};
use serde_json::Value;

use crate::file::Reading;

// Docker keeps at most 127 layers, and a step is a few lines.
const TEXTS: usize = 20_000;

/// One text, and where it stands.
#[derive(Debug, PartialEq, Eq)]
struct Text {
    place: String,
    text: String,
}

/// Reads every text of the configuration.
pub(crate) fn read(reading: &mut Reading<'_>, image: &Arc<ImageRef>, json: &str) {
    // What does not parse was refused before.
    let config: Value = serde_json::from_str(json).unwrap_or_default();
    let mut texts = Vec::new();
    collect(&config, &mut String::new(), &mut texts);
    for Text { place, text } in texts.drain(..TEXTS.min(texts.len())) {
        let draft = FileEvent {
            path: place.clone(),
            config_path: Some(place),
            size: text.len() as u64,
            image: Some(Arc::clone(image)),
            visible: true,
            ..FileEvent::default()
        };
        if let Err(error) = reading.file(draft, &mut text.as_bytes()) {
            reading.stats.problem("image", &image.reference, error);
        }
    }
    if !texts.is_empty() {
        let more = texts.len();
        let reason = format!("{more} texts of its configuration were not inspected");
        reading.stats.problem("image", &image.reference, reason);
    }
}

/// What says nothing or says it twice: digests, and what older builders repeat of the configuration.
const PASSED_OVER: [&str; 2] = ["rootfs", "container_config"];

fn collect(value: &Value, place: &mut String, texts: &mut Vec<Text>) {
    match value {
        Value::String(text) => texts.push(Text {
            place: place.clone(),
            text: text.clone(),
        }),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                below(&format!("[{number}]"), item, place, texts);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    _ if place.is_empty() && PASSED_OVER.contains(&key.as_str()) => {}
                    // A label's name is the context of its value.
                    Value::String(text) if place.ends_with(".Labels") => texts.push(Text {
                        place: format!("{place}{}", step(key, place)),
                        text: format!("{key}={text}"),
                    }),
                    _ => below(&step(key, place), value, place, texts),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn step(key: &str, place: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match (place.is_empty(), key.chars().all(plain)) {
        (true, true) => key.to_owned(),
        (false, true) => format!(".{key}"),
        (_, false) => format!("[{key:?}]"),
    }
}

fn below(step: &str, value: &Value, place: &mut String, texts: &mut Vec<Text>) {
    let length = place.len();
    place.push_str(step);
    collect(value, place, texts);
    place.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_its_place() {
        let config = serde_json::json!({
            "architecture": "amd64",
            "config": {
                "Env": ["A=b", "C=d"], "Cmd": null,
                "Labels": {"plain": "x", "org.example/y": "z"},
            },
            "container_config": {"Env": ["A=b"]},
            "history": [{"created_by": "RUN x", "empty_layer": true}],
            "rootfs": {"type": "layers", "diff_ids": ["sha256:0"]},
        });
        let mut texts = Vec::new();
        collect(&config, &mut String::new(), &mut texts);
        let told: Vec<_> = texts
            .iter()
            .map(|text| format!("{} {}", text.place, text.text))
            .collect();
        let expected = [
            "architecture amd64",
            "config.Env[0] A=b",
            "config.Env[1] C=d",
            "config.Labels.plain plain=x",
            r#"config.Labels["org.example/y"] org.example/y=z"#,
            "history[0].created_by RUN x",
        ];
        assert_eq!(told, expected);
    }
}
