//! A tar archive, written by hand: a layer of the demo's image.

/// Blocks of this size are the unit of the format.
const BLOCK: usize = 512;

/// An archive under construction.
#[derive(Default)]
pub(crate) struct Tar {
    bytes: Vec<u8>,
}

impl Tar {
    /// Appends a regular file.
    pub(crate) fn file(mut self, path: &str, mode: u32, content: &str) -> Self {
        self.bytes.extend(header(path, mode, content.len()));
        self.bytes.extend(content.as_bytes());
        let padded = self.bytes.len().next_multiple_of(BLOCK);
        self.bytes.resize(padded, 0);
        self
    }

    /// The archive with its end mark.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len() + 2 * BLOCK, 0);
        self.bytes
    }
}

/// One ustar header.
fn header(path: &str, mode: u32, size: usize) -> Vec<u8> {
    let fields = |checksum: &str| {
        let mut header = Vec::with_capacity(BLOCK);
        let mut put = |text: &str, width: usize| {
            let end = header.len() + width;
            header.extend(text.bytes().take(width));
            header.resize(end, 0);
        };
        put(path, 100);
        put(&format!("{mode:07o}"), 8);
        put("0000000", 8); // owner
        put("0000000", 8); // group
        put(&format!("{size:011o}"), 12);
        put("00000000000", 12); // time: the same bytes every time
        put(checksum, 8);
        put("0", 1); // regular file
        put("", 100); // link
        put("ustar", 6);
        put("00", 2);
        put("", BLOCK - 265);
        header
    };
    // The checksum is computed with its own field full of spaces.
    let sum: u32 = fields("        ").iter().map(|byte| u32::from(*byte)).sum();
    fields(&format!("{sum:06o}\0 "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_is_made_of_blocks_and_tar_reads_it() {
        let bytes = Tar::default()
            .file("etc/motd", 0o644, "hello")
            .file("a", 0o600, "")
            .finish();
        assert_eq!(bytes.len(), BLOCK * 5);
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("x.tar"), bytes).unwrap();
        let listed = std::process::Command::new("tar")
            .current_dir(dir.path())
            .args(["-xvf", "x.tar"])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(listed.stdout).unwrap(), "etc/motd\na\n");
        assert_eq!(
            std::fs::read_to_string(dir.path().join("etc/motd")).unwrap(),
            "hello"
        );
    }
}
