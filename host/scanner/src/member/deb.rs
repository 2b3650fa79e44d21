//! Packages of Debian: an `ar` archive of compressed tars. Other `ar` archives are the libraries of
//! linkers, whose members are stored as they are.

use std::io::{self, BufRead, Read};

use merlon_model::FileEvent;

use super::inflate::skip;
use super::{Input, Walk};

const MAGIC: u64 = 8;
const HEADER: usize = 60;

/// What stands before a member.
struct Header {
    name: String,
    size: u64,
}

/// Whether a file begins like a package.
pub(super) fn is_deb(head: &[u8]) -> bool {
    head.starts_with(b"!<arch>\ndebian-binary")
}

impl Walk<'_, '_> {
    pub(super) fn deb(&mut self, deb: &mut Input<'_>) -> io::Result<()> {
        skip(deb, MAGIC)?;
        while let Some(header) = next(deb)? {
            let draft = FileEvent {
                size: header.size,
                ..self.draft(&header.name)
            };
            let start = deb.at;
            let mut data = deb.take(header.size);
            let mut reader = self.counted(&mut data);
            self.member(draft, &mut reader)?;
            if data.limit() > 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.covered.add(start..deb.at);
            // Members begin at even places; after the last one nobody misses the padding.
            if header.size % 2 == 1 && !deb.fill_buf()?.is_empty() {
                skip(deb, 1)?;
            }
        }
        Ok(())
    }
}

fn next(deb: &mut Input<'_>) -> io::Result<Option<Header>> {
    if deb.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut header = [0; HEADER];
    deb.read_exact(&mut header)?;
    let valid = parse(&header);
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "a member has no valid header");
    valid.ok_or_else(invalid).map(Some)
}

// The name in 16 bytes; time, owner, group and mode in 32; the size in 10; two that end it.
fn parse(header: &[u8; HEADER]) -> Option<Header> {
    let name = String::from_utf8_lossy(header.get(..16)?);
    let name = name.trim_end_matches([' ', '/']).to_owned();
    let size = std::str::from_utf8(header.get(48..58)?).ok()?;
    let digits = size.trim_end_matches(' ');
    let valid = !name.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let size = digits.parse().ok()?;
    (valid && header.ends_with(b"`\n")).then_some(Header { name, size })
}
