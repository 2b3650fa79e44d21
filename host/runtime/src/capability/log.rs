//! `log`: lines for the operator. Bounded per call; the rest is counted.

use crate::bindings::merlon::plugin::log::{Host, Level};
use crate::call::Call;

/// One line a plugin wrote.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// `debug`, `info`, `warn` or `error`.
    pub level: &'static str,
    /// At most the text limit; control characters replaced, so that a plugin cannot draw on a terminal.
    pub message: String,
}

impl Host for Call {
    fn write(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        self.check_deadline()?;
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        let message = crate::answer::bounded(&message, self.limits.text);
        self.log_line(LogLine { level, message });
        Ok(())
    }
}

impl Call {
    /// Keeps a line, or counts it.
    pub(crate) fn log_line(&mut self, line: LogLine) {
        if self.log.len() < self.limits.log_lines as usize {
            self.log.push(line);
        } else {
            self.log_suppressed += 1;
        }
    }
}
