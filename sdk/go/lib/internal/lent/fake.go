//go:build !wasip1

package lent

var current Host

// Use lends this host's things from now on; merlontest calls it before each batch.
func Use(host Host) {
	current = host
}

func host() Host {
	if current == nil {
		panic("merlon: outside of WebAssembly the host is a test's: start the plugin with merlontest.Start")
	}
	return current
}

func Write(level uint8, line string) {
	host().Write(level, line)
}

func Paths() []string {
	return host().Paths()
}

func File(path string) ([]byte, error) {
	return host().File(path)
}

func Content(row uint32, offset uint64, length uint32) ([]byte, error) {
	return host().Content(row, offset, length)
}

func Ancestors(row uint32) []Ancestor {
	return host().Ancestors(row)
}

func List(kind string) []string {
	return host().List(kind)
}

func Get(row uint32, key string) (string, bool) {
	return host().Get(row, key)
}

func Set(row uint32, key, value string, milliseconds uint64) error {
	return host().Set(row, key, value, milliseconds)
}

func Increment(row uint32, key string, by, milliseconds uint64) (uint64, error) {
	return host().Increment(row, key, by, milliseconds)
}
