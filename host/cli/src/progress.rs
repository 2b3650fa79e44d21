//! A bar on a terminal while bytes are read; nothing anywhere else.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use merlon_scanner::Progress;

/// What the user sees of a long scan.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar on stderr when that is a terminal.
    pub(crate) fn on_terminal() -> Self {
        if !stderr().is_terminal() {
            return Self::hidden();
        }
        let bar = ProgressBar::new(0);
        let shape = "{spinner} {bytes}/{total_bytes} {bytes_per_sec} {wide_bar} {msg:!24}";
        if let Ok(style) = ProgressStyle::with_template(shape) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// No bar: nobody watches, or nobody wants one.
    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::with_draw_target(
            None,
            ProgressDrawTarget::hidden(),
        ))
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn expect(&self, bytes: u64) {
        self.0.inc_length(bytes);
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    fn name(&self, name: &str) {
        self.0.set_message(name.to_owned());
    }
}
