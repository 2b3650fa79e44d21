//! Reads the kernel's own description of its types (BTF): where a member lies, how big a structure is.
//!
//! Damaged input never panics: every read is checked, and nesting has a bound.

use std::collections::HashMap;

use crate::SensorError;

const MAGIC: u16 = 0xeb9f;
const STRUCT: u32 = 4;
const ENUM: u32 = 6;
const TYPEDEF: u32 = 8;
/// Deepest nesting of anonymous members, longest chain of aliases.
const DEPTH: usize = 32;

/// The types of one kernel.
#[derive(Debug)]
pub(crate) struct KernelTypes {
    data: Vec<u8>,
    strings: usize,
    /// Where each type lies in `data`; type 0 is void.
    places: Vec<usize>,
    names: HashMap<(u32, String), usize>,
}

struct Member {
    bits: u32,
    of_type: usize,
}

impl KernelTypes {
    /// Reads the types of the running kernel.
    pub(crate) fn running() -> Result<Self, SensorError> {
        let data = std::fs::read("/sys/kernel/btf/vmlinux").map_err(SensorError::Btf)?;
        Self::parse(data)
    }

    /// Reads one blob of type information.
    pub(crate) fn parse(data: Vec<u8>) -> Result<Self, SensorError> {
        let damaged = |part| SensorError::DamagedBtf { part };
        let magic = data.get(..2).map(|bytes| bytes == MAGIC.to_ne_bytes());
        if magic != Some(true) {
            return Err(damaged("the magic number"));
        }
        let mut types = Self {
            data,
            strings: 0,
            places: vec![0],
            names: HashMap::new(),
        };
        types.index().ok_or(damaged("the list of types"))?;
        Ok(types)
    }

    fn index(&mut self) -> Option<()> {
        let header = self.size_at(4)?;
        let mut at = header.checked_add(self.size_at(8)?)?;
        let end = at.checked_add(self.size_at(12)?)?;
        self.strings = header.checked_add(self.size_at(16)?)?;
        while at < end {
            let info = self.word(at.checked_add(4)?)?;
            let kind = kind_of(info);
            let id = self.places.len();
            self.places.push(at);
            if matches!(kind, STRUCT | ENUM | TYPEDEF) {
                let name = self.text(self.word(at)?)?;
                let wanted = kind != TYPEDEF || name.starts_with("btf_trace_");
                if wanted && !name.is_empty() {
                    let name = name.to_owned();
                    self.names.entry((kind, name)).or_insert(id);
                }
            }
            at = at.checked_add(12)?.checked_add(extra(kind, info)?)?;
        }
        Some(())
    }

    fn word(&self, at: usize) -> Option<u32> {
        let bytes = self.data.get(at..at.checked_add(4)?)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    }

    fn size_at(&self, at: usize) -> Option<usize> {
        usize::try_from(self.word(at)?).ok()
    }

    fn text(&self, offset: u32) -> Option<&str> {
        let from = self.strings.checked_add(usize::try_from(offset).ok()?)?;
        let bytes = self.data.get(from..)?;
        let length = memchr(bytes)?;
        std::str::from_utf8(bytes.get(..length)?).ok()
    }

    fn place(&self, kind: u32, name: &str) -> Option<usize> {
        let id = self.names.get(&(kind, name.to_owned()))?;
        self.places.get(*id).copied()
    }

    /// Follows aliases and qualifiers to the type itself.
    fn resolve(&self, mut id: usize) -> Option<usize> {
        for _ in 0..DEPTH {
            let at = *self.places.get(id)?;
            match kind_of(self.word(at.checked_add(4)?)?) {
                8..=11 | 18 => id = self.size_at(at.checked_add(8)?)?,
                _ => return Some(at),
            }
        }
        None
    }

    /// A member of the structure at `at`, through anonymous members.
    fn member(&self, at: usize, name: &str, depth: usize) -> Option<Member> {
        let depth = depth.checked_sub(1)?;
        let info = self.word(at.checked_add(4)?)?;
        for index in 0..count_of(info) {
            let entry = at.checked_add(12)?.checked_add(index.checked_mul(12)?)?;
            let (text, of_type) = (self.word(entry)?, self.size_at(entry.checked_add(4)?)?);
            let mut bits = self.word(entry.checked_add(8)?)?;
            if info >> 31 == 1 {
                bits &= 0x00ff_ffff;
            }
            if self.text(text)? == name {
                return Some(Member { bits, of_type });
            }
            if text == 0 {
                let inner = self.resolve(of_type)?;
                if let Some(found) = self.member(inner, name, depth) {
                    return Some(Member {
                        bits: bits.checked_add(found.bits)?,
                        ..found
                    });
                }
            }
        }
        None
    }

    /// Bytes from the start of a structure to a member; `a.b` goes into structures.
    pub(crate) fn offset(&self, structure: &str, path: &str) -> Option<u32> {
        let mut at = self.place(STRUCT, structure)?;
        let mut bits = 0u32;
        let mut of_type = None;
        for name in path.split('.') {
            if let Some(id) = of_type {
                at = self.resolve(id)?;
            }
            let member = self.member(at, name, DEPTH)?;
            bits = bits.checked_add(member.bits)?;
            of_type = Some(member.of_type);
        }
        Some(bits / 8)
    }

    /// Bytes of a structure.
    pub(crate) fn size(&self, structure: &str) -> Option<u32> {
        self.word(self.place(STRUCT, structure)?.checked_add(8)?)
    }

    /// The value of a name in an enumeration.
    pub(crate) fn enumerator(&self, enumeration: &str, name: &str) -> Option<u32> {
        let at = self.place(ENUM, enumeration)?;
        for index in 0..count_of(self.word(at.checked_add(4)?)?) {
            let entry = at.checked_add(12)?.checked_add(index.checked_mul(8)?)?;
            if self.text(self.word(entry)?)? == name {
                return self.word(entry.checked_add(4)?);
            }
        }
        None
    }

    /// Whether the kernel has the tracepoint.
    pub(crate) fn has_tracepoint(&self, name: &str) -> bool {
        self.place(TYPEDEF, &format!("btf_trace_{name}")).is_some()
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == 0)
}

fn kind_of(info: u32) -> u32 {
    (info >> 24) & 31
}

fn count_of(info: u32) -> usize {
    usize::from(u16::try_from(info & 0xffff).unwrap_or(0))
}

/// Bytes that follow the common part of a type.
fn extra(kind: u32, info: u32) -> Option<usize> {
    let count = count_of(info);
    match kind {
        1 | 14 | 17 => Some(4),
        3 => Some(12),
        4 | 5 | 15 | 19 => count.checked_mul(12),
        6 | 13 => count.checked_mul(8),
        2 | 7..=12 | 16 | 18 => Some(0),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A blob with `struct outer { u32 a; struct { u32 b; }; }` and an enumeration.
    pub(crate) fn blob() -> Vec<u8> {
        let strings = b"\0outer\0a\0b\0kinds\0second\0u32\0";
        let at = |name: &str| {
            let text = std::str::from_utf8(strings).unwrap();
            u32::try_from(text.find(&format!("\0{name}\0")).unwrap() + 1).unwrap()
        };
        let types: Vec<u32> = [
            vec![at("u32"), 1 << 24, 4, 32],
            vec![0, (4 << 24) | 1, 4, at("b"), 1, 0],
            vec![at("outer"), (4 << 24) | 2, 8, at("a"), 1, 0, 0, 2, 32],
            vec![at("kinds"), (6 << 24) | 1, 4, at("second"), 7],
        ]
        .concat();
        let length = u32::try_from(types.len() * 4).unwrap();
        let mut blob = Vec::new();
        blob.extend_from_slice(&MAGIC.to_ne_bytes());
        blob.extend_from_slice(&[1, 0]);
        for word in [24, 0, length, length, u32::try_from(strings.len()).unwrap()] {
            blob.extend_from_slice(&word.to_ne_bytes());
        }
        for word in types {
            blob.extend_from_slice(&word.to_ne_bytes());
        }
        blob.extend_from_slice(strings);
        blob
    }

    #[test]
    fn a_member_is_found_through_an_anonymous_structure() {
        let types = KernelTypes::parse(blob()).unwrap();
        assert_eq!(types.offset("outer", "a"), Some(0));
        assert_eq!(types.offset("outer", "b"), Some(4));
        assert_eq!(types.offset("outer", "c"), None);
        assert_eq!(types.size("outer"), Some(8));
        assert_eq!(types.enumerator("kinds", "second"), Some(7));
        assert!(!types.has_tracepoint("sched_process_exec"));
    }

    #[test]
    fn a_cut_or_changed_blob_is_refused_or_read_without_panic() {
        let whole = blob();
        for end in 0..whole.len() {
            if let Ok(types) = KernelTypes::parse(whole[..end].to_vec()) {
                types.offset("outer", "b");
            }
        }
        for at in 0..whole.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                if let Ok(types) = KernelTypes::parse(bytes) {
                    types.offset("outer", "b");
                    types.enumerator("kinds", "second");
                }
            }
        }
    }
}
