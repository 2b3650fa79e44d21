//! Any `ruleset.yaml`, beside files that it may name: a ruleset, or everything that is wrong with it.
//! What became one is read the same way again, and its schema judges settings without falling over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merlon_artifact::{ArtifactError, Files, Ruleset};
use serde_json::{Value, json};

const BESIDE: [(&str, &[u8]); 5] = [
    ("plugin.wasm", b"\0asm\x01\0\0\0"),
    ("a.rego", b"package a\n"),
    ("lib/b.rego", b"package b\n"),
    ("rules/x.yaml", b"- {}\n"),
    ("cases/one/in.yaml", b"kind: Pod\n"),
];

fuzz_target!(|definition: &[u8]| {
    let Ok(ruleset) = read(definition) else {
        return;
    };
    let again = read(definition).unwrap();
    assert_eq!(format!("{ruleset:?}"), format!("{again:?}"));
    for path in ruleset.paths() {
        assert!(ruleset.read(path).is_ok(), "{path}");
    }
    for value in settings() {
        if let Ok(filled) = ruleset.check_settings(&value) {
            // Defaults are part of the schema, and so pass it.
            assert!(ruleset.check_settings(&filled).is_ok(), "{filled}");
        }
    }
});

fn read(definition: &[u8]) -> Result<Ruleset, ArtifactError> {
    let mut files = Files::new();
    for (path, bytes) in BESIDE {
        files.insert(path, bytes.to_vec())?;
    }
    files.insert("ruleset.yaml", definition.to_vec())?;
    Ruleset::from_files(files, "fuzz")
}

fn settings() -> [Value; 4] {
    [
        Value::Null,
        json!({}),
        json!({ "level": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "n": 1 }),
        json!({ "a": [1, "x", null, { "b": 1.5 }], "list": ["", "aaaaaaaaaaaaaaaa"] }),
    ]
}
