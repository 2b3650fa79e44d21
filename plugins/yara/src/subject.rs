//! The file that a row is about.

use boreal::Scanner;
use merlon_sdk::Row;
use merlon_sdk::host::content;
use merlon_sdk::host::log::{self, Level};

/// The fields that are read here.
pub(crate) const FIELDS: [&str; 5] = ["path", "size", "type", "uid", "hits.pattern"];
/// One read of the host.
const WINDOW: u32 = 64 << 10;
/// Larger files are judged by their beginning: a file must fit into the instance's memory.
pub(crate) const LARGEST: usize = 96 << 20;

/// What is known about a file before its bytes are read.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    row: Row<'a>,
    path: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) size: u64,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(row: Row<'a>) -> Self {
        Self {
            row,
            path: row.text("path").unwrap_or(""),
            kind: row.text("type").unwrap_or(""),
            size: row.number("size").unwrap_or(0),
        }
    }

    /// Its bytes, as far as they fit.
    pub(crate) fn read(&self) -> Result<Vec<u8>, String> {
        let expected = usize::try_from(self.size).unwrap_or(LARGEST);
        let mut bytes = Vec::with_capacity(expected.min(LARGEST));
        while bytes.len() < LARGEST {
            let offset = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            match content::read(self.row, offset, WINDOW) {
                Ok(window) if window.is_empty() => break,
                Ok(window) => bytes.extend(window),
                Err(error) if bytes.is_empty() => {
                    return Err(format!("the content of {}: {error}", self.path));
                }
                // The host keeps the beginning of a large file only.
                Err(_) => break,
            }
        }
        if usize::try_from(self.size).unwrap_or(usize::MAX) > bytes.len() {
            let (path, size, judged) = (self.path, self.size, bytes.len());
            let text = format!("{path}: only {judged} of {size} bytes were judged");
            log::write(Level::Warn, &text);
        }
        Ok(bytes)
    }

    /// Tells a scanner what rules may ask about the file besides its bytes.
    pub(crate) fn define(&self, scanner: &mut Scanner, bytes: &[u8]) {
        let path = format!("/{}", self.path.trim_start_matches('/'));
        let name = path.rsplit('/').next().unwrap_or("").to_owned();
        let extension = match name.rsplit_once('.') {
            Some((_, extension)) => format!(".{extension}"),
            None => String::new(),
        };
        let owner = self
            .row
            .number("uid")
            .map_or(String::new(), |uid| uid.to_string());
        for (symbol, value) in [
            ("filename", name),
            ("filepath", path),
            ("extension", extension),
            ("filetype", self.file_type(bytes)),
            ("owner", owner),
        ] {
            // Every scanner is compiled with these names.
            if let Err(error) = scanner.define_symbol(symbol, value) {
                log::write(Level::Error, &format!("{symbol}: {error}"));
            }
        }
    }

    /// As the rules of other scanners name it: `EXE`, `ELF`, `SCRIPT`.
    fn file_type(&self, bytes: &[u8]) -> String {
        match bytes.starts_with(b"MZ") {
            true => "EXE".to_owned(),
            false => self.kind.to_ascii_uppercase(),
        }
    }
}
