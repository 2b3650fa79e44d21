//! Tar archives written by hand, so that they can be wrong in any way.

/// The bytes of an archive.
#[derive(Clone, Default)]
pub(crate) struct Tarball(pub(crate) Vec<u8>);

/// One header, with every field free.
pub(crate) struct Header<'h> {
    pub(crate) name: &'h str,
    pub(crate) flag: u8,
    pub(crate) size: u64,
    pub(crate) mode: u32,
    pub(crate) link: &'h str,
}

impl Default for Header<'_> {
    fn default() -> Self {
        Self {
            name: "",
            flag: b'0',
            size: 0,
            mode: 0o644,
            link: "",
        }
    }
}

impl Tarball {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn header(mut self, header: &Header<'_>) -> Self {
        let mut block = [0u8; 512];
        block[..header.name.len().min(100)]
            .copy_from_slice(&header.name.as_bytes()[..header.name.len().min(100)]);
        block[100..107].copy_from_slice(format!("{:07o}", header.mode).as_bytes());
        block[108..115].copy_from_slice(b"0001750");
        block[116..123].copy_from_slice(b"0001750");
        block[124..135].copy_from_slice(format!("{:011o}", header.size).as_bytes());
        block[136..147].copy_from_slice(b"00000000000");
        block[156] = header.flag;
        block[157..157 + header.link.len()].copy_from_slice(header.link.as_bytes());
        block[257..265].copy_from_slice(b"ustar\x0000");
        self.0.extend_from_slice(&sealed(block));
        self
    }

    /// Data, padded to whole blocks.
    pub(crate) fn data(mut self, data: &[u8]) -> Self {
        self.0.extend_from_slice(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(name, content, 0o644)
    }

    pub(crate) fn file_with_mode(self, name: &str, content: impl AsRef<[u8]>, mode: u32) -> Self {
        let content = content.as_ref();
        let long = name.len() > 100;
        let tar = if long {
            self.pax(&[("path", name)])
        } else {
            self
        };
        tar.header(&Header {
            name,
            size: content.len() as u64,
            mode,
            ..Header::default()
        })
        .data(content)
    }

    pub(crate) fn entry(self, flag: u8, name: &str, link: &str) -> Self {
        self.header(&Header {
            name,
            flag,
            link,
            ..Header::default()
        })
    }

    pub(crate) fn directory(self, name: &str) -> Self {
        self.entry(b'5', name, "")
    }

    pub(crate) fn pax(self, records: &[(&str, &str)]) -> Self {
        let mut data = String::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let length = (rest + 1..)
                .find(|n| n.to_string().len() + rest == *n)
                .unwrap();
            data.push_str(&format!("{length} {key}={value}\n"));
        }
        self.extended(b'x', data.as_bytes())
    }

    pub(crate) fn extended(self, flag: u8, data: &[u8]) -> Self {
        self.header(&Header {
            name: "extended",
            flag,
            size: data.len() as u64,
            ..Header::default()
        })
        .data(data)
    }

    /// The archive with its proper end.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// The block with the checksum that it should have.
fn sealed(mut block: [u8; 512]) -> [u8; 512] {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}
