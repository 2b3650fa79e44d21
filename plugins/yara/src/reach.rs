//! How far behind its beginning a match can end: a string that must begin early has its literal early, too.

use boreal_parser::hex_string::{Jump, Token};
use boreal_parser::rule::{VariableDeclaration, VariableDeclarationValue};

/// Bytes of the longest match; nothing when there is no end to it, or none that is worth knowing.
pub(crate) fn reach(string: &VariableDeclaration) -> Option<u64> {
    let modifiers = &string.modifiers;
    match &string.value {
        VariableDeclarationValue::Bytes(text) if modifiers.base64.is_none() => {
            let length = u64::try_from(text.len()).ok()?;
            Some(match modifiers.wide {
                true => length.saturating_mul(2),
                false => length,
            })
        }
        VariableDeclarationValue::HexString(tokens) => longest(tokens),
        VariableDeclarationValue::Bytes(_) | VariableDeclarationValue::Regex(_) => None,
    }
}

fn longest(tokens: &[Token]) -> Option<u64> {
    let lengths = tokens.iter().map(|token| match token {
        Token::Byte(_) | Token::NotByte(_) | Token::MaskedByte(..) | Token::NotMaskedByte(..) => {
            Some(1)
        }
        Token::Jump(Jump { to, .. }) => to.map(u64::from),
        Token::Alternatives(branches) => {
            let branches = branches.iter().map(|branch| longest(branch));
            branches.collect::<Option<Vec<u64>>>()?.into_iter().max()
        }
    });
    lengths
        .collect::<Option<Vec<u64>>>()
        .map(|lengths| lengths.into_iter().fold(0, u64::saturating_add))
}

#[cfg(test)]
mod tests {
    use boreal_parser::file::YaraFileComponent;

    use super::*;

    fn reached(string: &str) -> Option<u64> {
        let text = format!("rule r {{ strings: $a = {string} condition: $a }}");
        match boreal_parser::parse(&text).unwrap().components.remove(0) {
            YaraFileComponent::Rule(rule) => reach(&rule.variables[0]),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_longest_match_counts() {
        for (string, wanted) in [
            ("\"abcd\"", Some(4)),
            ("\"abcd\" ascii wide nocase", Some(8)),
            ("\"abcd\" xor", Some(4)),
            ("\"abcd\" base64", None),
            ("/abcd/", None),
            ("{ 01 ?? ~03 0? }", Some(4)),
            ("{ 01 [2-6] 02 }", Some(8)),
            ("{ 01 [2-] 02 }", None),
            ("{ 01 ( 02 | 03 [1-3] 04 ) 05 }", Some(7)),
        ] {
            assert_eq!(reached(string), wanted, "{string}");
        }
    }
}
