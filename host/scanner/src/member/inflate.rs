//! Deflate and gzip, read through memory that is used again: a tree can hold thousands of small ones.

use std::io::{self, BufRead, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::checksum::WRONG;

// Names and comments in the header of a gzip file; longer ones are no names.
const HEADER_TEXT: u64 = 64 << 10;

/// The state of a decoder, used for one stream after the other.
#[derive(Debug)]
pub(crate) struct Inflate {
    state: Decompress,
    ended: bool,
}

impl Default for Inflate {
    fn default() -> Self {
        Self {
            state: Decompress::new(false),
            ended: false,
        }
    }
}

impl Inflate {
    pub(super) fn restart(&mut self) {
        self.state.reset(false);
        self.ended = false;
    }

    /// The next bytes; none at the end of the stream, and what follows it stays in the input.
    pub(super) fn read(&mut self, input: &mut dyn BufRead, into: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !into.is_empty() {
            let stored = input.fill_buf()?;
            let cut_off = stored.is_empty();
            let (used, made) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(stored, into, FlushDecompress::None);
            let status =
                status.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            let used = self.state.total_in() - used;
            let made = self.state.total_out() - made;
            input.consume(usize::try_from(used).unwrap_or(usize::MAX));
            self.ended = status == Status::StreamEnd;
            if made > 0 {
                return usize::try_from(made).map_err(io::Error::other);
            }
            if !self.ended && (cut_off || used == 0) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}

/// A stream of deflate that is not limited by its length.
pub(super) struct Deflated<'d> {
    pub(super) input: &'d mut dyn BufRead,
    pub(super) inflate: &'d mut Inflate,
}

impl Read for Deflated<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.inflate.read(self.input, into)
    }
}

/// Gzip members one after the other; what follows the last one is not data.
pub(super) struct Gzip<'g> {
    input: &'g mut dyn BufRead,
    inflate: &'g mut Inflate,
    /// Of the member that is read.
    crc: Crc,
    next: Next,
}

#[derive(Clone, Copy)]
enum Next {
    Member,
    Data,
    Nothing,
}

impl<'g> Gzip<'g> {
    pub(super) fn new(input: &'g mut dyn BufRead, inflate: &'g mut Inflate) -> Self {
        Self {
            input,
            inflate,
            crc: Crc::new(),
            next: Next::Member,
        }
    }

    fn header(&mut self) -> io::Result<bool> {
        let mut fixed = [0; 10];
        if !matches!(self.input.fill_buf()?, [0x1f, ..]) {
            return Ok(false);
        }
        self.input.read_exact(&mut fixed)?;
        let [0x1f, 0x8b, 8, flags, ..] = fixed else {
            return Ok(false);
        };
        if flags & 4 != 0 {
            let mut length = [0; 2];
            self.input.read_exact(&mut length)?;
            skip(self.input, u64::from(u16::from_le_bytes(length)))?;
        }
        for text in [8, 16] {
            if flags & text != 0 {
                let mut text = Vec::new();
                self.input.take(HEADER_TEXT).read_until(0, &mut text)?;
            }
        }
        skip(self.input, if flags & 2 != 0 { 2 } else { 0 })?;
        self.inflate.restart();
        self.crc.reset();
        Ok(true)
    }

    /// The checksum and the length, which are told behind a member.
    fn trailer(&mut self) -> io::Result<()> {
        let mut told = [0; 8];
        self.input.read_exact(&mut told)?;
        let seen = u64::from(self.crc.amount()) << 32 | u64::from(self.crc.sum());
        match u64::from_le_bytes(told) == seen {
            true => Ok(()),
            false => Err(io::Error::new(io::ErrorKind::InvalidData, WRONG)),
        }
    }
}

impl Read for Gzip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            self.next = match self.next {
                Next::Nothing => return Ok(0),
                Next::Member => match self.header()? {
                    true => Next::Data,
                    false => Next::Nothing,
                },
                Next::Data => match self.inflate.read(self.input, into)? {
                    0 => {
                        self.trailer()?;
                        Next::Member
                    }
                    read => {
                        self.crc.update(into.get(..read).unwrap_or_default());
                        return Ok(read);
                    }
                },
            };
        }
    }
}

/// Goes over bytes that nobody wants.
pub(super) fn skip(input: &mut dyn BufRead, bytes: u64) -> io::Result<()> {
    match io::copy(&mut input.take(bytes), &mut io::sink())? == bytes {
        true => Ok(()),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
