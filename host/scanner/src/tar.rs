//! Tar archives from strangers: ustar, PAX and GNU long names, read front to back.
//!
//! Every length is checked before it is used, nothing is allocated that a header asks for beyond a
//! small limit, and what is not understood is an error, not a guess.

use std::io::{self, Read};

use crate::tar_header::{BLOCK, Header, Pax};

// Longer names and PAX records are attacks: paths end at 4 KiB.
const LONG_NAME: u64 = 64 << 10;
const PAX: u64 = 1 << 20;

/// An archive that cannot be read further.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The bytes end inside an entry.
    #[error("the archive is cut off after {at} bytes")]
    Truncated {
        /// Bytes read.
        at: u64,
    },
    /// The block is no header.
    #[error("there is no valid tar header at byte {at}")]
    Header {
        /// Offset of the block.
        at: u64,
    },
    /// An extended header that does not parse.
    #[error("the extended header at byte {at} is not valid")]
    Extended {
        /// Offset of the block.
        at: u64,
    },
    /// An extended header that is too long.
    #[error("the extended header at byte {at} has {size} bytes, over the limit of {limit}")]
    Oversized {
        /// Offset of the block.
        at: u64,
        /// Bytes announced.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// More entries than an archive may have.
    #[error("the archive has more than {limit} entries")]
    Entries {
        /// The limit.
        limit: u64,
    },
    /// The bytes cannot be read.
    #[error("the archive cannot be read")]
    Io(#[source] io::Error),
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    /// Another name for the content at this path of the archive.
    Hardlink(Vec<u8>),
    Symlink(Vec<u8>),
    /// A file whose holes are left out; its bytes here are not its content.
    Sparse,
    /// A device, a pipe, or something unknown.
    Other,
}

/// One entry; its data is what the archive gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// As written.
    pub(crate) path: Vec<u8>,
    pub(crate) kind: Kind,
    /// Bytes of data in the archive.
    pub(crate) size: u64,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    /// Offset of the data in the archive.
    pub(crate) data: u64,
}

/// Where an archive comes from.
pub(crate) trait Source: Read {
    /// Goes over bytes that nobody wants; fewer than `bytes` only at the end.
    fn skip(&mut self, bytes: u64) -> io::Result<u64>;
}

/// A stream, in which skipping is reading.
pub(crate) struct Streamed<R>(pub(crate) R);

impl<R: Read> Read for Streamed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl<R: Read> Source for Streamed<R> {
    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        io::copy(&mut self.0.by_ref().take(bytes), &mut io::sink())
    }
}

/// An archive on its way.
pub(crate) struct Tar<R> {
    source: R,
    at: u64,
    /// Of the current entry.
    data_left: u64,
    padding: u64,
    entries: u64,
    limit: u64,
}

impl<R: Source> Tar<R> {
    /// At most `limit` headers are read.
    pub(crate) fn new(source: R, limit: u64) -> Self {
        Self {
            source,
            at: 0,
            data_left: 0,
            padding: 0,
            entries: 0,
            limit,
        }
    }

    /// The next entry; `None` is the proper end.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>, TarError> {
        let mut pax = Pax::default();
        loop {
            self.pass_data()?;
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let start = self.at - BLOCK as u64;
            self.entries += 1;
            if self.entries > self.limit {
                return Err(TarError::Entries { limit: self.limit });
            }
            match header.flag {
                b'x' => pax.parse(&self.extended(&header, PAX)?, start)?,
                b'L' => pax.path = Some(text(self.extended(&header, LONG_NAME)?)),
                b'K' => pax.link = Some(text(self.extended(&header, LONG_NAME)?)),
                // Defaults for the whole archive; nothing that decides what a file is comes from them.
                b'g' => self.data(header.size),
                _ => return self.entry(&header, pax).map(Some),
            }
        }
    }

    fn entry(&mut self, header: &Header, pax: Pax) -> Result<Entry, TarError> {
        let path = pax.sparse_path.or(pax.path);
        let path = path.unwrap_or_else(|| header.path.clone());
        let link = pax.link.unwrap_or_else(|| header.link.clone());
        let mut size = pax.size.unwrap_or(header.size);
        let kind = match header.flag {
            b'0' | 0 | b'7' if pax.sparse => Kind::Sparse,
            0 if path.ends_with(b"/") => Kind::Directory,
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::Hardlink(link),
            b'2' => Kind::Symlink(link),
            b'5' => Kind::Directory,
            b'S' => Kind::Sparse,
            _ => Kind::Other,
        };
        // These have no data, whatever their header says.
        if matches!(header.flag, b'1'..=b'6') {
            size = 0;
        }
        if header.flag == b'S' {
            self.sparse_map(header)?;
        }
        self.data(size);
        Ok(Entry {
            path,
            kind,
            size,
            mode: header.mode,
            uid: pax.uid.unwrap_or(header.uid),
            data: self.at,
        })
    }

    fn data(&mut self, size: u64) {
        self.data_left = size;
        self.padding = size.wrapping_neg() % BLOCK as u64;
    }

    fn pass_data(&mut self) -> Result<(), TarError> {
        let passed = self.source.skip(self.data_left).map_err(TarError::Io)?;
        self.at += passed;
        if passed < self.data_left {
            return Err(TarError::Truncated { at: self.at });
        }
        // Some writers end with the last file, without its padding: nothing is lost.
        self.at += self.source.skip(self.padding).map_err(TarError::Io)?;
        self.data(0);
        Ok(())
    }

    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, TarError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(rest @ [_, ..]) = block.get_mut(filled..) {
            match self.source.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(TarError::Truncated { at: self.at }),
                Ok(read) => {
                    filled += read;
                    self.at += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TarError::Io(error)),
            }
        }
        Ok(Some(block))
    }

    // An archive ends with two blocks of zeros; many writers leave out one or both.
    fn header(&mut self) -> Result<Option<Header>, TarError> {
        let at = self.at;
        let Some(block) = self.block()? else {
            return Ok(None);
        };
        if block != [0; BLOCK] {
            return Header::parse(&block)
                .ok_or(TarError::Header { at })
                .map(Some);
        }
        match self.block()? {
            None => Ok(None),
            Some(second) if second == [0; BLOCK] => Ok(None),
            Some(_) => Err(TarError::Header {
                at: self.at - BLOCK as u64,
            }),
        }
    }

    fn extended(&mut self, header: &Header, limit: u64) -> Result<Vec<u8>, TarError> {
        let at = self.at - BLOCK as u64;
        let size = header.size;
        if size > limit {
            return Err(TarError::Oversized { at, size, limit });
        }
        self.data(size);
        let mut data = Vec::new();
        self.read_to_end(&mut data).map_err(TarError::Io)?;
        if (data.len() as u64) < size {
            return Err(TarError::Truncated { at: self.at });
        }
        Ok(data)
    }

    fn sparse_map(&mut self, header: &Header) -> Result<(), TarError> {
        let mut more = header.more_sparse;
        while more {
            self.entries += 1;
            if self.entries > self.limit {
                return Err(TarError::Entries { limit: self.limit });
            }
            let block = self.block()?;
            let block = block.ok_or(TarError::Truncated { at: self.at })?;
            more = block.get(504) == Some(&1);
        }
        Ok(())
    }

    /// What follows the end of the archive, or where reading failed.
    pub(crate) fn into_source(self) -> R {
        self.source
    }
}

/// The data of the current entry.
impl<R: Source> Read for Tar<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.data_left).unwrap_or(usize::MAX);
        let wanted = wanted.min(into.len());
        let read = self
            .source
            .read(into.get_mut(..wanted).unwrap_or_default())?;
        self.data_left -= read as u64;
        self.at += read as u64;
        Ok(read)
    }
}

fn text(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == 0);
    bytes.truncate(end.unwrap_or(bytes.len()));
    bytes
}
