//! The checksum of what comes out of an archive. It is no proof of anything, but it tells when a member
//! is not what was packed: then what was found in it may not be all.

use std::io::{self, Read};

use flate2::Crc;

pub(super) const WRONG: &str = "its checksum is wrong, it is damaged or was changed";

/// Sums up what is read through it.
pub(super) struct Summed<'c, R> {
    pub(super) reader: R,
    pub(super) crc: &'c mut Crc,
}

impl<R: Read> Read for Summed<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.crc.update(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}
