//! Which files a condition can hold for, as far as their type and size say it. This is all there is to
//! know about a rule that can hold without any of its strings.

use boreal_parser::expression::{
    Expression, ExpressionKind as Kind, Identifier, IdentifierOperationType, ReadIntegerType,
};

use crate::walk;

/// The words of the field `type`, in the order of the bits of [`Types`].
const TYPES: [&str; 6] = ["empty", "text", "script", "elf", "archive", "binary"];

/// A set of types of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    const ALL: Self = Self(0b11_1111);
    const SCRIPT: Self = Self(0b100);
    const ELF: Self = Self(0b1000);
    const ARCHIVE: Self = Self(0b1_0000);
    /// What has no magic of its own; a tar archive may begin with anything.
    const OTHER: Self = Self(0b11_0010);
    /// What has a NUL in its first 4 KiB: PE and .NET, whose header would otherwise begin 16 MiB into the
    /// file.
    const BINARY: Self = Self(0b11_0000);

    fn holds(self, name: &str) -> bool {
        let place = TYPES.iter().position(|known| *known == name);
        // A word this plugin does not know may be anything.
        place.is_none_or(|place| self.0 >> place & 1 == 1)
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        let types = TYPES.iter().enumerate();
        types
            .filter(move |(place, _)| self.0 >> place & 1 == 1)
            .map(|(_, name)| *name)
    }
}

/// A set of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Files {
    types: Types,
    least: u64,
    most: u64,
}

impl Files {
    pub(crate) const ALL: Self = Self {
        types: Types::ALL,
        least: 0,
        most: u64::MAX,
    };
    pub(crate) const NONE: Self = Self {
        types: Types(0),
        least: u64::MAX,
        most: 0,
    };

    pub(crate) fn admit(&self, kind: &str, size: u64) -> bool {
        self.types.holds(kind) && (self.least..=self.most).contains(&size)
    }

    pub(crate) fn are_none(&self) -> bool {
        self.types.0 == 0 || self.least > self.most
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            types: Types(self.types.0 & other.types.0),
            least: self.least.max(other.least),
            most: self.most.min(other.most),
        }
    }

    /// The smallest set of its kind that holds both.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            types: Types(self.types.0 | other.types.0),
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }

    fn of_types(types: Types) -> Self {
        Self { types, ..Self::ALL }
    }

    /// Its types as a list of quoted words.
    pub(crate) fn type_words(&self) -> String {
        let names = self.types.names().map(|name| format!("\"{name}\""));
        names.collect::<Vec<String>>().join(", ")
    }

    /// As a prefilter of the host; nothing for all files.
    pub(crate) fn filter(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.types != Types::ALL {
            parts.push(format!("type in ({})", self.type_words()));
        }
        if self.least > 0 {
            parts.push(format!("size >= {}", self.least));
        }
        if self.most < u64::MAX {
            parts.push(format!("size <= {}", self.most));
        }
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

/// The files that the condition may hold for; `named` are those of other rules.
pub(crate) fn files(condition: &Expression, named: &dyn Fn(&str) -> Option<Files>) -> Files {
    match &condition.expr {
        Kind::And(all) => {
            let parts = all.iter().map(|part| files(part, named));
            parts.fold(Files::ALL, Files::and)
        }
        Kind::Or(all) => {
            let parts = all.iter().map(|part| files(part, named));
            parts.fold(Files::NONE, Files::or)
        }
        Kind::Boolean(false) => Files::NONE,
        Kind::Identifier(identifier) if identifier.operations.is_empty() => {
            named(&identifier.name).unwrap_or(Files::ALL)
        }
        // A field without a value does not hold, and neither does a function that answers 0.
        Kind::Identifier(identifier) if !is_constant(identifier) => {
            Files::of_types(described(identifier))
        }
        kind => compared(kind).and(valued(condition)),
    }
}

fn compared(kind: &Kind) -> Files {
    match kind {
        Kind::Cmp {
            left,
            right,
            less_than,
            can_be_equal,
        } => {
            let slack = i64::from(!can_be_equal);
            match (&left.expr, &right.expr, less_than) {
                (Kind::Filesize, Kind::Integer(most), true)
                | (Kind::Integer(most), Kind::Filesize, false) => {
                    at_most(most.saturating_sub(slack))
                }
                (Kind::Filesize, Kind::Integer(least), false)
                | (Kind::Integer(least), Kind::Filesize, true) => {
                    at_least(least.saturating_add(slack))
                }
                _ => Files::ALL,
            }
        }
        Kind::Eq(left, right) => match (&left.expr, &right.expr) {
            (Kind::Filesize, Kind::Integer(size)) | (Kind::Integer(size), Kind::Filesize) => {
                at_most(*size).and(at_least(*size))
            }
            (Kind::ReadInteger { ty, addr }, Kind::Integer(value))
            | (Kind::Integer(value), Kind::ReadInteger { ty, addr })
                if addr.expr == Kind::Integer(0) =>
            {
                Files::of_types(starting_with(&bytes(*ty, *value)))
            }
            _ => Files::ALL,
        },
        _ => Files::ALL,
    }
}

fn at_most(size: i64) -> Files {
    match u64::try_from(size) {
        Ok(most) => Files { most, ..Files::ALL },
        Err(_) => Files::NONE,
    }
}

fn at_least(size: i64) -> Files {
    let least = u64::try_from(size).unwrap_or(0);
    Files {
        least,
        ..Files::ALL
    }
}

/// The first bytes of a file in which that integer stands at its beginning.
fn bytes(kind: ReadIntegerType, value: i64) -> Vec<u8> {
    use ReadIntegerType as Type;
    let width = match kind {
        Type::Int8 | Type::Uint8 => 1,
        Type::Int16 | Type::Uint16 | Type::Int16BE | Type::Uint16BE => 2,
        Type::Int32 | Type::Uint32 | Type::Int32BE | Type::Uint32BE => 4,
    };
    let mut bytes: Vec<u8> = value.to_le_bytes().into_iter().take(width).collect();
    if matches!(
        kind,
        Type::Int16BE | Type::Uint16BE | Type::Int32BE | Type::Uint32BE
    ) {
        bytes.reverse();
    }
    bytes
}

fn starting_with(start: &[u8]) -> Types {
    let agrees = |magic: &[u8]| magic.iter().zip(start).all(|(a, b)| a == b);
    if start == b"\x7fELF" {
        return Types::ELF;
    }
    if start.starts_with(b"#!") {
        return Types::SCRIPT;
    }
    let mut types = Types::OTHER.0;
    if agrees(b"\x7fELF") {
        types |= Types::ELF.0;
    }
    if agrees(b"#!") {
        types |= Types::SCRIPT.0;
    }
    Types(types | Types::ARCHIVE.0)
}

/// Files for which the fields that a comparison cannot do without have a value.
fn valued(condition: &Expression) -> Files {
    let mut files = Files::ALL;
    walk::indispensable(condition, &mut |part| {
        if let Kind::Identifier(identifier) = &part.expr
            && always_missing_elsewhere(identifier)
        {
            files = files.and(Files::of_types(described(identifier)));
        }
    });
    files
}

/// `is_pe` has the value 0 for other files, and functions may have one.
fn always_missing_elsewhere(identifier: &Identifier) -> bool {
    let calls = |operation: &IdentifierOperationType| {
        matches!(operation, IdentifierOperationType::FunctionCall(_))
    };
    let mut operations = identifier.operations.iter().map(|operation| &operation.op);
    let flag = field(identifier).is_none_or(|name| name.starts_with("is_"));
    !is_constant(identifier) && !flag && !operations.any(calls)
}

/// The constants of modules are upper case and have their value for every file.
fn is_constant(identifier: &Identifier) -> bool {
    field(identifier).is_some_and(|name| name.chars().any(|c| c.is_ascii_uppercase()))
}

fn field(identifier: &Identifier) -> Option<&str> {
    match &identifier.operations.first()?.op {
        IdentifierOperationType::Subfield(name) => Some(name),
        _ => None,
    }
}

/// The files that a module describes.
fn described(identifier: &Identifier) -> Types {
    match identifier.name.as_str() {
        "elf" => Types::ELF,
        "pe" | "dotnet" => Types::BINARY,
        _ => Types::ALL,
    }
}
