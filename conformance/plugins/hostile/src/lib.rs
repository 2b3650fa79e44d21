//! A plugin that misbehaves in the way its setting `mode` names. The host must contain every one.
//!
//! It implements the bindings itself: the SDK would refuse most of these answers.

pub mod answer;
pub mod describe;
pub mod mode;
pub mod resource;

#[cfg(target_arch = "wasm32")]
mod export {
    #![allow(
        unsafe_code,
        reason = "the exported functions follow the component ABI"
    )]

    use std::cell::Cell;

    use merlon_sdk::bindings::exports::merlon::plugin::detector::{
        Batch, Finding, Guest, Manifest,
    };

    use crate::mode::Mode;

    thread_local! {
        static MODE: Cell<Mode> = const { Cell::new(Mode::Well) };
    }

    struct Hostile;

    impl Guest for Hostile {
        fn describe(settings: String) -> Result<Manifest, String> {
            let mode = Mode::of_settings(&settings)?;
            MODE.set(mode);
            crate::describe::describe(mode)
        }

        fn evaluate(batch: Batch) -> Result<Vec<Finding>, String> {
            crate::answer::evaluate(MODE.get(), &batch)
        }
    }

    merlon_sdk::bindings::export!(Hostile with_types_in merlon_sdk::bindings);
}
