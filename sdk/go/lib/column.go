package merlon

import (
	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
)

// What a column holds, and the method that reads it.
const (
	ofTexts       = "Text"
	ofTextLists   = "Texts"
	ofNumbers     = "Number"
	ofNumberLists = "Numbers"
	ofFlags       = "Flag"
)

const (
	missingSymbol = 0
	missingNumber = ^uint64(0)
)

// A column is one field of every row. Lists have ends: those of row n are items[ends[n-1]:ends[n]].
type column struct {
	holds   string
	ends    []uint32
	symbols []uint32
	numbers []uint64
	flags   []uint8
}

func newColumn(raw types.Column) column {
	switch raw.Tag() {
	case types.Column_Texts:
		return column{holds: ofTexts, symbols: raw.Texts()}
	case types.Column_TextLists:
		lists := raw.TextLists()
		return column{holds: ofTextLists, ends: lists.Ends, symbols: lists.Items}
	case types.Column_Numbers:
		return column{holds: ofNumbers, numbers: raw.Numbers()}
	case types.Column_NumberLists:
		lists := raw.NumberLists()
		return column{holds: ofNumberLists, ends: lists.Ends, numbers: lists.Items}
	default:
		return column{holds: ofFlags, flags: raw.Flags()}
	}
}

// isEmpty says that no row has a value; merlontest does not know what such a column would hold.
func (c *column) isEmpty() bool {
	return len(c.ends)+len(c.symbols)+len(c.numbers)+len(c.flags) == 0
}

func (c *column) symbol(row uint32) Symbol {
	if int(row) >= len(c.symbols) {
		return missingSymbol
	}
	return Symbol(c.symbols[row])
}

func (c *column) number(row uint32) (uint64, bool) {
	if int(row) >= len(c.numbers) || c.numbers[row] == missingNumber {
		return 0, false
	}
	return c.numbers[row], true
}

func (c *column) flag(row uint32) (value, known bool) {
	if int(row) >= len(c.flags) {
		return false, false
	}
	return c.flags[row] == 1, c.flags[row] < 2
}

func (c *column) symbolsOf(row uint32) []uint32 {
	return itemsOf(c.symbols, c.ends, row)
}

func (c *column) numbersOf(row uint32) []uint64 {
	return itemsOf(c.numbers, c.ends, row)
}

func itemsOf[T any](items []T, ends []uint32, row uint32) []T {
	if int(row) >= len(ends) {
		return nil
	}
	start, end := uint32(0), ends[row]
	if row > 0 {
		start = ends[row-1]
	}
	if start > end || int(end) > len(items) {
		return nil
	}
	return items[start:end:end]
}
