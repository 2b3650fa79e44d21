//! Any documents as those of a registry: an image is read within the limits, or refused in words.
#![no_main]

#[path = "../support/judge.rs"]
mod judge;
#[path = "../support/registry.rs"]
mod registry;

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use merlon_matching::PatternSet;
use merlon_registry::{Access, HostAccess, Patience, Proxy, RegistryReference, Repositories, Scheme};
use merlon_scanner::{Demand, Limits, Scanner, Silent, Target};

use registry::Registry;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::start);
static REGISTRIES: LazyLock<Repositories> = LazyLock::new(|| {
    Repositories::new(Access {
        hosts: vec![HostAccess {
            host: REGISTRY.host.clone(),
            scheme: Scheme::Http,
            ..HostAccess::default()
        }],
        proxy: Proxy::Direct,
        patience: Patience {
            silence: Duration::from_secs(5),
            retries: 0,
            ..Patience::default()
        },
        ..Access::default()
    })
});
static PATTERNS: LazyLock<PatternSet> = LazyLock::new(PatternSet::empty);

fuzz_target!(|data: &[u8]| {
    REGISTRY.fill(data);
    let reference = format!("{}/acme/app:1", REGISTRY.host);
    let scanner = Scanner {
        patterns: &PATTERNS,
        judge: &judge::Watching,
        limits: Limits {
            retained: 1 << 10,
            unpacked: 8 << 20,
            entries: 2_000,
            paths: 1_000,
            document: 64 << 10,
            layers: 16,
            ..Limits::default()
        },
        demand: Demand::All,
        platform: Some("linux/amd64".to_owned()),
        jobs: 2,
        registries: &REGISTRIES,
        memory: None,
        progress: &Silent,
    };
    let reference = RegistryReference::of_image(&reference).unwrap();
    match scanner.scan(&Target::Registry(reference)) {
        Ok(stats) => assert!(stats.bytes <= 8 << 20, "{} bytes", stats.bytes),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
