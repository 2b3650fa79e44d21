//! Names in the type information, made acceptable to the kernel.
//!
//! The kernel wants C identifiers; Rust writes `Option<[u8; 8]>`. Names keep their length, so that no
//! offset moves. Names of sections stay: the loader finds them by these.

use std::ops::Range;

use crate::{BuildError, elf::Sections};

/// Rewrites the names of `object` in place.
pub(crate) fn rename(object: &mut [u8]) -> Result<(), BuildError> {
    let sections = Sections::read(object)?;
    let strings = sections
        .place(".BTF")
        .and_then(|place| strings(object, place))
        .ok_or(BuildError::Object {
            part: "type information (.BTF)",
        })?;
    let strings = object.get_mut(strings).ok_or(BuildError::Object {
        part: "a whole string table",
    })?;
    for name in strings.split_mut(|byte| *byte == 0) {
        if !sections.contains(name) {
            rename_one(name);
        }
    }
    Ok(())
}

/// The string table: the header's offset and length, from the end of the header.
fn strings(object: &[u8], place: Range<usize>) -> Option<Range<usize>> {
    let word = |at: usize| {
        let from = place.start.checked_add(at)?;
        let bytes = object.get(from..from.checked_add(4)?)?;
        usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let start = place.start.checked_add(word(4)?)?.checked_add(word(16)?)?;
    let end = start.checked_add(word(20)?)?;
    (end <= place.end).then_some(start..end)
}

fn rename_one(name: &mut [u8]) {
    for (at, byte) in name.iter_mut().enumerate() {
        let allowed = byte.is_ascii_alphanumeric() || matches!(*byte, b'_' | b'.');
        if !allowed || (at == 0 && byte.is_ascii_digit()) {
            *byte = b'_';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_name_becomes_a_c_name_of_the_same_length() {
        let mut name = *b"8nit<[u8; 8]>.x";
        rename_one(&mut name);
        assert_eq!(&name, b"_nit__u8__8__.x");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let cut = [b"\x7fELF\x02\x01".to_vec(), vec![0xff; 64]].concat();
        for mut bytes in [Vec::new(), b"\x7fELF".to_vec(), cut] {
            assert!(matches!(rename(&mut bytes), Err(BuildError::Object { .. })));
        }
    }
}
