//! What the engine takes for granted of the policies that are part of the binary.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use merlon_artifact::Ruleset;
use merlon_rego::{Limits, Policies, PolicySource};
use serde_json::Value;

#[test]
fn the_bundled_policies_compile_and_declare_every_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/nsa");
    let ruleset = Ruleset::open(&folder).unwrap();
    let definition = &ruleset.definition;
    let sources: Vec<PolicySource> = definition
        .policies
        .iter()
        .map(|path| PolicySource {
            path: path.clone(),
            text: String::from_utf8(ruleset.read(path).unwrap()).unwrap(),
        })
        .collect();
    let settings = ruleset.check_settings(&Value::Null).unwrap();
    let policies = Policies::compile(&definition.rules, &sources, &settings, Limits::default())
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(policies.rules(), definition.rules);
}
