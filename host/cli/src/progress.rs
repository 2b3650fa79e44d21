//! A bar on a terminal while bytes are read; nothing anywhere else.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use merlon_scanner::Progress;

/// What the user sees of a long scan.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar on stderr when that is a terminal and the user wants one.
    pub(crate) fn new(hidden: bool) -> Self {
        let bar = ProgressBar::new(0);
        if hidden || !stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        } else {
            let shape = "{spinner} {bytes}/{total_bytes} {bytes_per_sec} {wide_bar} {msg:!24}";
            bar.set_style(
                ProgressStyle::with_template(shape)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self(bar)
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
