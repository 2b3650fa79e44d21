// Package log writes lines for the operator; they are bounded, and excess is counted. What is printed in
// another way ends there too, at level info. Capability: log.
package log

import (
	"merlon.dev/merlon/internal/lent"
	"merlon.dev/merlon/internal/utf8"
)

const (
	debug uint8 = iota
	info
	warn
	failed
)

// Debug writes what helps to understand the plugin.
func Debug(line string) {
	write(debug, line)
}

// Info writes what is worth knowing.
func Info(line string) {
	write(info, line)
}

// Warn writes what should be looked at.
func Warn(line string) {
	write(warn, line)
}

// Error writes what went wrong.
func Error(line string) {
	write(failed, line)
}

func write(level uint8, line string) {
	lent.Write(level, utf8.Valid(line))
}
