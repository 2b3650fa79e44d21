//! One field of every row of a batch.

use crate::bindings::merlon::plugin::types::Column;

/// A text's place in the batch's table; equal symbols are equal texts. 0 is the missing text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol(pub u32);

/// A text column, found once and then read by row without looking up its name again.
#[derive(Debug, Clone, Copy)]
pub struct TextColumn<'a> {
    symbols: &'a [u32],
    strings: &'a [String],
}

impl<'a> TextColumn<'a> {
    pub(crate) fn new(column: Option<&'a Column>, strings: &'a [String]) -> Self {
        let symbols = match column {
            Some(Column::Texts(symbols)) => symbols.as_slice(),
            _ => &[],
        };
        Self { symbols, strings }
    }

    /// The symbol in that row.
    #[must_use]
    pub fn symbol(&self, row: u32) -> Symbol {
        Symbol(self.symbols.get(row as usize).copied().unwrap_or(0))
    }

    /// The text in that row.
    #[must_use]
    pub fn text(&self, row: u32) -> Option<&'a str> {
        text_of(self.strings, self.symbol(row))
    }
}

/// The text of a symbol; the missing value has none.
pub(crate) fn text_of(strings: &[String], symbol: Symbol) -> Option<&str> {
    match symbol {
        Symbol(0) => None,
        Symbol(place) => strings.get(place as usize).map(String::as_str),
    }
}

/// The items of one row of a list column.
pub(crate) fn items_of<'a, T>(ends: &[u32], items: &'a [T], row: u32) -> &'a [T] {
    let row = row as usize;
    let start = match row.checked_sub(1) {
        Some(before) => ends.get(before).copied().unwrap_or(0),
        None => 0,
    };
    let end = ends.get(row).copied().unwrap_or(start);
    items.get(start as usize..end as usize).unwrap_or(&[])
}

pub(crate) fn number_of(column: Option<&Column>, row: u32) -> Option<u64> {
    match column {
        Some(Column::Numbers(numbers)) => numbers.get(row as usize).copied(),
        _ => None,
    }
    .filter(|&number| number != u64::MAX)
}

pub(crate) fn numbers_of(column: Option<&Column>, row: u32) -> &[u64] {
    match column {
        Some(Column::NumberLists(lists)) => items_of(&lists.ends, &lists.items, row),
        _ => &[],
    }
}

pub(crate) fn symbols_of(column: Option<&Column>, row: u32) -> &[u32] {
    match column {
        Some(Column::TextLists(lists)) => items_of(&lists.ends, &lists.items, row),
        _ => &[],
    }
}

pub(crate) fn flag_of(column: Option<&Column>, row: u32) -> Option<bool> {
    match column {
        Some(Column::Flags(flags)) => flags.get(row as usize).copied(),
        _ => None,
    }
    .and_then(|flag| match flag {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    })
}
