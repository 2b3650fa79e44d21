//! What `wit/merlon.wit` looks like from the host; made by the macro, nothing by hand.
#![allow(missing_docs, unused_qualifications, clippy::all, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    imports: { default: trappable },
});
