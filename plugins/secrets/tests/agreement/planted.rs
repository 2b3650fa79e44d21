//! Examples of every rule, and what lies between them.

use std::path::Path;

use merlon_plugin_secrets::base64::decode;
use merlon_yaml::{Limits, Node, parse};

/// xorshift64*
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % limit
    }

    /// Fills up to a length, with words that lead to candidates as well.
    pub(crate) fn prose(&mut self, content: &mut Vec<u8>, length: usize) {
        const WORDS: [&str; 16] = [
            "the ",
            "of\n",
            "and ",
            "key",
            " = ",
            "token",
            ": \"",
            "\"\n",
            "secret ",
            "pass",
            "(",
            ")\n",
            "0123 ",
            "api_",
            "\t",
            "quick brown fox ",
        ];
        while content.len() < length {
            content.extend(WORDS[self.below(WORDS.len())].as_bytes());
        }
        content.truncate(length);
    }
}

/// The example of every rule that has one, as bytes.
pub(crate) fn examples() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut examples = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let parsed = parse(&text, &file.display().to_string(), &Limits::default());
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        for rule in parsed.documents.iter().flat_map(Node::items) {
            let rule = rule.to_json();
            if let Some(example) = rule["example"].as_str() {
                examples.push(match example.strip_prefix("base64:") {
                    Some(bytes) => decode(bytes).unwrap(),
                    None => example.as_bytes().to_vec(),
                });
            }
        }
    }
    examples
}
