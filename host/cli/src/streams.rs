//! Lines on stdout and stderr: whoever reads them may go away first.

use std::fmt;
use std::io::{self, ErrorKind, Write};

/// As the standard one, but a closed pipe ends the program in peace (contract section 2).
macro_rules! println {
    ($($text:tt)*) => {
        $crate::streams::line(format_args!($($text)*))
    };
}

/// As the standard one, but what nobody reads is no reason to panic: the exit code has to be right.
macro_rules! eprintln {
    ($($text:tt)*) => {
        $crate::streams::remark(format_args!($($text)*))
    };
}

pub(crate) fn line(text: fmt::Arguments<'_>) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_fmt(text).and_then(|()| out.write_all(b"\n")) {
        let exit = match error.kind() {
            ErrorKind::BrokenPipe => 0,
            _ => 2,
        };
        std::process::exit(exit);
    }
}

pub(crate) fn remark(text: fmt::Arguments<'_>) {
    let mut out = io::stderr().lock();
    // There is no third stream to say on that the second one is gone.
    drop(out.write_fmt(text).and_then(|()| out.write_all(b"\n")));
}
