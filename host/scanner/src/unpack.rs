//! From a stored layer to the bytes of its tar: what it is compressed with is told from its first
//! bytes, its digests are computed on the way, and it cannot unpack to more than the limits allow.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;

use crate::Limits;

// 128 MiB, what every decoder must support; a frame that needs more is refused by the decoder.
const ZSTD_WINDOW_LOG: u32 = 27;
// Small archives may be as dense as they like.
const RATIO_FREE: u64 = 64 << 20;
const BUFFER: usize = 128 << 10;

// Counts what is read through it, for whoever holds the counter.
struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The unpacked bytes of `stored`; `spent` counts those of all parts of the same whole.
pub(crate) fn unpack<'r>(
    stored: impl Read + Send + 'r,
    limits: &Limits,
    spent: Arc<AtomicU64>,
) -> io::Result<Capped<'r>> {
    let count = Arc::new(AtomicU64::new(0));
    let counted = Counted {
        reader: stored,
        count: Arc::clone(&count),
    };
    let mut buffered = BufReader::with_capacity(BUFFER, counted);
    let reader: Box<dyn Read + Send + 'r> = match buffered.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(Members::new(buffered)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut decoder = zstd::Decoder::with_buffer(buffered)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
        _ => Box::new(buffered),
    };
    Ok(Capped {
        reader,
        count,
        spent,
        unpacked: 0,
        limit: limits.unpacked,
        ratio: limits.ratio,
    })
}

/// Fails when more comes out than the limits allow.
pub(crate) struct Capped<'r> {
    reader: Box<dyn Read + Send + 'r>,
    count: Arc<AtomicU64>,
    spent: Arc<AtomicU64>,
    unpacked: u64,
    limit: u64,
    ratio: u64,
}

impl Read for Capped<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.unpacked += read as u64;
        let before = self.spent.fetch_add(read as u64, Ordering::Relaxed);
        if before.saturating_add(read as u64) > self.limit {
            let reason = format!("all in all it unpacks to more than {} bytes", self.limit);
            return Err(io::Error::other(reason));
        }
        let stored = self.count.load(Ordering::Relaxed);
        if self.unpacked > RATIO_FREE && self.unpacked / self.ratio.max(1) > stored {
            let reason = format!("it unpacks to more than {} times its size", self.ratio);
            return Err(io::Error::other(reason));
        }
        Ok(read)
    }
}

/// Gzip members one after the other; what follows the last one is not data.
struct Members<R> {
    state: Option<Member<R>>,
}

enum Member<R> {
    Open(Box<GzDecoder<R>>),
    Ended(R),
}

impl<R: BufRead> Members<R> {
    fn new(reader: R) -> Self {
        Self {
            state: Some(Member::Open(Box::new(GzDecoder::new(reader)))),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while let Some(Member::Open(decoder)) = &mut self.state {
            let read = decoder.read(into)?;
            if read > 0 {
                return Ok(read);
            }
            let Some(Member::Open(decoder)) = self.state.take() else {
                break;
            };
            let mut rest = decoder.into_inner();
            // The buffer can end behind the first byte of the magic.
            self.state = Some(match rest.fill_buf()? {
                [0x1f] | [0x1f, 0x8b, ..] => Member::Open(Box::new(GzDecoder::new(rest))),
                _ => Member::Ended(rest),
            });
        }
        // The bytes behind the members are read for the digest of the stored form.
        if let Some(Member::Ended(rest)) = &mut self.state {
            io::copy(rest, &mut io::sink())?;
        }
        Ok(0)
    }
}
