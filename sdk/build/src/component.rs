//! Core module to component.

use wit_component::ComponentEncoder;

use crate::{BuildError, adapter};

const CORE: [u8; 8] = *b"\0asm\x01\0\0\0";

/// Wraps a core module that carries its world (every wit-bindgen guest does) into a component. WASI
/// preview 1 is answered inside of it; a module that imports none of it is wrapped as it is.
///
/// # Errors
/// When the bytes are no core module, or it imports or exports something that its world does not
/// have.
pub fn encode(core: &[u8]) -> Result<Vec<u8>, BuildError> {
    if !core.starts_with(&CORE) {
        return Err(BuildError::NotCore {
            found: core.iter().take(CORE.len()).copied().collect(),
        });
    }
    let adapter = adapter::module()?;
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .and_then(|encoder| encoder.adapter(adapter::NAME, &adapter))
        .and_then(|mut encoder| encoder.encode())
        .map_err(BuildError::encode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_or_a_text_is_not_a_core_module() {
        for bytes in [&b"\0asm\x0d\0\x01\0"[..], b"(module)", b""] {
            assert!(matches!(encode(bytes), Err(BuildError::NotCore { .. })));
        }
    }

    #[test]
    fn damaged_modules_are_errors() {
        for bytes in [
            &b"\0asm\x01\0\0\0\x01"[..],
            b"\0asm\x01\0\0\0\x00\xff\xff\xff\xff\x0f",
        ] {
            assert!(matches!(encode(bytes), Err(BuildError::Encode { .. })));
        }
    }
}
