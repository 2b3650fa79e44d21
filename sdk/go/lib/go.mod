module merlon.dev/merlon

go 1.24
