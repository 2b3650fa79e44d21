//! `sprintf` as Go's `fmt.Sprintf`, on the types that OPA hands to it: whole numbers, floats, booleans,
//! and everything else as text.

use std::iter::Peekable;
use std::str::Chars;

use regorus::Value;

use super::float::{go_exponent, shortest, significant};
use super::{Tools, text};
use crate::budget::Budget;

const NAME: &str = "sprintf";
/// Go's own bound of widths and precisions.
const WIDEST: usize = 1_000_000;

enum Argument {
    Int(i128),
    /// A number that no Go integer holds.
    Big(String),
    Float(f64),
    Bool(bool),
    Text(String),
}

#[derive(Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "these are Go's flags: each stands or does not, independently"
)]
struct Verb {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

pub(super) fn sprintf(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    let (Some(format), Some(Value::Array(values))) = (text(arguments.first()), arguments.get(1))
    else {
        return Ok(Value::Undefined);
    };
    let mut printer = Printer {
        budget: &tools.budget,
        values: values.as_slice(),
        next: 0,
        reordered: false,
        result: String::new(),
    };
    tools.budget.spend(NAME, format.len())?;
    printer.print(format)?;
    Ok(Value::from(printer.result))
}

struct Printer<'a> {
    budget: &'a Budget,
    values: &'a [Value],
    next: usize,
    reordered: bool,
    result: String,
}

impl Printer<'_> {
    fn print(&mut self, format: &str) -> anyhow::Result<()> {
        let mut chars = format.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '%' {
                self.result.push(c);
                continue;
            }
            let mut verb = self.verb(&mut chars)?;
            match chars.next() {
                None => self.result.push_str("%!(NOVERB)"),
                Some('%') => self.result.push('%'),
                Some(letter) => match self.take()? {
                    Some(argument) => self.one(&mut verb, letter, &argument)?,
                    None => self.result.push_str(&format!("%!{letter}(MISSING)")),
                },
            }
        }
        if self.reordered || self.next >= self.values.len() {
            return Ok(());
        }
        self.result.push_str("%!(EXTRA ");
        let mut separator = "";
        while let Some(argument) = self.take()? {
            let described = described(&argument);
            self.budget.spend(NAME, described.len())?;
            self.result.push_str(separator);
            self.result.push_str(&described);
            separator = ", ";
        }
        self.result.push(')');
        Ok(())
    }

    /// Flags, index, width and precision.
    fn verb(&mut self, chars: &mut Peekable<Chars<'_>>) -> anyhow::Result<Verb> {
        let mut verb = Verb::default();
        while let Some(flag) = chars.next_if(|c| "-+# 0".contains(*c)) {
            match flag {
                '-' => verb.minus = true,
                '+' => verb.plus = true,
                '#' => verb.sharp = true,
                ' ' => verb.space = true,
                _ => verb.zero = true,
            }
        }
        self.index(chars);
        if let Some(width) = self.amount(chars)? {
            verb.minus |= width < 0;
            verb.width = usize::try_from(width.unsigned_abs()).unwrap_or(WIDEST);
        }
        if chars.next_if_eq(&'.').is_some() {
            self.index(chars);
            let precision = self.amount(chars)?.unwrap_or(0);
            verb.precision = usize::try_from(precision).ok();
        }
        self.index(chars);
        verb.width = verb.width.min(WIDEST);
        verb.precision = verb.precision.map(|precision| precision.min(WIDEST));
        self.budget
            .spend(NAME, verb.width + verb.precision.unwrap_or(0))?;
        Ok(verb)
    }

    /// `[2]`: the next argument is the second.
    fn index(&mut self, chars: &mut Peekable<Chars<'_>>) {
        if chars.next_if_eq(&'[').is_some() {
            let digits = chars.by_ref().take_while(|c| *c != ']').collect::<String>();
            self.reordered = true;
            self.next = digits
                .parse::<usize>()
                .ok()
                .and_then(|place| place.checked_sub(1))
                .unwrap_or(usize::MAX);
        }
    }

    /// Digits, or `*` for the next argument.
    fn amount(&mut self, chars: &mut Peekable<Chars<'_>>) -> anyhow::Result<Option<i64>> {
        if chars.next_if_eq(&'*').is_some() {
            return Ok(match self.take()? {
                Some(Argument::Int(amount)) => i64::try_from(amount).ok(),
                _ => None,
            });
        }
        let mut amount = None;
        while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
            chars.next();
            let tens = amount.unwrap_or(0_i64).saturating_mul(10);
            amount = Some(tens.saturating_add(i64::from(digit)));
        }
        Ok(amount)
    }

    fn take(&mut self) -> anyhow::Result<Option<Argument>> {
        let Some(value) = self.values.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        argument(value, self.budget).map(Some)
    }

    fn one(&mut self, verb: &mut Verb, letter: char, argument: &Argument) -> anyhow::Result<()> {
        let formatted = match (letter, argument) {
            ('T', argument) => Some(verb.padded(type_name(argument))),
            ('v' | 'd', Argument::Int(number)) => Some(verb.integer(*number, 10, letter)),
            ('b', Argument::Int(number)) => Some(verb.integer(*number, 2, letter)),
            ('o', Argument::Int(number)) => Some(verb.integer(*number, 8, letter)),
            ('x' | 'X', Argument::Int(number)) => Some(verb.integer(*number, 16, letter)),
            ('c', Argument::Int(number)) => Some(verb.padded(&character(*number).to_string())),
            ('q', Argument::Int(number)) => Some(verb.padded(&format!("{:?}", character(*number)))),
            ('U', Argument::Int(number)) => Some(verb.padded(&format!("U+{number:04X}"))),
            ('v' | 'd', Argument::Big(number)) => Some(verb.number(number)),
            ('v', Argument::Float(number)) => Some(verb.number(&shortest(*number, 21))),
            ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Argument::Float(number)) => {
                Some(verb.float(*number, letter))
            }
            ('v' | 't', Argument::Bool(flag)) => Some(verb.padded(&flag.to_string())),
            ('v', Argument::Text(text)) if verb.sharp => Some(verb.padded(&quoted(text))),
            ('v' | 's', Argument::Text(text)) => Some(verb.padded(verb.cut(text))),
            ('q', Argument::Text(text)) => Some(verb.padded(&quoted(verb.cut(text)))),
            ('x' | 'X', Argument::Text(text)) => Some(verb.padded(&hex(verb.cut(text), letter))),
            _ => None,
        };
        let formatted = formatted.unwrap_or_else(|| format!("%!{letter}({})", described(argument)));
        self.budget.spend(NAME, formatted.len())?;
        self.result.push_str(&formatted);
        Ok(())
    }
}

impl Verb {
    fn cut<'t>(&self, text: &'t str) -> &'t str {
        let end = self
            .precision
            .and_then(|precision| text.char_indices().nth(precision));
        end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
    }

    fn padded(&self, text: &str) -> String {
        let pad = " ".repeat(self.width.saturating_sub(text.chars().count()));
        if self.minus {
            format!("{text}{pad}")
        } else {
            format!("{pad}{text}")
        }
    }

    /// A number as text, with sign and zeros.
    fn number(&self, digits: &str) -> String {
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None if self.plus => ("+", digits),
            None if self.space => (" ", digits),
            None => ("", digits),
        };
        let missing = self
            .width
            .saturating_sub(sign.len() + digits.chars().count());
        if self.zero && !self.minus {
            format!("{sign}{}{digits}", "0".repeat(missing))
        } else {
            self.padded(&format!("{sign}{digits}"))
        }
    }

    fn integer(&self, number: i128, base: u32, letter: char) -> String {
        let magnitude = number.unsigned_abs();
        let digits = match (base, letter) {
            (2, _) => format!("{magnitude:b}"),
            (8, _) => format!("{magnitude:o}"),
            (16, 'X') => format!("{magnitude:X}"),
            (16, _) => format!("{magnitude:x}"),
            _ => magnitude.to_string(),
        };
        let prefix = match (base, letter) {
            _ if !self.sharp => "",
            (2, _) => "0b",
            (8, _) => "0",
            (16, 'X') => "0X",
            (16, _) => "0x",
            _ => "",
        };
        let zeros = "0".repeat(self.precision.unwrap_or(0).saturating_sub(digits.len()));
        let sign = if number < 0 { "-" } else { "" };
        self.number(&format!("{sign}{prefix}{zeros}{digits}"))
    }

    fn float(&self, number: f64, letter: char) -> String {
        // More digits than a float has are zeros: Go prints at most this many before it pads.
        let precision = self.precision.unwrap_or(6).min(1_100);
        let formatted = match letter {
            'f' | 'F' => format!("{number:.precision$}"),
            'e' | 'E' => go_exponent(&format!("{number:.precision$e}")),
            _ => self.precision.map_or_else(
                || shortest(number, 21),
                |precision| significant(number, precision.clamp(1, 1_100)),
            ),
        };
        if letter.is_ascii_uppercase() {
            self.number(&formatted.to_ascii_uppercase())
        } else {
            self.number(&formatted)
        }
    }
}

fn argument(value: &Value, budget: &Budget) -> anyhow::Result<Argument> {
    Ok(match value {
        Value::String(text) => {
            budget.spend(NAME, text.len())?;
            Argument::Text(text.to_string())
        }
        Value::Bool(flag) => Argument::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Argument::Int(whole.into()),
            (None, Some(float)) if float.is_finite() => {
                budget.spend(NAME, 512)?;
                let text = value.to_string();
                if text.contains(['.', 'e']) {
                    Argument::Float(float)
                } else {
                    Argument::Big(text)
                }
            }
            _ => return Err(budget.refuse(NAME, "the number is too long")),
        },
        other => {
            let mut text = String::new();
            describe(other, budget, &mut text)?;
            Argument::Text(text)
        }
    })
}

/// As OPA writes a term: `{"a": [1, 2]}`, and a set in braces.
fn describe(value: &Value, budget: &Budget, result: &mut String) -> anyhow::Result<()> {
    match value {
        Value::Array(items) => list(items.iter(), ["[", "]"], budget, result),
        Value::Set(items) if items.is_empty() => {
            result.push_str("set()");
            budget.spend(NAME, 5)
        }
        Value::Set(items) => list(items.iter_sorted(), ["{", "}"], budget, result),
        Value::Object(fields) => {
            result.push('{');
            for (place, (key, item)) in fields.iter_sorted().enumerate() {
                result.push_str(if place > 0 { ", " } else { "" });
                describe(key, budget, result)?;
                result.push_str(": ");
                describe(item, budget, result)?;
                budget.spend(NAME, 4)?;
            }
            result.push('}');
            budget.spend(NAME, 2)
        }
        Value::String(text) => {
            budget.spend(NAME, text.len() + 2)?;
            result.push_str(&quoted(text));
            Ok(())
        }
        Value::Number(number) if number.as_f64().is_none_or(f64::is_infinite) => {
            Err(budget.refuse(NAME, "the number is too long"))
        }
        simple => {
            let text = simple.to_string();
            // A digit takes longer to print than a byte of a text.
            budget.spend(NAME, text.len() + 16)?;
            result.push_str(&text);
            Ok(())
        }
    }
}

fn list<'v>(
    items: impl Iterator<Item = &'v Value>,
    [open, close]: [&str; 2],
    budget: &Budget,
    result: &mut String,
) -> anyhow::Result<()> {
    result.push_str(open);
    for (place, item) in items.enumerate() {
        result.push_str(if place > 0 { ", " } else { "" });
        describe(item, budget, result)?;
        budget.spend(NAME, 2)?;
    }
    result.push_str(close);
    budget.spend(NAME, 2)
}

fn type_name(argument: &Argument) -> &'static str {
    match argument {
        Argument::Int(_) => "int",
        Argument::Big(_) => "*big.Int",
        Argument::Float(_) => "float64",
        Argument::Bool(_) => "bool",
        Argument::Text(_) => "string",
    }
}

/// `int=5`, as Go shows an argument that the verb does not fit.
fn described(argument: &Argument) -> String {
    let value = match argument {
        Argument::Int(number) => number.to_string(),
        Argument::Big(number) => number.clone(),
        Argument::Float(number) => shortest(*number, 21),
        Argument::Bool(flag) => flag.to_string(),
        Argument::Text(text) => text.clone(),
    };
    format!("{}={value}", type_name(argument))
}

fn character(number: i128) -> char {
    u32::try_from(number)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn hex(text: &str, letter: char) -> String {
    let digits = text.bytes().map(|byte| match letter {
        'X' => format!("{byte:02X}"),
        _ => format!("{byte:02x}"),
    });
    digits.collect()
}

/// As Go quotes: JSON's escapes and `\a`, `\v`, `\x7f`.
fn quoted(text: &str) -> String {
    let mut result = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => result.extend(['\\', c]),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            '\u{7}' => result.push_str("\\a"),
            '\u{8}' => result.push_str("\\b"),
            '\u{b}' => result.push_str("\\v"),
            '\u{c}' => result.push_str("\\f"),
            c if c.is_ascii_control() => result.push_str(&format!("\\x{:02x}", c as u32)),
            c => result.push(c),
        }
    }
    result.push('"');
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(format: &str, arguments: &str) -> String {
        let arguments = Value::from_json_str(arguments).unwrap();
        match sprintf(
            &Tools::new(std::time::Duration::MAX),
            &[format.into(), arguments],
        )
        .unwrap()
        {
            Value::String(text) => text.to_string(),
            other => other.to_string(),
        }
    }

    #[test]
    fn verbs_print_as_in_go() {
        for (format, arguments, expected) in [
            ("%s and %v", r#"["a", "b"]"#, "a and b"),
            ("%d%%", "[5]", "5%"),
            ("%5d|%-5d|%05d|%+d", "[5, 5, -5, 5]", "    5|5    |-0005|+5"),
            ("%5s|%-5s|%.2s", r#"["ab", "ab", "abc"]"#, "   ab|ab   |ab"),
            ("%q", r#"["a\"b\n"]"#, r#""a\"b\n""#),
            ("%t %v", "[true, false]", "true false"),
            (
                "%T %T %T %T",
                r#"[1, 1.5, "a", true]"#,
                "int float64 string bool",
            ),
            ("%x %X %#x", r#"[255, 255, 255]"#, "ff FF 0xff"),
            ("%x", r#"["hi"]"#, "6869"),
            ("%b %o %c %U", "[5, 8, 65, 65]", "101 10 A U+0041"),
            (
                "%v",
                r#"[{"a": [1, "x", null]}]"#,
                r#"{"a": [1, "x", null]}"#,
            ),
            ("%s", "[5]", "%!s(int=5)"),
            ("%d", r#"["x"]"#, "%!d(string=x)"),
            ("%d %s", "[1]", "1 %!s(MISSING)"),
            ("%d", r#"[1, "b", 2]"#, "1%!(EXTRA string=b, int=2)"),
            ("%", "[]", "%!(NOVERB)"),
            ("%[2]s %[1]s", r#"["a", "b"]"#, "b a"),
            ("%*d", "[4, 7]", "   7"),
            (
                "%.2f %f %e %g",
                "[1.005, 1.5, 1234.5, 1e30]",
                "1.00 1.500000 1.234500e+03 1e+30",
            ),
            ("%v %v", "[1.5, 1e-7]", "1.5 1e-07"),
            ("%.3g %.10g", "[1234.5, 1234.5]", "1.23e+03 1234.5"),
            ("%z", "[1]", "%!z(int=1)"),
        ] {
            assert_eq!(go(format, arguments), expected, "{format}");
        }
    }

    #[test]
    fn a_huge_width_is_paid_for() {
        let tools = Tools::new(std::time::Duration::MAX);
        let format = "%1000000d".repeat(100);
        let values = Value::from(vec![Value::from(1_u64); 100]);
        assert!(sprintf(&tools, &[Value::from(format), values]).is_err());
        assert!(tools.budget.fault().is_some());
    }
}
