//! Xz, by a decoder that is given bytes: where it makes no progress, that is seen here.

use std::io::{self, BufRead, Read};

use lzma_rust2::{Action, Status, XzStream};

// The dictionary of `xz -9` has 64 MiB.
const MEMORY_KIB: u32 = 96 << 10;

/// Streams one after the other.
pub(super) struct Xz<'x> {
    input: &'x mut dyn BufRead,
    stream: XzStream,
    ended: bool,
}

impl<'x> Xz<'x> {
    pub(super) fn new(input: &'x mut dyn BufRead) -> Self {
        Self {
            input,
            stream: XzStream::new_mem_limit(true, MEMORY_KIB),
            ended: false,
        }
    }
}

impl Read for Xz<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !into.is_empty() {
            let stored = self.input.fill_buf()?;
            let cut_off = stored.is_empty();
            let action = if cut_off { Action::Finish } else { Action::Run };
            let step = self.stream.process(stored, into, action)?;
            self.input.consume(step.bytes_consumed);
            self.ended = step.status == Status::StreamEnd;
            if step.bytes_produced > 0 {
                return Ok(step.bytes_produced);
            }
            if !self.ended && step.bytes_consumed == 0 {
                return Err(match cut_off {
                    true => io::ErrorKind::UnexpectedEof.into(),
                    false => io::Error::new(io::ErrorKind::InvalidData, "it cannot be decoded"),
                });
            }
        }
        Ok(0)
    }
}
