//! The literals of which every match of a declared string contains one, whatever its modifiers.

use boreal_parser::regex::Regex;
use boreal_parser::rule::{VariableDeclaration, VariableDeclarationValue, VariableModifiers};

use crate::base64;
use crate::piece::{self, Foreign, Piece};
use crate::required::{self, LONGEST, Required};

/// Under `xor` one literal becomes up to 256, so it should not be longer than it must.
const XOR_LENGTH: usize = 12;

/// Bytes to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Literal {
    pub(crate) bytes: Vec<u8>,
    pub(crate) case: Case,
}

impl Literal {
    /// Whether it is in the first bytes.
    pub(crate) fn is_within(&self, bytes: &[u8], first: u32) -> bool {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let bytes = bytes.get(..first).unwrap_or(bytes);
        let mut windows = bytes.windows(self.bytes.len().max(1));
        match self.case {
            Case::Same => windows.any(|window| window == self.bytes),
            Case::Any => windows.any(|window| window.eq_ignore_ascii_case(&self.bytes)),
        }
    }
}

/// Whether the case of ASCII letters counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Case {
    Same,
    Any,
}

/// One of these is in every match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cover {
    pub(crate) literals: Vec<Literal>,
    /// How often one is expected, per byte of a typical file.
    pub(crate) rate: f32,
}

/// Nothing when a match need not contain any bytes that are worth looking for.
pub(crate) fn cover(string: &VariableDeclaration) -> Option<Cover> {
    let modifiers = &string.modifiers;
    let case = case(string);
    let required = match &string.value {
        VariableDeclarationValue::HexString(tokens) => required::required(&piece::of_hex(tokens))?,
        VariableDeclarationValue::Regex(regex) => of_regex(regex, modifiers, case)?,
        VariableDeclarationValue::Bytes(text) => of_text(text, modifiers, case)?,
    };
    let literals = required.literals.into_iter();
    Some(Cover {
        literals: literals.map(|bytes| Literal { bytes, case }).collect(),
        rate: required.rate,
    })
}

fn case(string: &VariableDeclaration) -> Case {
    let by_flag = match &string.value {
        VariableDeclarationValue::Regex(regex) => regex.case_insensitive,
        _ => false,
    };
    match by_flag || string.modifiers.nocase {
        true => Case::Any,
        false => Case::Same,
    }
}

fn of_regex(regex: &Regex, modifiers: &VariableModifiers, case: Case) -> Option<Required> {
    let foreign = match modifiers.wide || case == Case::Any {
        true => Foreign::Unknown,
        false => Foreign::Bytes,
    };
    let mut piece = piece::of_regex(&regex.ast, foreign);
    if case == Case::Any {
        lower(&mut piece);
    }
    let narrow = required::required(&piece)?;
    Required::of(widths(modifiers, narrow.literals))
}

/// Bytes that differ in case only become one.
fn lower(piece: &mut Piece) {
    match piece {
        Piece::Byte(byte) => byte.make_ascii_lowercase(),
        Piece::AnyByte(bytes) => {
            bytes.make_ascii_lowercase();
            bytes.sort_unstable();
            bytes.dedup();
        }
        Piece::Gap => {}
        Piece::Sequence(pieces) | Piece::Either(pieces) => pieces.iter_mut().for_each(lower),
        Piece::Times(piece, _) => lower(piece),
    }
}

fn of_text(text: &[u8], modifiers: &VariableModifiers, case: Case) -> Option<Required> {
    let mut text = text.to_vec();
    if case == Case::Any {
        text.make_ascii_lowercase();
    }
    if let Some(range) = modifiers.xor {
        let part = required::rarest_part(&text, XOR_LENGTH);
        let parts = widths(modifiers, vec![part.to_vec()]);
        return Required::of(parts.iter().flat_map(|part| xored(part, range)).collect());
    }
    let Some(base64) = &modifiers.base64 else {
        let part = required::rarest_part(&text, LONGEST);
        return Required::of(widths(modifiers, vec![part.to_vec()]));
    };
    let texts = widths(modifiers, vec![text]).into_iter();
    let encodings = texts.flat_map(|text| base64::encodings(&text, base64.alphabet.as_ref()));
    let parts: Vec<Vec<u8>> = encodings
        .map(|encoding| required::rarest_part(&encoding, LONGEST).to_vec())
        .collect();
    let mut literals = Vec::new();
    if base64.ascii {
        literals.extend(parts.iter().cloned());
    }
    if base64.wide {
        literals.extend(parts.iter().map(|part| widened(part)));
    }
    Required::of(literals)
}

/// As the modifiers `ascii` and `wide` want them.
fn widths(modifiers: &VariableModifiers, literals: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    if !modifiers.wide {
        return literals;
    }
    let wide = literals.iter().map(|literal| widened(literal)).collect();
    match modifiers.ascii {
        true => [literals, wide].concat(),
        false => wide,
    }
}

fn widened(literal: &[u8]) -> Vec<u8> {
    literal.iter().flat_map(|&byte| [byte, 0]).collect()
}

fn xored(literal: &[u8], (from, to): (u8, u8)) -> impl Iterator<Item = Vec<u8>> {
    (from..=to).map(move |key| literal.iter().map(|byte| byte ^ key).collect())
}
