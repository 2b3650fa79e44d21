//! Reads a prefilter. Recursive descent; nesting is bounded, for filters come from plugins.

use memchr::memmem::Finder;
use merlon_model::{Field, FieldType, Kind, field, fields};

use super::{Filter, NumberTest, TextTest};

/// A prefilter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// From 1, in bytes.
    pub column: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Bytes of one filter, and parentheses and `not`s inside each other.
const LONGEST: usize = 16 << 10;
const DEEPEST: u32 = 64;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    kind: Kind,
    depth: u32,
}

pub(super) fn parse(text: &str, kind: Kind) -> Result<Filter, FilterError> {
    let mut parser = Parser {
        text,
        at: 0,
        kind,
        depth: 0,
    };
    if text.len() > LONGEST {
        return parser.fail(format!("a filter has at most {LONGEST} bytes"));
    }
    let filter = parser.or()?;
    parser.space();
    if parser.at < text.len() {
        return parser.fail("`and`, `or` or the end is expected");
    }
    Ok(filter)
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, FilterError> {
        Err(FilterError {
            column: self.at + 1,
            message: message.into(),
        })
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes a mark if it is next.
    fn mark(&mut self, mark: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    /// The next word, not taken.
    fn word(&mut self) -> &'a str {
        self.space();
        let rest = self.rest();
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = self.word() == keyword;
        if found {
            self.at += keyword.len();
        }
        found
    }

    fn deeper(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail(format!("more than {DEEPEST} conditions inside each other"));
        }
        Ok(())
    }

    fn or(&mut self) -> Result<Filter, FilterError> {
        self.deeper()?;
        let mut left = self.and()?;
        while self.keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, FilterError> {
        let mut left = self.not()?;
        while self.keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Filter, FilterError> {
        if self.keyword("not") {
            self.deeper()?;
            let inner = self.not()?;
            self.depth -= 1;
            return Ok(Filter::Not(Box::new(inner)));
        }
        if self.mark("(") {
            let inner = self.or()?;
            if !self.mark(")") {
                return self.fail("`)` is expected");
            }
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, FilterError> {
        let name = self.word();
        let Some(field) = field(self.kind, name) else {
            return self.fail(self.unknown(name));
        };
        self.at += name.len();
        if self.keyword("exists") {
            return Ok(Filter::Exists(field));
        }
        self.space();
        let place = self.at;
        let operator = self.operator()?;
        if operator == "!=" {
            return Ok(Filter::Not(Box::new(self.compare(field, "==", place)?)));
        }
        self.compare(field, operator, place)
    }

    fn unknown(&self, name: &str) -> String {
        let kind = self.kind.name();
        if name.is_empty() {
            return "the name of a field is expected".to_owned();
        }
        let names = fields(self.kind).iter().map(|field| field.name);
        let similar = merlon_yaml::did_you_mean(name, names);
        let hint = similar.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
        format!("{kind} has no field `{name}`{hint}")
    }

    fn operator(&mut self) -> Result<&'static str, FilterError> {
        for mark in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.mark(mark) {
                return Ok(mark);
            }
        }
        for word in ["in", "startswith", "endswith", "contains"] {
            if self.keyword(word) {
                return Ok(word);
            }
        }
        self.fail("an operator is expected: == != < <= > >= in startswith endswith contains exists")
    }

    fn compare(
        &mut self,
        field: &'static Field,
        operator: &'static str,
        place: usize,
    ) -> Result<Filter, FilterError> {
        let wrong = |what: &str| FilterError {
            column: place + 1,
            message: format!(
                "`{}` is {what} and cannot be compared with `{operator}`",
                field.name
            ),
        };
        match field.field_type {
            FieldType::Text | FieldType::TextList => {
                let test = match operator {
                    "==" => TextTest::Equals(self.quoted(field)?),
                    "startswith" => TextTest::StartsWith(self.quoted(field)?),
                    "endswith" => TextTest::EndsWith(self.quoted(field)?),
                    "contains" => {
                        let finder = Finder::new(self.quoted(field)?.as_bytes()).into_owned();
                        TextTest::Contains(Box::new(finder))
                    }
                    "in" => TextTest::In(self.quoted_list(field)?),
                    _ => return Err(wrong("text")),
                };
                Ok(Filter::Text(field, test))
            }
            FieldType::Number | FieldType::NumberList => {
                let test = match operator {
                    "==" => NumberTest::Equals,
                    "<" => NumberTest::Less,
                    "<=" => NumberTest::LessOrEqual,
                    ">" => NumberTest::Greater,
                    ">=" => NumberTest::GreaterOrEqual,
                    _ => return Err(wrong("a number")),
                };
                Ok(Filter::Number(field, test, self.number(field)?))
            }
            FieldType::Flag if operator == "==" => {
                let wanted = self.keyword("true");
                if !wanted && !self.keyword("false") {
                    return self.fail(format!(
                        "`{}` is a flag: true or false is expected",
                        field.name
                    ));
                }
                Ok(Filter::Flag(field, wanted))
            }
            FieldType::Flag => Err(wrong("a flag")),
        }
    }

    fn number(&mut self, field: &Field) -> Result<u64, FilterError> {
        let word = self.word();
        match word.parse() {
            Ok(number) => {
                self.at += word.len();
                Ok(number)
            }
            Err(_) => self.fail(format!("`{}` is a number: digits are expected", field.name)),
        }
    }

    fn quoted(&mut self, field: &Field) -> Result<String, FilterError> {
        self.space();
        let Some(rest) = self.rest().strip_prefix('"') else {
            return self.fail(format!(
                "`{}` is text: a quoted text is expected",
                field.name
            ));
        };
        let mut text = String::new();
        let mut chars = rest.char_indices();
        while let Some((place, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += place + 2;
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    _ => return self.fail("only \\\" and \\\\ may follow a backslash"),
                },
                _ => text.push(c),
            }
        }
        self.fail("the text is not closed")
    }

    fn quoted_list(&mut self, field: &Field) -> Result<Vec<String>, FilterError> {
        if !self.mark("(") {
            return self.fail("`(` is expected: in (\"a\", \"b\")");
        }
        let mut list = vec![self.quoted(field)?];
        while self.mark(",") {
            list.push(self.quoted(field)?);
        }
        if !self.mark(")") {
            return self.fail("`,` or `)` is expected");
        }
        Ok(list)
    }
}
