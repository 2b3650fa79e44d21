// Package types holds what the generated bindings build their values from.
package types

const (
	OptionNone uint8 = iota
	OptionSome
)

const (
	ResultOk uint8 = iota
	ResultErr
)

// Unit is the value that says nothing.
type Unit struct{}

// Tuple2 is two values.
type Tuple2[A, B any] struct {
	F0 A
	F1 B
}

// Option is a value or none.
type Option[T any] struct {
	tag   uint8
	value T
}

// None is no value.
func None[T any]() Option[T] {
	return Option[T]{}
}

// Some is a value.
func Some[T any](value T) Option[T] {
	return Option[T]{OptionSome, value}
}

// Tag is OptionNone or OptionSome.
func (o Option[T]) Tag() uint8 {
	return o.tag
}

// Some is the value; without one it panics.
func (o Option[T]) Some() T {
	if o.tag != OptionSome {
		panic("merlon: an option without a value was read")
	}
	return o.value
}

// Get is the value, and whether there is one.
func (o Option[T]) Get() (T, bool) {
	return o.value, o.tag == OptionSome
}

// Result is a value or an error.
type Result[T, E any] struct {
	tag uint8
	ok  T
	err E
}

// Ok is a value.
func Ok[T, E any](value T) Result[T, E] {
	return Result[T, E]{tag: ResultOk, ok: value}
}

// Err is an error.
func Err[T, E any](value E) Result[T, E] {
	return Result[T, E]{tag: ResultErr, err: value}
}

// Tag is ResultOk or ResultErr.
func (r Result[T, E]) Tag() uint8 {
	return r.tag
}

// Ok is the value; that of an error panics.
func (r Result[T, E]) Ok() T {
	if r.tag != ResultOk {
		panic("merlon: the value of an error was read")
	}
	return r.ok
}

// Err is the error; that of a value panics.
func (r Result[T, E]) Err() E {
	if r.tag != ResultErr {
		panic("merlon: the error of a value was read")
	}
	return r.err
}
