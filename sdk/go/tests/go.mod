module merlon.dev/merlon/tests

go 1.24

require merlon.dev/merlon v0.0.0

replace merlon.dev/merlon => ../lib
