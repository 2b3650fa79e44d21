// Package runtime is the memory that host and plugin hand to each other.
//
// What the host writes becomes ordinary memory of Go: texts and lists of a call are views into it, and the
// collector takes it back once nothing refers to it. It moves nothing but stacks, so a reference from elsewhere
// is all that keeps an address valid.
package runtime

import "unsafe"

const (
	// A call brings hundreds of short texts; they share blocks.
	blockBytes = 16 << 10
	// What is larger has a block of its own, so that keeping a text keeps little else.
	sharedBytes = blockBytes / 8
	wordBytes   = 8
)

var (
	// The place of every list without items: an address that is valid and that nobody reads.
	nothing uint64
	// The shared block that is being filled, and how much of it is.
	shared []uint64
	used   int
	// Other blocks that the host has filled and that Go does not refer to yet.
	kept [][]uint64
	// Whatever this has ever referred to is on no stack.
	pinned unsafe.Pointer
)

// A Pinner keeps what the host is given the address of. Go's own does more than is needed here: it was a fifth
// of a call.
type Pinner struct {
	kept []unsafe.Pointer
}

// Pin keeps it where it is until Unpin.
func (p *Pinner) Pin(pointer unsafe.Pointer) {
	pinned = pointer
	p.kept = append(p.kept, pointer)
}

// Unpin lets go of everything.
func (p *Pinner) Unpin() {
	clear(p.kept)
	p.kept = p.kept[:0]
}

// Allocate makes memory that stays where it is until the pinner lets go of it.
func Allocate(pinner *Pinner, size, align uintptr) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(&nothing)
	}
	block := unsafe.Pointer(unsafe.SliceData(words(size)))
	pinner.Pin(block)
	return block
}

// Unpin says that everything the host wrote is referred to by values of Go.
func Unpin() {
	clear(kept)
	kept = kept[:0]
}

//go:wasmexport cabi_realloc
func cabiRealloc(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(&nothing)
	}
	block := unsafe.Pointer(unsafe.SliceData(incoming(size)))
	if oldSize > 0 {
		copy(unsafe.Slice((*byte)(block), size), unsafe.Slice((*byte)(old), oldSize))
	}
	return block
}

func incoming(size uintptr) []uint64 {
	if size > sharedBytes {
		block := words(size)
		kept = append(kept, block)
		return block
	}
	count := int((size + wordBytes - 1) / wordBytes)
	if used+count > len(shared) {
		kept = append(kept, shared)
		shared, used = words(blockBytes), 0
	}
	part := shared[used : used+count]
	used += count
	return part
}

// words is memory for that many bytes; nothing of the interface is aligned to more than eight.
func words(size uintptr) []uint64 {
	return make([]uint64, (size+wordBytes-1)/wordBytes)
}
