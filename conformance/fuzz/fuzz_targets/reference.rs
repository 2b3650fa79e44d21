//! Any text as a reference to an artifact: what is one is written back and means the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merlon_registry::Reference;
use merlon_trust::Digest;

fuzz_target!(|text: &str| {
    match text.parse::<Reference>() {
        Ok(reference) => {
            let written = reference.to_string();
            assert_eq!(
                written.parse::<Reference>().as_ref(),
                Ok(&reference),
                "{written}"
            );
            let digest = Digest::of(text.as_bytes());
            let pinned = reference.pinned(&digest);
            assert_eq!(
                pinned.to_string().parse::<Reference>(),
                Ok(pinned),
                "{written}"
            );
            if let Reference::Registry(at) = &reference {
                assert!(!at.repository.contains(".."), "{written}");
            }
        }
        Err(error) => {
            assert!(
                error.column >= 1 && error.column <= text.chars().count() + 1,
                "{error}"
            );
            assert!(
                error.text.len() < 4_000 && !error.text.contains(char::is_control),
                "{error}"
            );
        }
    }
});
