package merlon

import (
	"iter"
	"math"
)

// A Hit is one place in a file where one of the plugin's patterns matched. What was not subscribed to is 0 or
// empty.
type Hit struct {
	// The ID of the pattern.
	Pattern uint32
	// First byte of the match in the file.
	Offset uint64
	// Bytes matched.
	Length uint32
	// From 1.
	Line uint32
	// From 1, in bytes.
	Column uint32
	// The first capture group, or the whole match.
	Text string
	// The line around the match.
	Context string
}

// Hits are the hits in the file, in order of their offset. The subscription must ask for hits.pattern; of the
// other hits. fields, what it asks for is filled in.
func (r Row) Hits() iter.Seq[Hit] {
	patterns := r.Numbers("hits.pattern")
	offsets := r.numbers("hits.offset")
	lengths, lines, columns := r.numbers("hits.length"), r.numbers("hits.line"), r.numbers("hits.column")
	texts, contexts := r.symbols("hits.text"), r.symbols("hits.context")
	return func(yield func(Hit) bool) {
		for n := range patterns {
			hit := Hit{
				Pattern: small(patterns, n),
				Offset:  at(offsets, n),
				Length:  small(lengths, n),
				Line:    small(lines, n),
				Column:  small(columns, n),
			}
			hit.Text, _ = r.batch.TextOf(Symbol(at(texts, n)))
			hit.Context, _ = r.batch.TextOf(Symbol(at(contexts, n)))
			if !yield(hit) {
				return
			}
		}
	}
}

func (r Row) numbers(field string) []uint64 {
	if column := r.batch.find(field); column != nil {
		return column.numbersOf(r.index)
	}
	return nil
}

func (r Row) symbols(field string) []uint32 {
	if column := r.batch.find(field); column != nil {
		return column.symbolsOf(r.index)
	}
	return nil
}

func at[T any](items []T, n int) T {
	if n < len(items) {
		return items[n]
	}
	var nothing T
	return nothing
}

func small(numbers []uint64, n int) uint32 {
	return uint32(min(at(numbers, n), math.MaxUint32))
}
