//! A loaded plugin: instances that are reused while they behave, counters, and backoff when they do not.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use merlon_artifact::Ruleset;
use merlon_model::Event;

use crate::answer::{self, Answer};
use crate::batch;
use crate::bindings::PluginPre;
use crate::bindings::exports::merlon::plugin::detector::Finding as Raw;
use crate::call::Call;
use crate::capability::log::LogLine;
use crate::capability::state::StateStore;
use crate::described::Described;
use crate::error::{Fault, LoadError};
use crate::instance::{Instance, Logged};
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::runtime::PluginSpec;

/// Idle instances kept for reuse: one per worker that may call at the same time.
const IDLE: usize = 8;
/// An instance that takes longer to describe itself is started once, and its callers take turns.
const SLOW: Duration = Duration::from_millis(100);
/// Log lines kept until somebody takes them.
const LOG: usize = 1000;
/// Faults in a row after which a plugin is parked.
const PATIENCE: u32 = 3;
/// First and longest time a plugin stays parked.
const PARK_FIRST: Duration = Duration::from_millis(200);
const PARK_LONGEST: Duration = Duration::from_secs(60);

/// What a plugin cost and how often it failed.
#[derive(Debug, Default)]
pub struct Counters {
    /// Calls of `evaluate`.
    pub calls: AtomicU64,
    /// Rows in them.
    pub rows: AtomicU64,
    /// Calls without an answer.
    pub faults: AtomicU64,
    /// Instances made.
    pub instances: AtomicU64,
    /// Nanoseconds of wall time inside calls.
    pub nanos: AtomicU64,
    /// Log lines over the limit.
    pub log_suppressed: AtomicU64,
}

#[derive(Debug, Default)]
struct Health {
    faults_in_a_row: u32,
    parked_until: Option<Instant>,
}

/// What a plugin said about a batch.
#[derive(Debug, Default)]
pub struct Evaluated {
    /// Its answers.
    pub answers: Vec<Answer>,
    /// Rows that it judged by a part of their content, for nobody had kept the rest; and how many of the
    /// first bytes there were.
    pub in_part: Vec<(usize, u64)>,
}

/// A loaded plugin.
pub struct Plugin {
    pre: PluginPre<Call>,
    manifest: Manifest,
    limits: Limits,
    ruleset: Arc<Ruleset>,
    component: blake3::Hash,
    imports: Vec<String>,
    /// Bytes of the largest instance so far.
    memory: AtomicUsize,
    /// Bytes of an instance that was just described.
    fresh_memory: AtomicUsize,
    settings: String,
    /// Present when a second instance costs more than waiting for the first.
    turn: Option<Mutex<()>>,
    state: Arc<StateStore>,
    log: Mutex<Vec<LogLine>>,
    idle: Mutex<Vec<Instance>>,
    health: Mutex<Health>,
    counters: Counters,
}

impl Plugin {
    /// Asks a fresh instance to describe itself.
    pub(crate) fn describe(
        pre: &PluginPre<Call>,
        spec: &PluginSpec<'_>,
    ) -> Result<(Described, Instance), LoadError> {
        let id = spec.ruleset.definition.id.as_str();
        let state = Arc::new(StateStore::default());
        let call = Call::new(spec.limits, Arc::clone(spec.ruleset), state);
        let failed = |source| LoadError::Describe {
            plugin: id.to_string(),
            source,
        };
        let began = Instant::now();
        let mut instance = Instance::start(pre, call).map_err(failed)?;
        let raw = instance.describe(spec.settings).map_err(failed)?;
        let manifest = Manifest::check(raw).map_err(|problems| LoadError::Manifest {
            plugin: id.to_string(),
            problems,
        })?;
        let logged = instance.end();
        Ok((
            Described {
                manifest,
                took: began.elapsed(),
                log: logged.lines,
                log_suppressed: logged.suppressed,
            },
            instance,
        ))
    }

    /// A plugin of which is known what it says about itself; `instance` is the one that said so.
    pub(crate) fn new(
        (pre, imports): (PluginPre<Call>, Vec<String>),
        spec: &PluginSpec<'_>,
        described: Described,
        instance: Option<Instance>,
    ) -> Self {
        let memory = instance.as_ref().map_or(0, Instance::memory);
        let state = instance.as_ref().map(Instance::state);
        Self {
            component: blake3::hash(spec.component),
            imports,
            memory: AtomicUsize::new(memory),
            fresh_memory: AtomicUsize::new(memory),
            pre,
            manifest: described.manifest,
            limits: spec.limits,
            ruleset: Arc::clone(spec.ruleset),
            settings: spec.settings_again.unwrap_or(spec.settings).to_owned(),
            turn: (described.took > SLOW).then(Mutex::default),
            state: state.unwrap_or_default(),
            log: Mutex::new(described.log),
            counters: Counters {
                instances: AtomicU64::new(u64::from(instance.is_some())),
                log_suppressed: AtomicU64::new(described.log_suppressed),
                ..Counters::default()
            },
            // The instance that described itself holds what it built from its settings.
            idle: Mutex::new(instance.into_iter().collect()),
            health: Mutex::default(),
        }
    }

    /// The same plugin with the state of another one: what was counted outlives a new version. Batches that
    /// the other one still judges go on writing to it.
    #[must_use]
    pub fn with_state_of(mut self, other: &Self) -> Self {
        self.state = Arc::clone(&other.state);
        // The instance that described itself holds the state that it was made with.
        self.idle
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self
    }

    /// What it said about itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The digest of its component.
    #[must_use]
    pub fn component(&self) -> blake3::Hash {
        self.component
    }

    /// The interfaces that its component imports.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// Bytes of linear memory of its largest instance so far.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory.load(Ordering::Relaxed)
    }

    /// What it cost.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Starts an instance, describes it and drops it: what recovery from a fault costs.
    ///
    /// # Errors
    /// As `evaluate`.
    pub fn start_and_drop(&self) -> Result<(), Fault> {
        self.start().map(drop)
    }

    /// Evaluates one batch of one subscription. `ruleset` is the reader of the hits.
    ///
    /// # Errors
    /// A fault: there is no answer for these rows, and `on_fault` decides.
    pub fn evaluate(
        &self,
        place: usize,
        rows: Vec<Event>,
        ruleset: usize,
        inventory: &Arc<[Event]>,
    ) -> Result<Evaluated, Fault> {
        let Some(subscription) = self.manifest.subscriptions.get(place) else {
            return Ok(Evaluated::default());
        };
        self.check_parked()?;
        let count = rows.len();
        let began = Instant::now();
        let encoded = batch::encode(
            u32::try_from(place).unwrap_or(u32::MAX),
            subscription,
            &rows,
            ruleset,
        );
        let answer = self
            .call(&encoded, rows, inventory)
            .and_then(|(raw, not_kept)| {
                let answers = answer::check(raw, count, self.manifest.rules.len(), &self.limits)?;
                let rows = not_kept
                    .into_iter()
                    .filter_map(|(row, kept)| Some((usize::try_from(row).ok()?, kept)));
                Ok(Evaluated {
                    answers,
                    in_part: rows.collect(),
                })
            });
        self.count(count, began.elapsed(), answer.as_ref().err());
        answer
    }

    /// What it logged since the last time.
    #[must_use]
    pub fn take_log(&self) -> Vec<LogLine> {
        std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, logged: Logged) -> BTreeMap<u32, u64> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LOG.saturating_sub(log.len());
        let over = logged.lines.len().saturating_sub(room) as u64;
        log.extend(logged.lines.into_iter().take(room));
        self.counters
            .log_suppressed
            .fetch_add(logged.suppressed + over, Ordering::Relaxed);
        logged.not_kept
    }

    fn call(
        &self,
        encoded: &crate::bindings::exports::merlon::plugin::detector::Batch,
        rows: Vec<Event>,
        inventory: &Arc<[Event]>,
    ) -> Result<(Vec<Raw>, BTreeMap<u32, u64>), Fault> {
        let _turn = self
            .turn
            .as_ref()
            .map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner));
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => self.start()?,
        };
        let answer = instance.evaluate(encoded, rows, Arc::clone(inventory));
        let not_kept = self.keep(instance.end());
        self.memory.fetch_max(instance.memory(), Ordering::Relaxed);
        // An error that the plugin reported in words is an answer of a sound instance; anything else is not.
        if matches!(answer, Ok(_) | Err(Fault::Reported(_))) && !self.is_swollen(&instance) {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE {
                idle.push(instance);
            }
        }
        answer.map(|answer| (answer, not_kept))
    }

    /// Memory of a guest never shrinks. One that leaks is replaced between two calls, before the limit
    /// would cost the answer of one; one that needs that much from the start is kept.
    fn is_swollen(&self, instance: &Instance) -> bool {
        let memory = instance.memory();
        let fresh = self.fresh_memory.load(Ordering::Relaxed);
        memory > self.limits.memory / 4 * 3 && memory > fresh.saturating_mul(2)
    }

    /// A fresh instance must be described again: that is where it reads its settings.
    fn start(&self) -> Result<Instance, Fault> {
        let call = Call::new(
            self.limits,
            Arc::clone(&self.ruleset),
            Arc::clone(&self.state),
        );
        self.counters.instances.fetch_add(1, Ordering::Relaxed);
        let mut instance = Instance::start(&self.pre, call)?;
        instance.describe(&self.settings)?;
        // What it logs here, the first one logged.
        drop(instance.end());
        self.fresh_memory
            .fetch_max(instance.memory(), Ordering::Relaxed);
        Ok(instance)
    }

    fn check_parked(&self) -> Result<(), Fault> {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        match health.parked_until {
            Some(until) if until > Instant::now() => Err(Fault::Parked {
                faults: health.faults_in_a_row,
                left_ms: until.saturating_duration_since(Instant::now()).as_millis(),
            }),
            _ => Ok(()),
        }
    }

    fn count(&self, rows: usize, time: Duration, fault: Option<&Fault>) {
        let add = |counter: &AtomicU64, n: u64| counter.fetch_add(n, Ordering::Relaxed);
        add(&self.counters.calls, 1);
        add(&self.counters.rows, rows as u64);
        add(
            &self.counters.nanos,
            u64::try_from(time.as_nanos()).unwrap_or(u64::MAX),
        );
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        if fault.is_none() {
            *health = Health::default();
            return;
        }
        add(&self.counters.faults, 1);
        health.faults_in_a_row = health.faults_in_a_row.saturating_add(1);
        if let Some(over) = health.faults_in_a_row.checked_sub(PATIENCE) {
            let park = PARK_FIRST
                .saturating_mul(1 << over.min(16))
                .min(PARK_LONGEST);
            health.parked_until = Some(Instant::now() + park);
        }
    }
}
