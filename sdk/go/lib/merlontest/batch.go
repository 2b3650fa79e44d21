//go:build !wasip1

package merlontest

import (
	"fmt"
	"math"
	"reflect"

	types "merlon.dev/merlon/internal/bindings/imports/merlon_plugin_types"
)

// texts is the table of one batch; 0 is the missing text.
type texts struct {
	all    []string
	places map[string]uint32
}

func (t *texts) place(text string) uint32 {
	place, ok := t.places[text]
	if !ok {
		place = uint32(len(t.all))
		t.all = append(t.all, text)
		t.places[text] = place
	}
	return place
}

func batchOf(subscription int, fields []string, rows []Row) (types.Batch, error) {
	table := &texts{[]string{""}, map[string]uint32{}}
	batch := types.Batch{Subscription: uint32(subscription), Rows: uint32(len(rows))}
	for _, field := range fields {
		values := make([]any, len(rows))
		for n, row := range rows {
			values[n] = row.value(field)
		}
		column, err := columnOf(values, table)
		if err != nil {
			return batch, fmt.Errorf("the field `%s`: %w", field, err)
		}
		batch.Columns = append(batch.Columns, column)
	}
	batch.Strings = table.all
	return batch, nil
}

func (r Row) value(field string) any {
	if value, ok := r.Fields[field]; ok {
		return value
	}
	if r.Hits == nil {
		return nil
	}
	numbers := make([]uint64, len(r.Hits))
	texts := make([]string, len(r.Hits))
	for n, hit := range r.Hits {
		switch field {
		case "hits":
			return len(r.Hits)
		case "hits.pattern":
			numbers[n] = uint64(hit.Pattern)
		case "hits.offset":
			numbers[n] = hit.Offset
		case "hits.length":
			numbers[n] = uint64(hit.Length)
		case "hits.line":
			numbers[n] = uint64(hit.Line)
		case "hits.column":
			numbers[n] = uint64(hit.Column)
		case "hits.text":
			texts[n] = hit.Text
		case "hits.context":
			texts[n] = hit.Context
		default:
			return nil
		}
	}
	if field == "hits.text" || field == "hits.context" {
		return texts
	}
	return numbers
}

// columnOf is a column of the type of the first value that there is; without one it is empty.
func columnOf(values []any, table *texts) (types.Column, error) {
	for _, value := range values {
		switch value := value.(type) {
		case nil:
		case string:
			return textColumn(values, table)
		case []string:
			return textLists(values, table)
		case []uint64:
			return numberLists(values)
		case bool:
			return flagColumn(values)
		default:
			if _, ok := integer(value); ok {
				return numberColumn(values)
			}
			return types.Column{}, fmt.Errorf("no field holds a %T", value)
		}
	}
	return types.MakeColumnTexts(nil), nil
}

// as is the value, the zero value when it is missing, or an error when it is of another type than the first.
func as[T any](value any) (result T, present bool, err error) {
	if value == nil {
		return result, false, nil
	}
	result, ok := value.(T)
	if !ok {
		return result, false, fmt.Errorf("it holds a %T in one row and a %T in another", result, value)
	}
	return result, true, nil
}

func textColumn(values []any, table *texts) (types.Column, error) {
	symbols := make([]uint32, len(values))
	for n, value := range values {
		text, present, err := as[string](value)
		if err != nil {
			return types.Column{}, err
		}
		if present {
			symbols[n] = table.place(text)
		}
	}
	return types.MakeColumnTexts(symbols), nil
}

func textLists(values []any, table *texts) (types.Column, error) {
	var lists types.TextLists
	for _, value := range values {
		list, _, err := as[[]string](value)
		if err != nil {
			return types.Column{}, err
		}
		for _, text := range list {
			lists.Items = append(lists.Items, table.place(text))
		}
		lists.Ends = append(lists.Ends, uint32(len(lists.Items)))
	}
	return types.MakeColumnTextLists(lists), nil
}

func numberLists(values []any) (types.Column, error) {
	var lists types.NumberLists
	for _, value := range values {
		list, _, err := as[[]uint64](value)
		if err != nil {
			return types.Column{}, err
		}
		lists.Items = append(lists.Items, list...)
		lists.Ends = append(lists.Ends, uint32(len(lists.Items)))
	}
	return types.MakeColumnNumberLists(lists), nil
}

func flagColumn(values []any) (types.Column, error) {
	const no, yes, missing = 0, 1, 2
	flags := make([]uint8, len(values))
	for n, value := range values {
		flag, present, err := as[bool](value)
		switch {
		case err != nil:
			return types.Column{}, err
		case !present:
			flags[n] = missing
		case flag:
			flags[n] = yes
		default:
			flags[n] = no
		}
	}
	return types.MakeColumnFlags(flags), nil
}

func numberColumn(values []any) (types.Column, error) {
	numbers := make([]uint64, len(values))
	for n, value := range values {
		number, ok := integer(value)
		switch {
		case value == nil:
			number = math.MaxUint64
		case !ok:
			return types.Column{}, fmt.Errorf("it holds a number in one row and a %T in another", value)
		}
		numbers[n] = number
	}
	return types.MakeColumnNumbers(numbers), nil
}

func integer(value any) (uint64, bool) {
	switch number := reflect.ValueOf(value); {
	case number.CanUint():
		return number.Uint(), true
	case number.CanInt():
		return uint64(number.Int()), number.Int() >= 0
	default:
		return 0, false
	}
}
