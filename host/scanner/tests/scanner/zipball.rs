//! Zip archives written by hand, so that they can be wrong in any way.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

/// How the lengths of a member are told.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Lengths {
    #[default]
    Before,
    Behind,
    /// Announced behind, and not there.
    Nowhere,
    Large,
}

/// A member, with every field free.
#[derive(Clone, Copy, Default)]
pub(crate) struct Member<'m> {
    pub(crate) name: &'m str,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) content: &'m [u8],
    pub(crate) data: &'m [u8],
    pub(crate) lengths: Lengths,
    /// Told instead of the checksum.
    pub(crate) wrong_crc: Option<u32>,
}

/// The bytes of an archive, and of its directory.
#[derive(Clone, Default)]
pub(crate) struct Zipball {
    pub(crate) bytes: Vec<u8>,
    directory: Vec<u8>,
    members: u16,
}

pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

impl Zipball {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn stored(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref();
        self.member(&Member {
            name,
            content,
            data: content,
            ..Member::default()
        })
    }

    pub(crate) fn deflated(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.with_lengths(name, content, Lengths::Before)
    }

    pub(crate) fn with_lengths(
        self,
        name: &str,
        content: impl AsRef<[u8]>,
        lengths: Lengths,
    ) -> Self {
        let content = content.as_ref();
        self.member(&Member {
            name,
            flags: match lengths {
                Lengths::Behind | Lengths::Nowhere => 8,
                Lengths::Before | Lengths::Large => 0,
            },
            method: 8,
            content,
            data: &deflate(content),
            lengths,
            wrong_crc: None,
        })
    }

    pub(crate) fn member(mut self, member: &Member<'_>) -> Self {
        let Member {
            name,
            content,
            data,
            lengths,
            ..
        } = *member;
        let mut crc = Crc::new();
        crc.update(content);
        let crc = member.wrong_crc.unwrap_or_else(|| crc.sum());
        let known = [data.len(), content.len()].map(|length| u32::try_from(length).unwrap());
        let [stored, size] = match lengths {
            Lengths::Before => known,
            Lengths::Behind | Lengths::Nowhere => [0; 2],
            Lengths::Large => [u32::MAX; 2],
        };
        let mut extra = Vec::new();
        if lengths == Lengths::Large {
            extra.extend([1, 0, 16, 0]);
            extra.extend((content.len() as u64).to_le_bytes());
            extra.extend((data.len() as u64).to_le_bytes());
        }
        let mut common = Vec::new();
        common.extend([20, 0]);
        common.extend(member.flags.to_le_bytes());
        common.extend(member.method.to_le_bytes());
        common.extend([0; 4]);
        common.extend(crc.to_le_bytes());
        common.extend(stored.to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend(u16::try_from(extra.len()).unwrap().to_le_bytes());
        self.directory.extend(b"PK\x01\x02\x14\0");
        self.directory.extend(&common);
        self.directory.extend([0; 14]);
        self.directory.extend(name.bytes());
        self.directory.extend(&extra);
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(common);
        self.bytes.extend(name.bytes());
        self.bytes.extend(extra);
        self.bytes.extend(data);
        if lengths == Lengths::Behind {
            self.bytes.extend(b"PK\x07\x08");
            self.bytes.extend(crc.to_le_bytes());
            self.bytes.extend(known[0].to_le_bytes());
            self.bytes.extend(known[1].to_le_bytes());
        }
        self.members += 1;
        self
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    /// With its directory.
    pub(crate) fn end(mut self) -> Vec<u8> {
        let at = u32::try_from(self.bytes.len()).unwrap();
        let size = u32::try_from(self.directory.len()).unwrap();
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.members.to_le_bytes());
        self.bytes.extend(self.members.to_le_bytes());
        self.bytes.extend(size.to_le_bytes());
        self.bytes.extend(at.to_le_bytes());
        self.bytes.extend([0; 2]);
        self.bytes
    }
}
