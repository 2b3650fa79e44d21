//! One policy file, parsed as Rego v1 or else v0.

use std::num::{NonZeroU32, NonZeroUsize};

use regorus::unstable::{Lexer, Module, NodeRef, Parser, TokenKind};
use regorus::{PolicyLengthConfig, Source};

use crate::error::Problem;

/// Operators that may follow one another: they nest as deep as they are many.
const CHAIN: usize = 256;
/// Tokens that the parser may look at. It tries `{` and `[` as two things and reads what is inside again for
/// the second, so every level doubles it: a table of a mebibyte, four levels deep, has half of this.
const READS: u64 = 8 << 20;
/// As the engine's own limit, for the text as the author wrote it.
const COLUMNS: NonZeroU32 = NonZeroU32::MIN.saturating_add(1023);
/// The text that is evaluated has longer lines: negated calls are rewritten in place.
const REWRITTEN_COLUMNS: NonZeroU32 = NonZeroU32::MIN.saturating_add(65_535);
const LINES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(49_999);

/// The language of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    V0,
    V1,
}

/// A parsed policy file.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) language: Language,
    pub(crate) module: NodeRef<Module>,
}

/// The limits under which the engine reads what [`parse`] returned, once rewritten.
pub(crate) fn lengths(bytes: usize) -> PolicyLengthConfig {
    PolicyLengthConfig {
        max_col: REWRITTEN_COLUMNS,
        max_file_bytes: NonZeroUsize::MIN.saturating_add(bytes.saturating_mul(4)),
        max_lines: LINES,
    }
}

/// Parses `text` as v1, then as v0; the problem of v1 is reported when both fail.
pub(crate) fn parse(path: &str, text: &str, limit: usize) -> Result<Unit, Problem> {
    if text.len() > limit {
        return Err(Problem::new(
            path,
            0,
            format!(
                "the file has {} bytes, the limit is {limit}; split it",
                text.len()
            ),
        ));
    }
    let source = Source::from_contents_with_limits(
        path.to_owned(),
        text.to_owned(),
        NonZeroUsize::MIN.saturating_add(limit),
        LINES,
    )
    .map_err(|error| problem(path, &error))?;
    chains(path, &source)?;
    let (language, module) = match module(&source, Language::V1) {
        Ok(module) => (Language::V1, module),
        Err(first) => match module(&source, Language::V0) {
            Ok(module) => (Language::V0, module),
            Err(_) => return Err(problem(path, &first)),
        },
    };
    Ok(Unit {
        path: path.to_owned(),
        text: text.to_owned(),
        language,
        module: NodeRef::new(module),
    })
}

fn module(source: &Source, language: Language) -> anyhow::Result<Module> {
    let mut parser = Parser::new(source)?;
    parser.set_max_col(COLUMNS);
    if language == Language::V1 {
        parser.enable_rego_v1()?;
    }
    parser.parse()
}

/// Refuses what the parser would take too long for or build too deep: it bounds neither the time that
/// brackets take nor chains of operators, and even dropping a tree of a million levels overflows the
/// stack. A chain ends at `,` `;` and `:=`, and at a line that neither follows nor starts with an operator.
fn chains(path: &str, source: &Source) -> Result<(), Problem> {
    let mut lexer = Lexer::new(source);
    lexer.set_max_col(COLUMNS);
    let (mut length, mut line, mut after_operator) = (0_usize, 0_u32, false);
    let (mut depth, mut reads) = (0_u32, 0_u64);
    loop {
        let Ok(token) = lexer.next_token() else {
            return Ok(()); // the parser reports it better
        };
        let (kind, span) = (&token.0, &token.1);
        if matches!(kind, TokenKind::Eof) {
            return Ok(());
        }
        let text = span.text();
        let symbol = matches!(kind, TokenKind::Symbol);
        let operator = symbol && !matches!(text, "{" | "}" | ")" | "]")
            || matches!(text, "in" | "not" | "else" | "with");
        if matches!(text, "," | ";" | ":=") || span.line != line && !operator && !after_operator {
            length = 0;
        }
        length += usize::from(operator);
        if length > CHAIN {
            let message = format!("more than {CHAIN} operators in one expression; split it");
            return Err(Problem::new(path, span.line, message));
        }
        match text {
            "{" | "[" if symbol => depth += 1,
            "}" | "]" if symbol => depth = depth.saturating_sub(1),
            _ => {}
        }
        reads = reads.saturating_add(1 << depth.min(62));
        if reads > READS {
            let message =
                "too many brackets inside brackets; give the inner ones names of their own";
            return Err(Problem::new(path, span.line, message));
        }
        (line, after_operator) = (span.line, operator);
    }
}

/// The problem that an error of the interpreter tells: `--> file:line:column`, code, `error: message`.
pub(crate) fn problem(path: &str, error: &anyhow::Error) -> Problem {
    let text = error.to_string();
    let mut line = 0;
    let mut file = path.to_owned();
    if let Some(place) = text
        .lines()
        .rev()
        .find_map(|line| line.trim_start().strip_prefix("--> "))
    {
        let mut parts = place.rsplitn(3, ':').skip(1);
        line = parts.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        file = parts.next().unwrap_or(path).to_owned();
    }
    Problem::new(&file, line, reason(&text))
}

/// The reason alone, in one line.
pub(crate) fn reason(text: &str) -> String {
    let reason = text
        .rsplit_once("error: ")
        .map_or(text, |(_, reason)| reason);
    let mut reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = reason.char_indices().nth(400) {
        reason.truncate(end);
    }
    reason
}
