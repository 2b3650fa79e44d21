//! Zip, and what is built on it (jar, war, apk, wheel, office documents), by the headers before its
//! members.

use std::io::{self, BufRead, Read};

use flate2::Crc;
use merlon_model::FileEvent;

use super::checksum::{Summed, WRONG};
use super::inflate::{Deflated, skip};
use super::spent::Exhausted;
use super::{Input, Walk, is, zstd};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
// What begins the directory, in its three forms.
const DIRECTORY: [u32; 3] = [0x0201_4b50, 0x0605_4b50, 0x0606_4b50];
const ZIP64: u16 = 1;
const LAST_METHOD: u16 = 99;

/// What stands before a member.
#[derive(Debug)]
struct Header {
    name: String,
    method: u16,
    encrypted: bool,
    /// Zero when it is told behind.
    crc: u32,
    told: Told,
    /// Bytes in the archive; unknown when they are only told behind.
    stored: Option<u64>,
    size: u64,
}

/// Where the checksum and the lengths of a member are, as its header has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Before,
    /// In a descriptor, which some writers leave out all the same.
    Behind,
}

/// What stands behind a member.
struct Behind {
    crc: u32,
    /// The last bytes that were read: they may begin the next member.
    seen: u32,
}

impl Walk<'_, '_> {
    pub(super) fn zip(&mut self, zip: &mut Input<'_>) -> io::Result<()> {
        let mut seen = 0;
        while zip.find_member(seen)? {
            let header = zip.header()?;
            seen = if header.encrypted {
                self.reading.stats.encrypted_members += 1;
                zip.pass(&header)?
            } else {
                self.zip_member(zip, &header)?
            };
        }
        Ok(())
    }

    /// Says the last bytes that were read.
    fn zip_member(&mut self, zip: &mut Input<'_>, header: &Header) -> io::Result<u32> {
        if header.name.ends_with('/') && header.size == 0 {
            return zip.pass(header);
        }
        let draft = FileEvent {
            size: header.size,
            ..self.draft(&header.name)
        };
        let start = zip.at;
        let mut data = zip.take(header.stored.unwrap_or(u64::MAX));
        let mut crc = Crc::new();
        let read = match (header.method, header.stored) {
            (0, Some(_)) => self.summed(draft, &mut data, &mut crc),
            // Its bytes are bytes of the archive, and are searched as such.
            (0, None) => return zip.pass(header),
            (8, _) => self.deflated(draft, &mut data, &mut crc),
            (93, Some(_)) => self.summed(draft, zstd(&mut data)?, &mut crc),
            (method, _) => {
                let reason = format!("is packed by method {method}, and was not inspected");
                self.zip_problem(header, &reason);
                return zip.pass(header);
            }
        };
        if header.stored.is_some() {
            io::copy(&mut data, &mut io::sink())?;
            if data.limit() > 0 {
                return Err(cut_off());
            }
        }
        let intact = match read {
            Ok(()) => {
                self.covered.add(start..zip.at);
                Some(crc.sum())
            }
            Err(error) if is::<Exhausted>(&error) || header.stored.is_none() => return Err(error),
            Err(error) => {
                let reason = format!("is broken, and was not inspected further: {error}");
                self.zip_problem(header, &reason);
                None
            }
        };
        let behind = zip.descriptor(header)?;
        if intact.is_some_and(|crc| crc != behind.crc) {
            self.zip_problem(header, &format!("was inspected, but {WRONG}"));
        }
        Ok(behind.seen)
    }

    fn summed(&mut self, draft: FileEvent, reader: impl Read, crc: &mut Crc) -> io::Result<()> {
        let reader = self.counted(reader);
        self.member(draft, &mut Summed { reader, crc })
    }

    fn deflated(
        &mut self,
        draft: FileEvent,
        input: &mut dyn BufRead,
        crc: &mut Crc,
    ) -> io::Result<()> {
        let mut inflate = self.reading.inflaters.pop().unwrap_or_default();
        inflate.restart();
        let reader = Deflated {
            input,
            inflate: &mut inflate,
        };
        let read = self.summed(draft, reader, crc);
        self.reading.inflaters.push(inflate);
        read
    }

    fn zip_problem(&mut self, header: &Header, reason: &str) {
        let reason = format!("its member {} {reason}", header.name);
        self.reading.archive_problem(self.outer, reason);
    }
}

impl Input<'_> {
    /// Goes to the next member, of which `last` may be the beginning. Between members there can be
    /// padding, signatures, members that were deleted, and a directory of an archive that was passed.
    fn find_member(&mut self, mut last: u32) -> io::Result<bool> {
        if last == LOCAL {
            return Ok(true);
        }
        let mut directory = DIRECTORY.contains(&last);
        loop {
            let bytes = self.fill_buf()?;
            if bytes.is_empty() {
                return if directory { Ok(false) } else { Err(cut_off()) };
            }
            let place = bytes.iter().position(|byte| {
                last = last >> 8 | u32::from(*byte) << 24;
                directory |= DIRECTORY.contains(&last);
                last == LOCAL
            });
            let passed = place.map_or(bytes.len(), |place| place + 1);
            self.consume(passed);
            if place.is_some() {
                return Ok(true);
            }
        }
    }

    fn header(&mut self) -> io::Result<Header> {
        skip(self, 2)?;
        let flags = self.u16()?;
        let method = self.u16()?;
        skip(self, 4)?;
        let crc = self.u32()?;
        let mut stored = u64::from(self.u32()?);
        let mut size = u64::from(self.u32()?);
        let (name, extra) = (self.u16()?, self.u16()?);
        let name = self.bytes(name)?;
        let extra = self.bytes(extra)?;
        if let Some(lengths) = zip64(&extra) {
            (size, stored) = lengths;
        }
        let told = match flags & 8 {
            0 => Told::Before,
            _ => Told::Behind,
        };
        if name.is_empty() || method > LAST_METHOD {
            let reason = "there is no valid header before a member";
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        Ok(Header {
            name: String::from_utf8_lossy(&name).into_owned(),
            method,
            encrypted: flags & 1 != 0,
            crc,
            told,
            stored: (stored > 0 || told == Told::Before).then_some(stored),
            size,
        })
    }

    /// Passes a member, and says the last bytes that were read; where its length is unknown, the next one
    /// is looked for in its bytes.
    fn pass(&mut self, header: &Header) -> io::Result<u32> {
        let Some(stored) = header.stored else {
            return Ok(0);
        };
        skip(self, stored)?;
        self.descriptor(header).map(|behind| behind.seen)
    }

    /// Reads what follows a member up to its checksum. The lengths behind it are passed as whatever else
    /// stands between members: in a descriptor that is not there, the next member would be lost.
    fn descriptor(&mut self, header: &Header) -> io::Result<Behind> {
        let (crc, seen) = match header.told {
            Told::Before => (header.crc, 0),
            Told::Behind => match self.u32()? {
                DESCRIPTOR => (self.u32()?, 0),
                seen if seen == LOCAL || DIRECTORY.contains(&seen) => (header.crc, seen),
                // Its signature may be missing; then this is the checksum.
                crc => (crc, crc),
            },
        };
        Ok(Behind { crc, seen })
    }

    fn bytes(&mut self, length: u16) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::from(length)];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn u16(&mut self) -> io::Result<u16> {
        let mut bytes = [0; 2];
        self.read_exact(&mut bytes)?;
        Ok(u16::from_le_bytes(bytes))
    }

    fn u32(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it ends before its directory")
}

// The unpacked and the stored length, when they are too large for the header.
fn zip64(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let [a, b, c, d, rest @ ..] = extra else {
            return None;
        };
        let (id, length) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
        let (field, next) = rest.split_at_checked(usize::from(length))?;
        if id == ZIP64 {
            let (size, stored) = (field.first_chunk()?, field.get(8..)?.first_chunk()?);
            return Some((u64::from_le_bytes(*size), u64::from_le_bytes(*stored)));
        }
        extra = next;
    }
}
