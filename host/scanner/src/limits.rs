//! How much a target may cost.

/// Bounds on what untrusted files and images make the scanner do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file that are kept for plugins that read content, when it cannot be opened again.
    pub retained: usize,
    /// Bytes of a file that they may read when it can be opened again.
    pub readable: u64,
    /// Bytes that all layers of one image, or one archive, may unpack to.
    pub unpacked: u64,
    /// How many times larger than its stored form a layer or an archive may be, once it is over 64 MiB.
    pub ratio: u64,
    /// Entries of one layer.
    pub entries: u64,
    /// Bytes of a path.
    pub path_length: usize,
    /// Components of a path.
    pub path_depth: usize,
    /// Paths that are remembered to tell what a container sees; about 32 bytes each.
    pub paths: usize,
    /// Archives within archives whose members are read; 0 reads no members.
    pub depth: usize,
    /// Files in one archive, with those of all archives in it.
    pub members: u64,
    /// Bytes of events of an image that wait until the layers above are read.
    pub waiting: u64,
    /// Bytes of an index, a manifest or a configuration.
    pub document: u64,
    /// Layers of one image.
    pub layers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            retained: 1 << 20,
            // What fits into the memory of a plugin beside its rules. It is a window less than the YARA
            // plugin asks for at most: who asks for more than is given is known to have judged a part.
            readable: (96 << 20) - (64 << 10),
            unpacked: 64 << 30,
            // Deflate reaches 1,032 on zeros; what people ship stays under 100.
            ratio: 250,
            entries: 5_000_000,
            path_length: 4096,
            path_depth: 256,
            paths: 8_000_000,
            depth: 3,
            members: 2_000_000,
            waiting: 16 << 20,
            document: 8 << 20,
            layers: 1024,
        }
    }
}
