//! Bars on a terminal while bytes are read; nothing anywhere else.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use merlon_scanner::{Advance, Progress};

const WHOLE: &str = "{spinner} {bytes}/{total_bytes} {bytes_per_sec} {wide_bar} {msg:!24}";
const LAYER: &str = "  {bytes}/{total_bytes} {bytes_per_sec} {wide_bar} {msg:!24}";

/// What the user sees of a long scan.
pub(crate) struct Bar {
    all: MultiProgress,
    whole: ProgressBar,
}

impl Bar {
    /// Bars on stderr when that is a terminal.
    pub(crate) fn on_terminal() -> Self {
        if !stderr().is_terminal() {
            return Self::hidden();
        }
        let all = MultiProgress::new();
        let whole = all.add(bar(WHOLE));
        whole.enable_steady_tick(Duration::from_millis(120));
        Self { all, whole }
    }

    /// No bar: nobody watches, or nobody wants one.
    pub(crate) fn hidden() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let whole = all.add(bar(WHOLE));
        Self { all, whole }
    }

    /// Takes the bars away.
    pub(crate) fn finish(&self) {
        self.whole.finish_and_clear();
    }
}

fn bar(shape: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template(shape) {
        bar.set_style(style);
    }
    bar
}

impl Progress for Bar {
    fn expect(&self, bytes: u64) {
        self.whole.inc_length(bytes);
    }

    fn advance(&self, bytes: u64) {
        self.whole.inc(bytes);
    }

    fn name(&self, name: &str) {
        self.whole.set_message(name.to_owned());
    }

    fn layer(&self, name: &str, bytes: Option<u64>) -> Box<dyn Advance + '_> {
        let own = self.all.add(bar(LAYER));
        own.set_length(bytes.unwrap_or_default());
        own.set_message(name.to_owned());
        Box::new(Layer {
            own,
            whole: self.whole.clone(),
        })
    }
}

/// The bar of one layer; it goes when the layer is read.
struct Layer {
    own: ProgressBar,
    whole: ProgressBar,
}

impl Advance for Layer {
    fn advance(&self, bytes: u64) {
        self.own.inc(bytes);
        self.whole.inc(bytes);
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        self.own.finish_and_clear();
    }
}
