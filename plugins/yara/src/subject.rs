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
    /// As far as they were read.
    bytes: Vec<u8>,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(row: Row<'a>) -> Self {
        Self {
            row,
            path: row.text("path").unwrap_or(""),
            kind: row.text("type").unwrap_or(""),
            size: row.number("size").unwrap_or(0),
            bytes: Vec::new(),
        }
    }

    /// Its first bytes, so many where there are as many.
    pub(crate) fn beginning(&mut self, length: u32) -> Result<&[u8], String> {
        if self.bytes.is_empty() {
            self.more(length)?;
        }
        Ok(&self.bytes)
    }

    /// Reads all of its bytes, as far as they fit.
    pub(crate) fn read(&mut self) -> Result<(), String> {
        let expected = usize::try_from(self.size).unwrap_or(LARGEST);
        self.bytes
            .reserve(expected.min(LARGEST).saturating_sub(self.bytes.len()));
        while self.bytes.len() < LARGEST && self.more(WINDOW)? > 0 {}
        if usize::try_from(self.size).unwrap_or(usize::MAX) > self.bytes.len() {
            let (path, size, judged) = (self.path, self.size, self.bytes.len());
            let text = format!("{path}: only {judged} of {size} bytes were judged");
            log::write(Level::Warn, &text);
        }
        Ok(())
    }

    /// What was read.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads on; how many bytes there were.
    fn more(&mut self, length: u32) -> Result<usize, String> {
        let offset = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        match content::read(self.row, offset, length) {
            Ok(window) => {
                self.bytes.extend_from_slice(&window);
                Ok(window.len())
            }
            Err(error) if self.bytes.is_empty() => {
                Err(format!("the content of {}: {error}", self.path))
            }
            // The host keeps the beginning of a large file only.
            Err(_) => Ok(0),
        }
    }

    /// Tells a scanner what rules may ask about the file besides its bytes.
    pub(crate) fn define(&self, scanner: &mut Scanner) {
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
            ("filetype", self.file_type()),
            ("owner", owner),
        ] {
            // Every scanner is compiled with these names.
            if let Err(error) = scanner.define_symbol(symbol, value) {
                log::write(Level::Error, &format!("{symbol}: {error}"));
            }
        }
    }

    /// As the rules of other scanners name it: `EXE`, `ELF`, `SCRIPT`.
    fn file_type(&self) -> String {
        match self.bytes.starts_with(b"MZ") {
            true => "EXE".to_owned(),
            false => self.kind.to_ascii_uppercase(),
        }
    }
}
