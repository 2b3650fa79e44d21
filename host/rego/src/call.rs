//! Which functions a policy may call.

use crate::builtins;

/// Builtins that would make the answer depend on something else than the object, the settings and the
/// inventory.
const REFUSED: [(&str, &str); 9] = [
    (
        "http.send",
        "a policy has no network: let the answer come in through settings or the inventory",
    ),
    ("net.lookup_ip_addr", "a policy has no network"),
    (
        "opa.runtime",
        "a policy does not see the machine it runs on",
    ),
    ("rand.intn", "a policy gives the same answer every time"),
    ("uuid.rfc4122", "a policy gives the same answer every time"),
    (
        "time.now_ns",
        "a policy gives the same answer every time, a replay included",
    ),
    (
        "graph.reachable_paths",
        "the number of paths has no bound: use graph.reachable",
    ),
    (
        "rego.parse_module",
        "policies are parsed once, when they are loaded",
    ),
    (
        "external_data",
        "a policy has no network: let the answer come in through the inventory",
    ),
];

/// Why a function that no file defines cannot be called with so many arguments.
pub(crate) fn check(name: &str, arguments: usize) -> Result<(), String> {
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        return Err(format!("`{name}` is not available: {why}"));
    }
    if name == "print" {
        return Ok(()); // any number of arguments; it is dropped before evaluation
    }
    if name == "walk" && arguments == 1 {
        return Err(
            "`walk` gives its pairs to a second argument: `walk(x, [path, value])`".to_owned(),
        );
    }
    let Some(arity) = builtins::arity(name) else {
        return Err(format!(
            "no function `{name}`: neither a file of the ruleset nor the engine defines it"
        ));
    };
    // One more is the place of the result: `split(x, "/", parts)`.
    if arguments == arity || arguments == arity + 1 && builtins::is_stock(name) {
        Ok(())
    } else {
        Err(format!(
            "`{name}` takes {arity} arguments, {arguments} are given"
        ))
    }
}
