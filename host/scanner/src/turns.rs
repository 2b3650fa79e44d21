//! Layers are read side by side, and judged from the uppermost down: what a container sees of a layer
//! is known when every layer above is listed. Until then its events wait, in bounded memory.
//!
//! The layer whose turn it is holds the shadow of those above and never waits. Layers are begun in the
//! same order, so the one whose turn it is has always been begun: nobody waits for ever.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use merlon_model::Body;

use crate::shadow::{Keys, Names, Paths, Shadow};

/// Where the answer to an event comes from.
pub(crate) enum Answer {
    /// The judge is asked.
    Asked,
    /// The judge said this when it was asked before.
    Remembered(String),
}

/// An event that was not judged yet.
pub(crate) struct Waiting {
    pub(crate) body: Body,
    /// The entry that it is about.
    pub(crate) keys: Keys,
    /// The place of that entry in the layer's listing.
    pub(crate) entry: u32,
    pub(crate) answer: Answer,
    /// Bytes of content that it keeps in memory.
    pub(crate) bytes: usize,
    /// Bytes of memory in all.
    pub(crate) cost: u64,
}

/// A layer that is listed.
#[derive(Default)]
pub(crate) struct Listed {
    /// The layer's place in the image, 0 is the lowest.
    pub(crate) index: u16,
    pub(crate) paths: Paths,
    /// What could not be judged yet.
    pub(crate) events: Vec<Waiting>,
}

/// Whose turn it is; positions count from the uppermost layer, which is 0.
pub(crate) struct Turns {
    pub(crate) names: Names,
    /// Bytes that the layers unpacked to so far.
    pub(crate) spent: Arc<AtomicU64>,
    state: Mutex<State>,
    changed: Condvar,
    waiting: AtomicU64,
    limit: u64,
}

struct State {
    order: Order,
    turn: usize,
    /// Absent while the layer whose turn it is holds it.
    shadow: Option<Shadow>,
    /// Listed before their turn.
    parked: Vec<Option<Listed>>,
}

/// Whether turns are kept.
#[derive(PartialEq, Eq)]
enum Order {
    Kept,
    /// A thread failed in its turn: nobody waits any more, and what hides what is not known.
    Lost,
}

impl Turns {
    /// For an image of so many layers: at most `paths` paths are remembered, and about `limit` bytes
    /// of events wait.
    pub(crate) fn new(layers: usize, paths: usize, limit: u64) -> Self {
        let mut parked = Vec::new();
        parked.resize_with(layers, || None);
        Self {
            names: Names::new(paths),
            spent: Arc::default(),
            state: Mutex::new(State {
                order: Order::Kept,
                turn: 0,
                shadow: Some(Shadow::default()),
                parked,
            }),
            changed: Condvar::new(),
            waiting: AtomicU64::new(0),
            limit,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shadow, when it is this layer's turn.
    pub(crate) fn claim(&self, position: usize) -> Option<Shadow> {
        self.state().claim(position)
    }

    /// Takes room for an event that has to wait. When there is none, it waits for its turn instead, and
    /// gets the shadow.
    pub(crate) fn hold(&self, position: usize, cost: u64) -> Option<Shadow> {
        let before = self.waiting.fetch_add(cost, Ordering::Relaxed);
        if before.saturating_add(cost) <= self.limit {
            return None;
        }
        let mut state = self.state();
        loop {
            if let Some(shadow) = state.claim(position) {
                return Some(shadow);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives back the room of an event.
    pub(crate) fn release(&self, cost: u64) {
        self.waiting.fetch_sub(cost, Ordering::Relaxed);
    }

    /// A layer is listed. When it is its turn, it gets the shadow and its events back to be judged;
    /// otherwise both wait for the layer above.
    pub(crate) fn park(&self, position: usize, listed: Listed) -> Option<(Shadow, Listed)> {
        let mut state = self.state();
        if let Some(shadow) = state.claim(position) {
            return Some((shadow, listed));
        }
        if let Some(place) = state.parked.get_mut(position) {
            *place = Some(listed);
        }
        None
    }

    /// The layer whose turn it was is judged. The next one follows, when it is listed already.
    pub(crate) fn pass(&self, shadow: Shadow) -> Option<(Shadow, Listed)> {
        let mut state = self.state();
        state.turn += 1;
        let turn = state.turn;
        if let Some(listed) = state.parked.get_mut(turn).and_then(Option::take) {
            return Some((shadow, listed));
        }
        state.shadow = Some(shadow);
        self.changed.notify_all();
        None
    }

    /// The thread whose turn it may be fails.
    pub(crate) fn abandon(&self) {
        self.state().order = Order::Lost;
        self.changed.notify_all();
    }

    /// The layers that nobody took any more.
    pub(crate) fn rest(&self) -> Vec<Listed> {
        let mut state = self.state();
        state.parked.iter_mut().filter_map(Option::take).collect()
    }

    /// Some paths were not remembered: visible files may not be.
    pub(crate) fn is_full(&self) -> bool {
        self.state().shadow.as_ref().is_some_and(Shadow::is_full)
    }
}

impl State {
    fn claim(&mut self, position: usize) -> Option<Shadow> {
        match self.order {
            Order::Lost => Some(Shadow::default()),
            Order::Kept if self.turn == position => self.shadow.take(),
            Order::Kept => None,
        }
    }
}
