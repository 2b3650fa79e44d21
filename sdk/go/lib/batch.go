package merlon

import (
	"iter"
	"slices"

	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
)

// A Batch is events of one subscription, in order. Its texts may be kept: they are ordinary strings, though
// short ones keep alive the 16 KiB that they came in, which strings.Clone avoids.
type Batch struct {
	subscription Subscription
	place        int
	rows         uint32
	strings      []string
	columns      []column
}

// A Row is one event of a batch.
type Row struct {
	batch *Batch
	index uint32
}

// A Symbol is a text's place in the batch: equal symbols are equal texts. 0 is the missing text.
type Symbol uint32

// misuse is a mistake in the plugin that Instance reports in place of an answer.
type misuse string

func (m misuse) Error() string {
	return string(m)
}

func newBatch(raw types.Batch, subscription Subscription) *Batch {
	batch := &Batch{
		subscription: subscription,
		place:        int(raw.Subscription),
		rows:         raw.Rows,
		strings:      raw.Strings,
		columns:      make([]column, len(raw.Columns)),
	}
	for n, one := range raw.Columns {
		batch.columns[n] = newColumn(one)
	}
	return batch
}

// Kind is the kind of its events: process.exec.
func (b *Batch) Kind() string {
	return b.subscription.Kind
}

// Subscription is the place of its subscription in the manifest.
func (b *Batch) Subscription() int {
	return b.place
}

// Fields are the fields that its subscription asks for.
func (b *Batch) Fields() []string {
	return b.subscription.Fields
}

// Len is the number of its rows.
func (b *Batch) Len() int {
	return int(b.rows)
}

// Rows are its events, in order.
func (b *Batch) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for index := range b.rows {
			if !yield(Row{b, index}) {
				return
			}
		}
	}
}

// Symbols is the number of different texts, the missing one included: what is worked out once per text
// fits into a slice of that length.
func (b *Batch) Symbols() int {
	return len(b.strings)
}

// TextOf is the text of a symbol; false for the missing one.
func (b *Batch) TextOf(symbol Symbol) (string, bool) {
	if symbol == missingSymbol || int(symbol) >= len(b.strings) {
		return "", false
	}
	return b.strings[symbol], true
}

func (b *Batch) find(field string) *column {
	place := slices.Index(b.subscription.Fields, field)
	if place < 0 || place >= len(b.columns) {
		return nil
	}
	return &b.columns[place]
}

// column is that field, which must have been asked for and hold what the caller wants.
func (b *Batch) column(field, holds string) *column {
	column := b.find(field)
	if column == nil {
		panic(misuse("the subscription to " + b.Kind() + " does not ask for the field `" + field +
			"`: add it there"))
	}
	if column.holds != holds && !column.isEmpty() {
		panic(misuse("the field `" + field + "` of " + b.Kind() + " is read with " + column.holds +
			", not with " + holds))
	}
	return column
}

// Batch is the batch that the row belongs to.
func (r Row) Batch() *Batch {
	return r.batch
}

// Index is its place in the batch.
func (r Row) Index() int {
	return int(r.index)
}

// Text is a text field; false when the value is missing. Asking for a field that the subscription does not
// ask for, or that is no text, ends the evaluation with an error that says so. So it is with each of the
// following.
func (r Row) Text(field string) (string, bool) {
	return r.batch.TextOf(r.Symbol(field))
}

// TextOr is a text field, or what it is when the value is missing.
func (r Row) TextOr(field, missing string) string {
	if text, ok := r.Text(field); ok {
		return text
	}
	return missing
}

// Symbol is a text field as its symbol.
func (r Row) Symbol(field string) Symbol {
	return r.batch.column(field, ofTexts).symbol(r.index)
}

// Texts is a field that lists texts.
func (r Row) Texts(field string) []string {
	symbols := r.batch.column(field, ofTextLists).symbolsOf(r.index)
	texts := make([]string, len(symbols))
	for n, symbol := range symbols {
		texts[n], _ = r.batch.TextOf(Symbol(symbol))
	}
	return texts
}

// Number is a number field; false when the value is missing.
func (r Row) Number(field string) (uint64, bool) {
	return r.batch.column(field, ofNumbers).number(r.index)
}

// Numbers is a field that lists numbers; the list is the batch's, and is not to be changed.
func (r Row) Numbers(field string) []uint64 {
	return r.batch.column(field, ofNumberLists).numbersOf(r.index)
}

// Flag is a yes-or-no field; known is false when the value is missing.
func (r Row) Flag(field string) (value, known bool) {
	return r.batch.column(field, ofFlags).flag(r.index)
}
