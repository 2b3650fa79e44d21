package runtime

import (
	"bytes"
	"runtime"
	"testing"
	"unsafe"
)

// arrive is what the host does: it asks for memory and writes into it.
func arrive(size int, fill byte) []byte {
	if size == 0 {
		return nil
	}
	place := cabiRealloc(nil, 0, 1, uintptr(size))
	text := unsafe.Slice((*byte)(place), size)
	copy(text, bytes.Repeat([]byte{fill}, size))
	return text
}

func TestWhatArrivedStaysAsLongAsItIsReferredTo(t *testing.T) {
	type arrived struct {
		text []byte
		fill byte
	}
	var all []arrived
	for call := range 50 {
		for n := range 200 {
			size, fill := n*37%3000, byte(call+n)
			all = append(all, arrived{arrive(size, fill), fill})
		}
		Unpin()
		runtime.GC()
	}
	for n, one := range all {
		for _, got := range one.text {
			if got != one.fill {
				t.Fatalf("text %d was overwritten", n)
			}
		}
	}
}

func TestWhatNobodyRefersToIsCollected(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 200 {
		arrive(1<<20, 1)
		for range 1000 {
			arrive(64, 2)
		}
		Unpin()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("%d bytes are kept", grown)
	}
}

func TestMemoryThatGrowsKeepsWhatWasInIt(t *testing.T) {
	text := arrive(10, 7)
	grown := cabiRealloc(unsafe.Pointer(unsafe.SliceData(text)), 10, 1, 5000)
	if !bytes.Equal(unsafe.Slice((*byte)(grown), 10), bytes.Repeat([]byte{7}, 10)) {
		t.Error("the first bytes are others")
	}
}

func TestNothingHasAnAddressThatGoAccepts(t *testing.T) {
	for _, place := range []unsafe.Pointer{cabiRealloc(nil, 0, 8, 0), Allocate(&Pinner{}, 0, 8)} {
		if uintptr(place) < 4096 || uintptr(place)%8 != 0 {
			t.Errorf("nothing is at %p", place)
		}
	}
}
