//! Two sets of three thousand YARA rules. One is made of what stands in the files that it will scan: strings
//! that are there, strings that are nearly there, and bytes with holes, so that many files are candidates. Its
//! texts depend on the files only: every run on a machine has the same. The other comes from the example
//! `generate` of the plugin, and is like the rules that people publish.

use std::path::Path;
use std::process::Command;

use crate::corpus::Tree;
use crate::draw::Draw;
use crate::place;

/// Rules are spread over files, as people keep them.
const FILES: usize = 30;
const RULES_PER_FILE: usize = 100;

/// Texts and code to choose from.
const ENOUGH: usize = 40_000;
/// Every so many files give some.
const EVERY: usize = 7;
const TEXT: std::ops::RangeInclusive<usize> = 10..=40;
const CODE: usize = 14;
const READ: usize = 1 << 20;

/// As people publish them.
pub(crate) fn write_wild(count: usize, dir: &Path) {
    let status = Command::new(env!("CARGO"))
        .current_dir(place::root())
        .args(["run", "--release", "--quiet"])
        .args(["--package", "merlon-plugin-yara", "--example", "generate"])
        .arg("--")
        .arg(count.to_string())
        .arg(dir)
        .status()
        .unwrap();
    assert!(status.success(), "the example generate: {status}");
}

/// Out of the files themselves.
pub(crate) fn write_near(tree: &Tree, dir: &Path) {
    let stock = Stock::of(tree);
    let mut draw = Draw::from(1);
    for file in 0..FILES {
        let mut text = String::from("// Made by a bench; means nothing.\n");
        for rule in 0..RULES_PER_FILE {
            let number = file * RULES_PER_FILE + rule;
            text += &stock.rule(number, &mut draw);
        }
        std::fs::write(dir.join(format!("rules-{file:02}.yar")), text).unwrap();
    }
}

/// What the files hold.
struct Stock {
    texts: Vec<String>,
    code: Vec<Vec<u8>>,
}

impl Stock {
    fn of(tree: &Tree) -> Self {
        let (mut texts, mut code) = (Vec::new(), Vec::new());
        for path in tree.files.iter().step_by(EVERY) {
            let mut bytes = std::fs::read(path).unwrap();
            bytes.truncate(READ);
            texts.extend(words(&bytes).step_by(11).take(20));
            if bytes.starts_with(b"\x7fELF") {
                let windows = bytes.chunks_exact(CODE).skip(300).step_by(997);
                code.extend(windows.filter(|own| busy(own)).take(20).map(<[u8]>::to_vec));
            }
        }
        texts.sort();
        texts.dedup();
        texts.truncate(ENOUGH);
        Self { texts, code }
    }

    fn rule(&self, number: usize, draw: &mut Draw) -> String {
        let present = draw.of::<String>(&self.texts);
        let absent = altered(draw.of::<String>(&self.texts));
        let other = altered(draw.of::<String>(&self.texts));
        let kind = ["", " nocase", " wide", " ascii wide", " fullword", ""][number % 6];
        let word: String = other.chars().filter(char::is_ascii_alphanumeric).collect();
        let third = match number % 4 {
            0 => format!("/{word}[0-9a-f]{{4,8}}/"),
            1 => format!("\"{other}\""),
            _ => self.pattern(draw),
        };
        let condition = match number % 5 {
            0 => "all of them",
            1 => "2 of them",
            2 => "uint32(0) == 0x464c457f and any of ($a, $b, $c) and filesize < 200KB",
            3 => "$a at 0 or $b or ($a and $c)",
            _ => "filesize < 2MB and (any of ($b, $c) or $a in (0..256))",
        };
        format!(
            "rule bench_{number:04} {{
  meta:
    severity = \"low\"
  strings:
    $a = \"{present}\"
    $b = \"{absent}\"{kind}
    $c = {third}
  condition:
    {condition}
}}
"
        )
    }

    /// Bytes with two holes.
    fn pattern(&self, draw: &mut Draw) -> String {
        let bytes = draw.of::<Vec<u8>>(&self.code).iter().enumerate();
        let parts: Vec<String> = bytes
            .map(|(place, byte)| match place {
                5 | 6 => "??".to_owned(),
                _ => format!("{byte:02x}"),
            })
            .collect();
        format!("{{ {} }}", parts.join(" "))
    }
}

/// Printable runs that need no escape in a YARA string.
fn words(bytes: &[u8]) -> impl Iterator<Item = String> {
    bytes
        .split(|byte| !(b' '..=b'~').contains(byte) || matches!(byte, b'"' | b'\\'))
        .filter(|run| run.len() >= *TEXT.start())
        .map(|run| String::from_utf8_lossy(&run[..run.len().min(*TEXT.end())]).into_owned())
        .filter(|run| busy(run.as_bytes()))
}

/// Neither padding nor a ruler.
fn busy(bytes: &[u8]) -> bool {
    let mut seen = bytes.to_vec();
    seen.sort_unstable();
    seen.dedup();
    seen.len() * 2 > bytes.len().min(16)
}

/// The same text with another middle: most of it is there, the whole is not.
fn altered(text: &str) -> String {
    let middle = text.len() / 2;
    format!("{}qzJx{}", &text[..middle], &text[middle..])
}
