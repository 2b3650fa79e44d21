//! Tar archives that a mutator can get through: it never guesses a checksum.

const BLOCK: usize = 512;

/// The same bytes, with the checksums that their headers should have. An input of odd length stays as
/// it is, so that wrong ones are tried too.
pub fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let other: [&[u8]; 2] = [b"\x1f\x8b", b"!<arch>\n"];
    if bytes.len() % 2 == 1 || other.iter().any(|magic| bytes.starts_with(magic)) {
        return bytes;
    }
    let mut at = 0;
    while let Some(header) = bytes.get_mut(at..at + BLOCK) {
        at += BLOCK;
        if header.iter().all(|byte| *byte == 0) {
            continue;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let size = std::str::from_utf8(&header[124..135]).ok();
        let size = size.and_then(|text| usize::from_str_radix(text.trim(), 8).ok());
        // Where no size can be told, the next block may be a header.
        at = at.saturating_add(size.unwrap_or(0).div_ceil(BLOCK).saturating_mul(BLOCK));
    }
    bytes
}

/// An archive of these files.
#[allow(dead_code, reason = "not every target makes one")]
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (path, content) in files {
        let mut header = [0; BLOCK];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[108..116].copy_from_slice(b"0000000\0");
        header[116..124].copy_from_slice(b"0000000\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        archive.extend_from_slice(&header);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    }
    archive.resize(archive.len() + 2 * BLOCK, 0);
    mended(&archive)
}
