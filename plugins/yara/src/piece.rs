//! What a string of a rule may look like, in the few shapes that matter for what it must contain.

use boreal_parser::hex_string::{Jump, Mask, Token};
use boreal_parser::regex::{
    BracketedClassItem, ClassKind, Node, PerlClass, PerlClassKind, RepetitionKind, RepetitionRange,
};

/// Sets of more bytes than this say too little.
pub(crate) const CHOICES: usize = 16;

/// A part of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// This byte.
    Byte(u8),
    /// One of these bytes; at most [`CHOICES`].
    AnyByte(Vec<u8>),
    /// Any bytes, or none.
    Gap,
    /// One after the other.
    Sequence(Vec<Self>),
    /// One of them.
    Either(Vec<Self>),
    /// Exactly that many times.
    Times(Box<Self>, u32),
}

impl Piece {
    /// A piece that is there at least `times` times.
    fn at_least(self, times: u32) -> Self {
        Self::Sequence(vec![Self::Times(Box::new(self), times), Self::Gap])
    }

    fn of(bytes: impl Iterator<Item = u8>) -> Self {
        let bytes: Vec<u8> = bytes.take(CHOICES + 1).collect();
        match bytes.len() {
            1..=CHOICES => Self::AnyByte(bytes),
            _ => Self::Gap,
        }
    }
}

/// The bytes of a text, one piece each.
pub(crate) fn of_bytes(bytes: &[u8]) -> Piece {
    Piece::Sequence(bytes.iter().map(|&byte| Piece::Byte(byte)).collect())
}

/// A hex string.
pub(crate) fn of_hex(tokens: &[Token]) -> Piece {
    Piece::Sequence(tokens.iter().map(of_token).collect())
}

fn of_token(token: &Token) -> Piece {
    match token {
        Token::Byte(byte) => Piece::Byte(*byte),
        Token::MaskedByte(byte, Mask::Left) => Piece::of((0..16).map(|high| high << 4 | byte)),
        // The parser keeps the high half in the low bits.
        Token::MaskedByte(byte, Mask::Right) => Piece::of((0..16).map(|low| byte << 4 | low)),
        Token::Jump(Jump {
            from: 0,
            to: Some(0),
        }) => Piece::Sequence(Vec::new()),
        Token::MaskedByte(_, Mask::All)
        | Token::NotByte(_)
        | Token::NotMaskedByte(..)
        | Token::Jump(_) => Piece::Gap,
        Token::Alternatives(branches) => {
            Piece::Either(branches.iter().map(|tokens| of_hex(tokens)).collect())
        }
    }
}

/// What characters outside ASCII mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// Their UTF-8 bytes.
    Bytes,
    /// Not known: case or width changes them.
    Unknown,
}

/// A regular expression.
pub(crate) fn of_regex(node: &Node, foreign: Foreign) -> Piece {
    match node {
        Node::Alternation(nodes) => {
            Piece::Either(nodes.iter().map(|node| of_regex(node, foreign)).collect())
        }
        Node::Concat(nodes) => {
            Piece::Sequence(nodes.iter().map(|node| of_regex(node, foreign)).collect())
        }
        Node::Assertion(_) | Node::Empty => Piece::Sequence(Vec::new()),
        Node::Class(class) => Piece::of((0..=u8::MAX).filter(|&byte| in_class(class, byte))),
        Node::Dot => Piece::Gap,
        Node::Literal(literal) => Piece::Byte(literal.byte),
        Node::Char(char) => match foreign {
            Foreign::Bytes => of_bytes(char.c.encode_utf8(&mut [0; 4]).as_bytes()),
            Foreign::Unknown => Piece::Gap,
        },
        Node::Group(node) => of_regex(node, foreign),
        Node::Repetition { node, kind, .. } => repeated(of_regex(node, foreign), kind),
    }
}

fn repeated(piece: Piece, kind: &RepetitionKind) -> Piece {
    match kind {
        RepetitionKind::ZeroOrOne => Piece::Either(vec![piece, Piece::Sequence(Vec::new())]),
        RepetitionKind::ZeroOrMore => Piece::Gap,
        RepetitionKind::OneOrMore => piece.at_least(1),
        RepetitionKind::Range(range) => match *range {
            RepetitionRange::Exactly(times) => Piece::Times(Box::new(piece), times),
            RepetitionRange::AtLeast(times) => piece.at_least(times),
            RepetitionRange::Bounded(times, most) if times == most => {
                Piece::Times(Box::new(piece), times)
            }
            RepetitionRange::Bounded(times, _) => piece.at_least(times),
        },
    }
}

fn in_class(class: &ClassKind, byte: u8) -> bool {
    match class {
        ClassKind::Perl(class) => in_perl(class, byte),
        ClassKind::Bracketed(class) => {
            let holds = |item: &BracketedClassItem| match item {
                BracketedClassItem::Perl(class) => in_perl(class, byte),
                BracketedClassItem::Literal(literal) => literal.byte == byte,
                BracketedClassItem::Range(low, high) => (low.byte..=high.byte).contains(&byte),
            };
            class.items.iter().any(holds) != class.negated
        }
    }
}

fn in_perl(class: &PerlClass, byte: u8) -> bool {
    let holds = match class.kind {
        PerlClassKind::Word => byte.is_ascii_alphanumeric() || byte == b'_',
        PerlClassKind::Space => matches!(byte, b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' '),
        PerlClassKind::Digit => byte.is_ascii_digit(),
    };
    holds != class.negated
}
