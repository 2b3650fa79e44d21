//! Writes a folder of YARA rules as they are found in the wild, the same ones every time: so that benches
//! of two machines, or of two programs, are about the same work.
//!
//! ```text
//! cargo run -p merlon-plugin-yara --example generate -- 3000 rules/
//! ```
#![allow(
    clippy::indexing_slicing,
    reason = "places are taken modulo the length"
)]

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

/// Rules in one file.
const PER_FILE: usize = 30;

const FAMILIES: [&str; 16] = [
    "Mirai", "Gafgyt", "XorDdos", "Kinsing", "Tsunami", "Sliver", "Cobalt", "Emotet", "Lazarus",
    "Turla", "WebShell", "Rootkit", "Stealer", "Miner", "Locker", "Dropper",
];
const WORDS: [&str; 40] = [
    "config", "update", "connect", "payload", "session", "cmd", "exec", "shell", "upload",
    "download", "inject", "hook", "thread", "mutex", "beacon", "proxy", "socket", "cipher",
    "decrypt", "persist", "service", "module", "loader", "agent", "client", "server", "token",
    "screen", "keylog", "process", "kernel", "driver", "pipe", "named", "remote", "victim",
    "wallet", "stratum", "report", "task",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(dir)) = (arguments.next(), arguments.next()) else {
        return Err("usage: generate COUNT DIRECTORY".into());
    };
    let count: usize = count.parse()?;
    let dir = Path::new(&dir);
    std::fs::create_dir_all(dir)?;
    let mut random = Random(0x5eed_5eed_5eed_5eed);
    for first in (0..count).step_by(PER_FILE) {
        let mut text = "import \"pe\"\nimport \"elf\"\nimport \"math\"\n\n".to_owned();
        for number in first..count.min(first + PER_FILE) {
            text += &random.rule(number)?;
        }
        std::fs::write(dir.join(format!("rules_{:04}.yar", first / PER_FILE)), text)?;
    }
    Ok(())
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % limit
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn rule(&mut self, number: usize) -> Result<String, std::fmt::Error> {
        let family = self.of(&FAMILIES);
        let mut text = String::new();
        writeln!(
            text,
            "rule {family}_{number:05} : {} {{",
            family.to_lowercase()
        )?;
        writeln!(text, "  meta:")?;
        writeln!(
            text,
            "    description = \"Detects {family}, variant {number}\""
        )?;
        writeln!(
            text,
            "    reference = \"https://example.org/{family}/{number}\""
        )?;
        writeln!(text, "    score = {}", 50 + self.below(50))?;
        let count = 2 + self.below(7);
        writeln!(text, "  strings:")?;
        for string in 0..count {
            let declared = self.string();
            writeln!(text, "    $s{string} = {declared}")?;
        }
        let condition = self.condition(count);
        writeln!(text, "  condition:\n    {condition}\n}}\n")?;
        Ok(text)
    }

    fn string(&mut self) -> String {
        match self.below(20) {
            0..=8 => format!(
                "\"{}\" {}",
                self.text(),
                self.of(&["", "ascii", "fullword", "fullword ascii"])
            ),
            9..=11 => format!(
                "\"{}\" {}",
                self.text(),
                self.of(&["wide", "ascii wide", "ascii wide nocase", "nocase"])
            ),
            12 if self.below(4) == 0 => {
                let modifier = self.of(&["xor(0x01-0xff)", "base64", "base64 ascii wide"]);
                format!("\"{}\" {modifier}", self.text())
            }
            12..=16 => format!("{{ {} }}", self.hex()),
            _ => self.regex(),
        }
    }

    fn text(&mut self) -> String {
        let (a, b, c) = (self.of(&WORDS), self.of(&WORDS), self.of(&WORDS));
        let number = self.below(10_000);
        match self.below(8) {
            0 => format!("/tmp/.{a}_{b}{number}"),
            1 => format!("http://{a}-{b}{number}.example/{c}.php?id=%s"),
            2 => format!("{a}_{b}_{c}_{number}"),
            3 => format!("Mozilla/5.0 ({a}; {b} {number})"),
            4 => format!("[{number}] {a} {b} failed: %d"),
            5 => format!("\\\\\\\\.\\\\pipe\\\\{a}{number}"),
            6 => format!("{a}{b}"),
            _ => format!("Software\\\\{a}\\\\{b}{number}"),
        }
    }

    fn hex(&mut self) -> String {
        let mut tokens = Vec::new();
        for _ in 0..8 + self.below(24) {
            tokens.push(match self.below(14) {
                0 => "??".to_owned(),
                1 => format!("{:x}?", self.below(16)),
                2 => "[2-6]".to_owned(),
                3 => format!(
                    "( {:02x} | {:02x} {:02x} )",
                    self.below(256),
                    self.below(256),
                    self.below(256)
                ),
                _ => format!("{:02x}", self.below(256)),
            });
        }
        format!(
            "{:02x} {} {:02x}",
            self.below(256),
            tokens.join(" "),
            self.below(256)
        )
    }

    fn regex(&mut self) -> String {
        let (a, b) = (self.of(&WORDS), self.of(&WORDS));
        let number = self.below(10_000);
        match self.below(5) {
            0 => format!("/{a}_[a-z0-9]{{4,12}}\\.{b}{number}/"),
            1 => format!("/https?:\\/\\/[a-z.]+\\/{a}{number}\\/{b}/ nocase"),
            2 => format!("/({a}|{b})=%[sd]&{number}/"),
            3 => format!("/\\x{:02x}{a}.{{1,8}}{b}{number}/s", self.below(127)),
            _ => format!("/{a}[0-9]+{b}-{number}/ wide"),
        }
    }

    fn condition(&mut self, strings: usize) -> String {
        let count = strings - self.below(strings.min(3));
        let size = 100 + self.below(5_000);
        match self.below(24) {
            0..=4 => format!("uint16(0) == 0x5a4d and filesize < {size}KB and {count} of them"),
            5..=7 => format!("uint32(0) == 0x464c457f and {count} of ($s*)"),
            8..=12 => "all of them".to_owned(),
            13 => "any of them".to_owned(),
            14..=16 => format!("{count} of them"),
            17 => "$s0 and #s1 > 2 and any of them".to_owned(),
            18 => format!("filesize < {size}KB and ($s0 or ($s1 and any of them))"),
            19 => "pe.number_of_sections > 3 and all of them".to_owned(),
            20 => "elf.type == elf.ET_EXEC and any of them".to_owned(),
            21 => "for any of them : ($ in (0..4096))".to_owned(),
            22 => format!(
                "uint32(0) == 0x464c457f and filesize < {size} and math.entropy(0, filesize) > 7.2 and not any of them"
            ),
            _ => "($s0 at 0 or $s1) and not ($s0 and filesize < 10) and any of them".to_owned(),
        }
    }
}
