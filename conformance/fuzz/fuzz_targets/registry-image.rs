//! Any documents as those of a registry: an image is read within the limits, or refused in words.
#![no_main]

#[path = "../support/registry.rs"]
mod registry;
#[path = "../support/scanner.rs"]
mod scanner;

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use merlon_registry::{
    Access, HostAccess, Patience, Proxy, RegistryReference, Repositories, Scheme,
};
use merlon_scanner::{Scanner, Target};

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

fuzz_target!(|data: &[u8]| {
    REGISTRY.fill(data);
    let reference = format!("{}/acme/app:1", REGISTRY.host);
    let scanner = Scanner {
        jobs: 2,
        registries: &REGISTRIES,
        ..scanner::within(scanner::limits())
    };
    let reference = RegistryReference::of_image(&reference).unwrap();
    match scanner.scan(&Target::Registry(reference)) {
        Ok(stats) => assert!(stats.bytes <= 8 << 20, "{} bytes", stats.bytes),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
