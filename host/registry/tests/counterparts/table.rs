//! Every check on every registry.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::cosign::{
    cosign_signs_and_we_verify, offline_after_a_pull, other_referrers_stand_beside,
    we_sign_and_cosign_verifies,
};
use crate::oras::{
    a_bare_component, a_title_that_leaves_the_ruleset, an_opa_bundle, both_make_the_same_digest,
    oras_pushes_a_directory, oras_pushes_and_we_pull, tags_come_in_pages, we_push_and_oras_pulls,
};
use crate::support::peer::{PEERS, Peer, program};

type Check = fn(&Peer);

const CHECKS: [(&str, &[&str], Check); 12] = [
    ("we push, oras pulls", &["oras"], we_push_and_oras_pulls),
    ("oras pushes, we pull", &["oras"], oras_pushes_and_we_pull),
    (
        "oras pushes a directory, we pull",
        &["oras"],
        oras_pushes_a_directory,
    ),
    (
        "both make the same digest",
        &["oras"],
        both_make_the_same_digest,
    ),
    (
        "a title out of the ruleset",
        &["oras"],
        a_title_that_leaves_the_ruleset,
    ),
    ("a bare component", &["oras"], a_bare_component),
    ("tags in pages", &[], tags_come_in_pages),
    (
        "cosign signs, we verify",
        &["cosign"],
        cosign_signs_and_we_verify,
    ),
    (
        "we sign, cosign verifies",
        &["cosign"],
        we_sign_and_cosign_verifies,
    ),
    (
        "other referrers beside",
        &["cosign", "oras"],
        other_referrers_stand_beside,
    ),
    ("offline after a pull", &["cosign"], offline_after_a_pull),
    ("an OPA bundle", &["oras"], an_opa_bundle),
];

/// Every check on every registry, as a table.
#[test]
fn every_registry_passes_every_check() {
    let peers: Vec<Peer> = PEERS.iter().filter_map(|name| Peer::start(name)).collect();
    let mut failures = Vec::new();
    let names: Vec<String> = peers
        .iter()
        .map(|peer| format!("{:>16}", peer.name))
        .collect();
    println!("{:34}{}", "", names.concat());
    for (name, tools, check) in CHECKS {
        let mut row = format!("{name:34}");
        let missing = tools.iter().find(|tool| program(tool).is_none());
        for peer in &peers {
            let word = match missing {
                Some(tool) => format!("SKIP: {tool}"),
                None => match catch_unwind(AssertUnwindSafe(|| check(peer))) {
                    Ok(()) => String::from("ok"),
                    Err(_) => {
                        failures.push(format!("{name} on {}", peer.name));
                        String::from("FAILED")
                    }
                },
            };
            row.push_str(&format!("{word:>16}"));
        }
        println!("{row}");
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
