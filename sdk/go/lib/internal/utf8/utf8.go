// Package utf8 keeps texts of plugins readable: the interface has no others than valid ones, and an invalid
// one would cost the instance.
package utf8

import "strings"

const replacement = "\uFFFD"

// Valid is the text with runs of bytes that are no UTF-8 replaced.
func Valid(text string) string {
	return strings.ToValidUTF8(text, replacement)
}

// All is Valid of each.
func All(texts []string) []string {
	valid := make([]string, len(texts))
	for n, text := range texts {
		valid[n] = Valid(text)
	}
	return valid
}
