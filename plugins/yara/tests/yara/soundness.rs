//! The gate never loses a finding: random rules on random files, with the gate and without it.
use crate::host::Host;

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % limit
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn word(&mut self) -> String {
        let length = 3 + self.below(4);
        (0..length)
            .map(|_| self.of(&["a", "b", "K", "7"]))
            .collect()
    }

    fn text_string(&mut self) -> String {
        let modifiers = [
            "",
            "nocase",
            "wide",
            "ascii wide",
            "wide nocase",
            "xor(1-3)",
            "xor(0-2) wide ascii",
            "base64",
            "base64wide",
            "base64 wide ascii",
            "fullword",
            "private",
            "ascii wide nocase",
            "base64(\"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\")",
        ];
        format!("\"{}\" {}", self.word(), self.of(&modifiers))
    }

    fn regex_string(&mut self) -> String {
        let (a, b) = (self.word(), self.word());
        let body = match self.below(9) {
            0 => format!("{a}.{{0,4}}{b}"),
            1 => format!("({a}|{b})"),
            2 => format!("{a}[ab]+{b}"),
            3 => format!("({a})?{b}"),
            4 => format!("({a}){{2}}"),
            5 => format!("({a}.*|{b})K?"),
            6 => format!("\\b{a}"),
            7 => format!("[^a]{a}[a-bK]{{1,2}}"),
            _ => format!("{a}(|7)(a|b.)"),
        };
        format!(
            "/{body}/{} {}",
            self.of(&["", "i", "s"]),
            self.of(&["", "wide", "ascii wide", "nocase"])
        )
    }

    fn hex_string(&mut self) -> String {
        let word: Vec<String> = self
            .word()
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let word = word.join(" ");
        match self.below(6) {
            0 => format!("{{ {word} }}"),
            1 => format!("{{ {word} ?? {word} }}"),
            2 => format!("{{ 6? {word} }}"),
            3 => format!("{{ {word} ( 61 | 62 4b ) {word} }}"),
            4 => format!("{{ {word} [0-3] {word} }}"),
            _ => format!("{{ {word} ~61 ?1 }}"),
        }
    }

    fn string(&mut self) -> String {
        match self.below(4) {
            0 => self.regex_string(),
            1 => self.hex_string(),
            _ => self.text_string(),
        }
    }

    fn condition(&mut self, strings: usize, rules: usize, depth: usize) -> String {
        let name =
            |random: &mut Self| char::from(b'a' + u8::try_from(random.below(strings)).unwrap());
        let s = name(self);
        if depth > 0 && self.below(3) > 0 {
            let left = self.condition(strings, rules, depth - 1);
            let right = self.condition(strings, rules, depth - 1);
            return match self.below(6) {
                0 | 1 => format!("({left} and {right})"),
                2 | 3 => format!("({left} or {right})"),
                4 => format!("not ({left})"),
                _ => format!(
                    "for {} i in (1..3) : ({left} and i > 0)",
                    self.of(&["any", "all", "none", "2"])
                ),
            };
        }
        match self.below(2) {
            0 => self.about_strings(s),
            _ => self.about_files(s, rules),
        }
    }

    /// A condition about where and how often strings are.
    fn about_strings(&mut self, s: char) -> String {
        match self.below(11) {
            0 => format!(
                "#{s} {} {}",
                self.of(&[">", ">=", "==", "<", "!=", "<="]),
                self.below(3)
            ),
            1 => format!(
                "{} {} #{s}",
                self.below(3),
                self.of(&[">", ">=", "==", "<", "!="])
            ),
            2 => format!("${s} at {}", self.below(30)),
            3 => format!("${s} in (0..{})", self.below(200)),
            4 => format!(
                "@{s} {} {}",
                self.of(&["<", ">", "!=", "=="]),
                self.below(60)
            ),
            5 => format!("!{s}[1] > {}", self.below(6)),
            6 => format!("#{s} + #a {} {}", self.of(&[">", "=="]), self.below(3)),
            7 => format!(
                "#{s} in (0..50) {} {}",
                self.of(&[">", "=="]),
                self.below(2)
            ),
            8 => format!("#{s} > #a"),
            9 => {
                let (weight, least) = (1 + self.below(3), self.below(4));
                format!("(#{s} & 1) * {weight} + (#a & 1) * 1 >= {least}")
            }
            _ => format!("${s}"),
        }
    }

    /// A condition about sets of strings, other rules, or the file.
    fn about_files(&mut self, s: char, rules: usize) -> String {
        let count = ["all", "any", "none", "0", "1", "2", "3", "50%", "1%"];
        match self.below(10) {
            0 | 1 => format!("{} of them", self.of(&count)),
            2 => format!("{} of (${s}, ${s}, ${s}*)", self.of(&count)),
            3 => {
                let body = self.of(&["# > 1", "$ in (0..99)", "@ > 9", "not $", "# == 0"]);
                format!(
                    "for {} of them : ({body})",
                    self.of(&["any", "all", "none", "2"])
                )
            }
            4 => format!("{} of them in (0..100)", self.of(&["any", "all", "none"])),
            5 => format!(
                "filesize {} {}",
                self.of(&["<", ">", "=="]),
                self.below(300)
            ),
            6 => format!("uint8({}) == 0x61", self.of(&["0", "@a", "@a[1] + 1"])),
            7 => self
                .of(&[
                    "defined @a",
                    "(defined @a[2]) == false",
                    "(defined @a) == true",
                ])
                .to_owned(),
            8 if rules > 0 => match self.below(2) {
                0 => format!("r{}", self.below(rules)),
                _ => format!("{} of (r*)", self.of(&["any", "all", "none", "2"])),
            },
            _ => self.of(&["true", "false"]).to_owned(),
        }
    }

    fn rule(&mut self, number: usize) -> String {
        let strings = 1 + self.below(4);
        let mut text = format!(
            "{}rule r{number} {{ strings:\n",
            self.of(&["", "", "", "private "])
        );
        for name in ["a", "b", "c", "d"].iter().take(strings) {
            text += &format!("  ${name} = {}\n", self.string());
        }
        let condition = self.condition(strings, number, 2);
        // Every string must be used.
        let used = format!("({condition}) or (filesize < 0 and any of them)");
        text + &format!("condition: {used} }}\n")
    }

    fn file(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..self.below(25) {
            let word = self.word();
            match self.below(7) {
                0 => bytes.extend(word.bytes().flat_map(|byte| [byte, 0])),
                1 => bytes.extend(word.bytes().map(|byte| byte ^ 2)),
                2 => bytes.extend(word.bytes().flat_map(|byte| [byte ^ 1, 1])),
                3 => bytes.extend(b"YWJLN2FiSzdhYUs3YWJhYg"),
                4 => bytes.extend(word.to_lowercase().bytes()),
                5 => bytes.push(b' '),
                _ => bytes.extend(word.bytes()),
            }
        }
        bytes
    }
}

/// What boreal says about the whole text.
fn plainly(text: &str, bytes: &[u8]) -> Option<Vec<String>> {
    let mut compiler = boreal::Compiler::new();
    compiler.add_rules_str(text).ok()?;
    let scanner = compiler.finalize();
    let result = scanner.scan_mem(bytes).unwrap();
    let mut names: Vec<String> = result
        .rules
        .iter()
        .map(|rule| rule.name.to_owned())
        .collect();
    names.sort();
    Some(names)
}

fn agree(seed: u64, rules: usize, files: usize) -> usize {
    let mut random = Random(seed);
    let text: String = (0..rules).map(|number| random.rule(number)).collect();
    let mut host = Host::with(&[("a.yar", &text)]);
    let mut matches = 0;
    for _ in 0..files {
        let bytes = random.file();
        let Some(wanted) = plainly(&text, &bytes) else {
            return 0;
        };
        assert_eq!(
            host.rules("f", &bytes),
            wanted,
            "seed {seed}\n{text}\n{bytes:?}"
        );
        matches += wanted.len();
    }
    matches
}

#[test]
fn the_gate_loses_nothing() {
    let matches: usize = (1..=150).map(|seed| agree(seed * 0x9e37_79b9, 4, 12)).sum();
    assert!(matches > 700, "the files match too seldom: {matches}");
}
