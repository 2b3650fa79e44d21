;; WASI preview 1 that reaches nothing: no files, no arguments, no environment, no sockets; a clock that
;; counts its readings, random numbers from a fixed seed. Denied calls are error codes. What is printed
;; goes out by WASI 0.2, whose host decides where it ends.
;;
;; wit-component keeps only what a guest imports, and allows an adapter no data and no table of its own.
(module
  (import "env" "memory" (memory 0))
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $get_stdout (result i32)))
  (import "wasi:cli/stderr@0.2.0" "get-stderr" (func $get_stderr (result i32)))
  (import "wasi:cli/exit@0.2.0" "exit" (func $exit (param $failed i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $print (param $stream i32) (param $bytes i32) (param $length i32) (param $result i32)))

  ;; Error codes.
  (global $BADF i32 (i32.const 8))
  (global $INVAL i32 (i32.const 28))
  (global $IO i32 (i32.const 29))
  (global $NOSYS i32 (i32.const 52))
  (global $SPIPE i32 (i32.const 70))
  (global $NOTCAPABLE i32 (i32.const 76))

  ;; Nanoseconds by which a reading of the clock moves it.
  (global $STEP i64 (i64.const 1000))
  ;; The most bytes that a WASI 0.2 stream takes in one call.
  (global $ROOM i32 (i32.const 4096))

  ;; 2026-01-01T00:00:00Z in nanoseconds, as in the host's WASI 0.2.
  (global $now (mut i64) (i64.const 1767225600000000000))
  (global $seed (mut i64) (i64.const 0))
  ;; Handles of the two streams; 0 is none yet.
  (global $stdout (mut i32) (i32.const 0))
  (global $stderr (mut i32) (i32.const 0))

  (func (export "args_get") (param $pointers i32) (param $texts i32) (result i32)
    (i32.const 0))
  (func (export "args_sizes_get") (param $count i32) (param $bytes i32) (result i32)
    (call $nothing (local.get $count) (local.get $bytes)))
  (func (export "environ_get") (param $pointers i32) (param $texts i32) (result i32)
    (i32.const 0))
  (func (export "environ_sizes_get") (param $count i32) (param $bytes i32) (result i32)
    (call $nothing (local.get $count) (local.get $bytes)))
  (func $nothing (param $count i32) (param $bytes i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $bytes) (i32.const 0))
    (i32.const 0))

  (func (export "clock_res_get") (param $clock i32) (param $result i32) (result i32)
    (if (call $is_no_clock (local.get $clock)) (then (return (global.get $INVAL))))
    (i64.store (local.get $result) (global.get $STEP))
    (i32.const 0))
  (func (export "clock_time_get") (param $clock i32) (param $precision i64) (param $result i32) (result i32)
    (if (call $is_no_clock (local.get $clock)) (then (return (global.get $INVAL))))
    (global.set $now (i64.add (global.get $now) (global.get $STEP)))
    (i64.store (local.get $result) (global.get $now))
    (i32.const 0))
  ;; There are realtime, monotonic, and the two of the process and the thread.
  (func $is_no_clock (param $clock i32) (result i32)
    (i32.gt_u (local.get $clock) (i32.const 3)))

  ;; splitmix64, eight bits of each number.
  (func (export "random_get") (param $bytes i32) (param $length i32) (result i32)
    (local $mixed i64)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $length)))
        (global.set $seed (i64.add (global.get $seed) (i64.const 0x9e3779b97f4a7c15)))
        (local.set $mixed (global.get $seed))
        (local.set $mixed (i64.mul (i64.const 0xbf58476d1ce4e5b9)
          (i64.xor (local.get $mixed) (i64.shr_u (local.get $mixed) (i64.const 30)))))
        (local.set $mixed (i64.mul (i64.const 0x94d049bb133111eb)
          (i64.xor (local.get $mixed) (i64.shr_u (local.get $mixed) (i64.const 27)))))
        (i64.store8 (local.get $bytes) (i64.shr_u (local.get $mixed) (i64.const 33)))
        (local.set $bytes (i32.add (local.get $bytes) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (i32.const 0))

  ;; Only the three standard streams are open.
  (func $is_closed (param $fd i32) (result i32)
    (i32.gt_u (local.get $fd) (i32.const 2)))

  ;; Takes the first bytes only, as a write to a pipe may; callers write the rest again.
  (func (export "fd_write") (param $fd i32) (param $parts i32) (param $count i32) (param $written i32) (result i32)
    (local $length i32)
    (if (i32.ge_u (i32.sub (local.get $fd) (i32.const 1)) (i32.const 2))
      (then (return (global.get $BADF))))
    (block $found
      (loop $next
        (br_if $found (i32.eqz (local.get $count)))
        (local.set $length (i32.load offset=4 (local.get $parts)))
        (br_if $found (local.get $length))
        (local.set $parts (i32.add (local.get $parts) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (i32.store (local.get $written) (i32.const 0))
    (if (i32.eqz (local.get $length)) (then (return (i32.const 0))))
    (if (i32.gt_u (local.get $length) (global.get $ROOM))
      (then (local.set $length (global.get $ROOM))))
    (if (call $write (call $stream (local.get $fd)) (i32.load (local.get $parts)) (local.get $length))
      (then (return (global.get $IO))))
    (i32.store (local.get $written) (local.get $length))
    (i32.const 0))
  (func $stream (param $fd i32) (result i32)
    (if (i32.eq (local.get $fd) (i32.const 1))
      (then
        (if (i32.eqz (global.get $stdout)) (then (global.set $stdout (call $get_stdout))))
        (return (global.get $stdout))))
    (if (i32.eqz (global.get $stderr)) (then (global.set $stderr (call $get_stderr))))
    (global.get $stderr))
  ;; The answer, `result<_, stream-error>` of 12 bytes, needs a place in the guest's memory, of which none
  ;; is ours. So the first bytes of the memory are lent for the time of the call: the host has read what
  ;; is printed by then, and the guest does not run.
  (func $write (param $stream i32) (param $bytes i32) (param $length i32) (result i32)
    (local $first i64) (local $second i32) (local $failed i32)
    (local.set $first (i64.load (i32.const 0)))
    (local.set $second (i32.load offset=8 (i32.const 0)))
    (call $print (local.get $stream) (local.get $bytes) (local.get $length) (i32.const 0))
    (local.set $failed (i32.load8_u (i32.const 0)))
    (i64.store (i32.const 0) (local.get $first))
    (i32.store offset=8 (i32.const 0) (local.get $second))
    (local.get $failed))

  ;; Input is at its end.
  (func (export "fd_read") (param $fd i32) (param $parts i32) (param $count i32) (param $read i32) (result i32)
    (if (local.get $fd) (then (return (global.get $BADF))))
    (i32.store (local.get $read) (i32.const 0))
    (i32.const 0))
  ;; A character device, which may be read from or written to and not sought in: a libc flushes at line ends.
  (func (export "fd_fdstat_get") (param $fd i32) (param $result i32) (result i32)
    (if (call $is_closed (local.get $fd)) (then (return (global.get $BADF))))
    (i64.store (local.get $result) (i64.const 2))
    (i64.store offset=8 (local.get $result)
      (select (i64.const 64) (i64.const 2) (local.get $fd)))
    (i64.store offset=16 (local.get $result) (i64.const 0))
    (i32.const 0))
  (func (export "fd_filestat_get") (param $fd i32) (param $result i32) (result i32)
    (if (call $is_closed (local.get $fd)) (then (return (global.get $BADF))))
    (memory.fill (local.get $result) (i32.const 0) (i32.const 64))
    (i32.store8 offset=16 (local.get $result) (i32.const 2))
    (i32.const 0))
  (func (export "fd_fdstat_set_flags") (param $fd i32) (param $flags i32) (result i32)
    (call $if_open (local.get $fd) (i32.const 0)))
  (func (export "fd_close") (param $fd i32) (result i32)
    (call $if_open (local.get $fd) (i32.const 0)))
  (func (export "fd_seek") (param $fd i32) (param $offset i64) (param $whence i32) (param $result i32) (result i32)
    (call $if_open (local.get $fd) (global.get $SPIPE)))
  (func (export "fd_tell") (param $fd i32) (param $result i32) (result i32)
    (call $if_open (local.get $fd) (global.get $SPIPE)))
  (func $if_open (param $fd i32) (param $answer i32) (result i32)
    (select (global.get $BADF) (local.get $answer) (call $is_closed (local.get $fd))))

  (func (export "fd_advise") (param i32 i64 i64 i32) (result i32) (global.get $BADF))
  (func (export "fd_allocate") (param i32 i64 i64) (result i32) (global.get $BADF))
  (func (export "fd_datasync") (param i32) (result i32) (global.get $BADF))
  (func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32) (global.get $BADF))
  (func (export "fd_filestat_set_size") (param i32 i64) (result i32) (global.get $BADF))
  (func (export "fd_filestat_set_times") (param i32 i64 i64 i32) (result i32) (global.get $BADF))
  (func (export "fd_pread") (param i32 i32 i32 i64 i32) (result i32) (global.get $BADF))
  (func (export "fd_prestat_dir_name") (param i32 i32 i32) (result i32) (global.get $BADF))
  (func (export "fd_prestat_get") (param i32 i32) (result i32) (global.get $BADF))
  (func (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (global.get $BADF))
  (func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (global.get $BADF))
  (func (export "fd_renumber") (param i32 i32) (result i32) (global.get $BADF))
  (func (export "fd_sync") (param i32) (result i32) (global.get $BADF))

  (func (export "path_create_directory") (param i32 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_filestat_get") (param i32 i32 i32 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_filestat_set_times") (param i32 i32 i32 i32 i64 i64 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_readlink") (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_remove_directory") (param i32 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_rename") (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_symlink") (param i32 i32 i32 i32 i32) (result i32) (global.get $NOTCAPABLE))
  (func (export "path_unlink_file") (param i32 i32 i32) (result i32) (global.get $NOTCAPABLE))

  (func (export "sock_accept") (param i32 i32 i32) (result i32) (global.get $BADF))
  (func (export "sock_recv") (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $BADF))
  (func (export "sock_send") (param i32 i32 i32 i32 i32) (result i32) (global.get $BADF))
  (func (export "sock_shutdown") (param i32 i32) (result i32) (global.get $BADF))

  ;; Every event has happened; waiting for a time moves the clock there.
  (func (export "poll_oneoff") (param $waits i32) (param $events i32) (param $count i32) (param $happened i32) (result i32)
    (local $left i32)
    (if (i32.eqz (local.get $count)) (then (return (global.get $INVAL))))
    (local.set $left (local.get $count))
    (loop $next
      (if (i32.eqz (i32.load8_u offset=8 (local.get $waits)))
        (then (call $wait_until (call $end (local.get $waits)))))
      (call $event (local.get $events) (i64.load (local.get $waits)) (i32.load8_u offset=8 (local.get $waits)))
      (local.set $waits (i32.add (local.get $waits) (i32.const 48)))
      (local.set $events (i32.add (local.get $events) (i32.const 32)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $next (local.get $left)))
    (i32.store (local.get $happened) (local.get $count))
    (i32.const 0))
  ;; When a wait for a clock ends: a time, or a time from now.
  (func $end (param $wait i32) (result i64)
    (local $timeout i64)
    (local.set $timeout (i64.load offset=24 (local.get $wait)))
    (if (i32.eqz (i32.and (i32.load16_u offset=40 (local.get $wait)) (i32.const 1)))
      (then (return (i64.add (global.get $now) (local.get $timeout)))))
    (local.get $timeout))
  (func $wait_until (param $time i64)
    (if (i64.gt_u (local.get $time) (global.get $now))
      (then (global.set $now (local.get $time)))))
  (func $event (param $event i32) (param $userdata i64) (param $type i32)
    (memory.fill (local.get $event) (i32.const 0) (i32.const 32))
    (i64.store (local.get $event) (local.get $userdata))
    (i32.store8 offset=10 (local.get $event) (local.get $type)))

  (func (export "proc_exit") (param $code i32)
    (call $exit (i32.ne (local.get $code) (i32.const 0)))
    (unreachable))
  (func (export "proc_raise") (param $signal i32) (result i32) (global.get $NOSYS))
  (func (export "sched_yield") (result i32) (i32.const 0))
)
