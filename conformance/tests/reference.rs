//! The reference of events and fields is made from the code; this test keeps it true.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::Path;

use merlon_model::{Kind, fields};

fn reference() -> String {
    let mut text = "# Events and their fields\n\nWhat plugins subscribe to and prefilters compare. Made from `host/model/src/field_tables.rs` by `cargo xtask bless`.\n".to_owned();
    for kind in Kind::ALL {
        text += &format!(
            "\n## {}\n\n| field | type | meaning |\n|---|---|---|\n",
            kind.name()
        );
        for field in fields(kind) {
            text += &format!(
                "| `{}` | {:?} | {} |\n",
                field.name, field.field_type, field.meaning
            );
        }
    }
    text
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "blessing is asked for through the environment"
)]
fn the_reference_of_events_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/events.md");
    if std::env::var_os("MERLON_BLESS").is_some() {
        fs::write(&path, reference()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        reference(),
        "run `cargo xtask bless`"
    );
}
