//! The few parts of an ELF file that the rewriting needs.

use std::ops::Range;

use crate::BuildError;

const HEADER: usize = 64;
const SECTION: usize = 64;

/// The sections of an object: name and place in the file.
pub(crate) struct Sections(Vec<(Vec<u8>, Range<usize>)>);

fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    let value = field
        .iter()
        .rev()
        .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    usize::try_from(value).ok()
}

impl Sections {
    /// Reads the section table.
    pub(crate) fn read(object: &[u8]) -> Result<Self, BuildError> {
        if object.get(..6) != Some(b"\x7fELF\x02\x01") || object.len() < HEADER {
            return Err(BuildError::Object {
                part: "a little-endian header",
            });
        }
        Self::table(object).ok_or(BuildError::Object {
            part: "a section table",
        })
    }

    fn table(object: &[u8]) -> Option<Self> {
        let (table, count) = (number(object, 40, 8)?, number(object, 60, 2)?);
        let names = number(object, 62, 2)?;
        let entry = |index: usize| table.checked_add(index.checked_mul(SECTION)?);
        let place = |index: usize| {
            let at = entry(index)?;
            let start = number(object, at.checked_add(24)?, 8)?;
            Some(start..start.checked_add(number(object, at.checked_add(32)?, 8)?)?)
        };
        let names = object.get(place(names)?)?;
        let mut sections = Vec::new();
        for index in 1..count {
            let at = number(object, entry(index)?, 4)?;
            let name = names.get(at..)?.split(|byte| *byte == 0).next()?;
            sections.push((name.to_vec(), place(index)?));
        }
        Some(Self(sections))
    }

    /// Where the section lies.
    pub(crate) fn place(&self, name: &str) -> Option<Range<usize>> {
        let found = self.0.iter().find(|(own, _)| own == name.as_bytes())?;
        Some(found.1.clone())
    }

    /// Whether a section has this name.
    pub(crate) fn contains(&self, name: &[u8]) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }
}
