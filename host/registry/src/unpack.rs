//! Archives of strangers: `tar`, also compressed, into files that are safe to have.

use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use merlon_artifact::{ByteSize, Files, PLUGIN_CAP, TOTAL_CAP};
use tar::{Archive, Entry, EntryType};

use crate::error::RegistryError;

/// The first bytes of gzip. What a layer is called never decides how it is read.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What an archive may unpack to: all files, and a block of headers for each.
const UNPACKED_CAP: ByteSize = ByteSize(TOTAL_CAP.bytes() + (64 << 20));
/// Entries that are looked at, directories among them.
const ENTRY_CAP: usize = 100_000;

/// What a path in an archive has to begin with, and loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root<'a> {
    /// Every path lies below this one, and keeps it.
    Below(&'a str),
    /// A leading `/` is no part of a path: OPA writes its bundles so.
    Slash,
}

/// Whether the bytes are a compressed archive.
pub(crate) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&GZIP)
}

/// Adds every regular file of an archive.
pub(crate) fn unpack(bytes: &[u8], root: Root<'_>, files: &mut Files) -> Result<(), RegistryError> {
    let stream: Box<dyn Read + '_> = match is_gzip(bytes) {
        true => Box::new(MultiGzDecoder::new(bytes)),
        false => Box::new(bytes),
    };
    let stream = BufReader::new(stream.take(UNPACKED_CAP.bytes()));
    let mut archive = Archive::new(stream);
    let entries = archive
        .entries()
        .map_err(|error| broken(&error.to_string()))?;
    for (count, entry) in entries.enumerate() {
        if count >= ENTRY_CAP {
            return Err(broken("it has too many entries"));
        }
        let entry = entry.map_err(|error| broken(&error.to_string()))?;
        add(entry, root, files)?;
    }
    Ok(())
}

fn add<R: Read>(
    entry: Entry<'_, R>,
    root: Root<'_>,
    files: &mut Files,
) -> Result<(), RegistryError> {
    let path = entry.path_bytes();
    let Ok(path) = std::str::from_utf8(&path).map(str::to_owned) else {
        return Err(broken("a path in it is no UTF-8"));
    };
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => {}
        EntryType::Directory | EntryType::XGlobalHeader => return Ok(()),
        kind => {
            let shown = crate::manifest::shortened(&path);
            return Err(broken(&format!(
                "`{shown}` is a {}, and only files are read",
                name(kind)
            )));
        }
    }
    let path = match root {
        Root::Slash => path.strip_prefix('/').unwrap_or(&path),
        Root::Below(".") => path.strip_prefix("./").unwrap_or(&path),
        Root::Below(directory) => match path.strip_prefix(directory) {
            Some(rest) if rest.starts_with('/') => &path,
            _ => {
                let shown = crate::manifest::shortened(&path);
                return Err(broken(&format!("`{shown}` lies outside of `{directory}`")));
            }
        },
    };
    let mut content = Vec::new();
    let read = entry.take(PLUGIN_CAP.bytes() + 1).read_to_end(&mut content);
    read.map_err(|error| broken(&error.to_string()))?;
    Ok(files.insert(path, content)?)
}

fn name(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Link | EntryType::Symlink => "link",
        EntryType::Char | EntryType::Block => "device",
        EntryType::Fifo => "pipe",
        _ => "special entry",
    }
}

fn broken(why: &str) -> RegistryError {
    RegistryError::Malformed {
        what: String::from("an archive in the artifact"),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::Header;

    use super::*;

    fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, kind, content) in entries {
            let mut header = Header::new_gnu();
            // Past the checks of the library, which writes no such path.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            archive.append(&header, *content).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn compressed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(bytes: &[u8], root: Root<'_>) -> Result<Vec<String>, String> {
        let mut files = Files::new();
        match unpack(bytes, root, &mut files) {
            Ok(()) => Ok(files.iter().map(|(path, _)| path.to_owned()).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn files_come_out_and_directories_do_not() {
        let bytes = archive(&[
            ("cases", EntryType::Directory, b""),
            ("cases/a/in.yaml", EntryType::Regular, b"x"),
        ]);
        for bytes in [compressed(&bytes), bytes] {
            let paths = unpacked(&bytes, Root::Below("cases")).unwrap();
            assert_eq!(paths, ["cases/a/in.yaml"]);
        }
        let bundle = archive(&[
            ("/.manifest", EntryType::Regular, b"{}"),
            ("/a/p.rego", EntryType::Regular, b""),
        ]);
        assert_eq!(unpacked(&bundle, Root::Slash).unwrap(), ["a/p.rego"]);
        let here = archive(&[("./ruleset.yaml", EntryType::Regular, b"x")]);
        assert_eq!(unpacked(&here, Root::Below(".")).unwrap(), ["ruleset.yaml"]);
    }

    #[test]
    fn a_path_out_of_the_directory_is_refused() {
        for path in [
            "cases/../../x",
            "cases/../x",
            "/etc/passwd",
            "../x",
            "casesx/a",
            "ruleset.yaml",
            "cases",
        ] {
            let bytes = archive(&[(path, EntryType::Regular, b"x")]);
            assert!(unpacked(&bytes, Root::Below("cases")).is_err(), "{path}");
        }
        for path in ["//etc/passwd", "/../x", "a\\b"] {
            let bytes = archive(&[(path, EntryType::Regular, b"x")]);
            assert!(unpacked(&bytes, Root::Slash).is_err(), "{path}");
        }
    }

    #[test]
    fn links_and_devices_are_refused() {
        for (kind, word) in [
            (EntryType::Symlink, "link"),
            (EntryType::Link, "link"),
            (EntryType::Char, "device"),
            (EntryType::Fifo, "pipe"),
        ] {
            let bytes = archive(&[("cases/x", kind, b"")]);
            let error = unpacked(&bytes, Root::Below("cases")).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_file_over_the_cap_is_not_read_to_its_end() {
        let mut header = Header::new_gnu();
        header.set_path("cases/bomb").unwrap();
        header.set_size(u64::MAX / 4);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.resize(66 << 20, 0);
        let error = unpacked(&bytes, Root::Below("cases")).unwrap_err();
        assert_eq!(error, "cases/bomb in the ruleset is larger than 64MiB");
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let whole = archive(&[("cases/x", EntryType::Regular, &[1; 2000])]);
        for bytes in [
            &b"text that is long enough for nothing"[..],
            &whole[..1000],
            &[0x1f, 0x8b, 0, 0],
        ] {
            assert!(unpacked(bytes, Root::Below("cases")).is_err());
        }
    }
}
