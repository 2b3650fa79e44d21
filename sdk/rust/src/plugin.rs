//! The one trait to implement, and the macro that exports it.

use crate::{Batch, Finding, Manifest};

/// A plugin: made from its settings, says what it wants to see, judges what it is shown.
pub trait Plugin: Sized + 'static {
    /// Called once per instance. `settings` is JSON that the host checked against the ruleset's schema.
    ///
    /// # Errors
    /// What is wrong with the settings, in a sentence for the operator.
    fn new(settings: &str) -> Result<Self, String>;

    /// Called once per instance, after `new`: rules, subscriptions and patterns.
    fn manifest(&self) -> Manifest;

    /// Called per batch. Without a trap or a limit, the instance lives on and may keep state.
    ///
    /// # Errors
    /// Why it cannot answer; the policy's `on_fault` decides what that means.
    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String>;
}

/// Exports a [`Plugin`] as the component's `detector`. Once per crate; nothing but a type check on
/// targets other than Wasm.
#[macro_export]
macro_rules! plugin {
    ($plugin:ty) => {
        #[allow(
            unsafe_code,
            reason = "the exported functions follow the component ABI"
        )]
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            // Nothing is imported by name: the author's own types may have any name.
            use $crate::bindings::exports::merlon::plugin::detector as exported;

            std::thread_local! {
                static INSTANCE: std::cell::RefCell<Option<$crate::instance::Instance<$plugin>>> =
                    const { std::cell::RefCell::new(None) };
            }

            struct Exported;

            impl exported::Guest for Exported {
                fn describe(settings: String) -> Result<exported::Manifest, String> {
                    let (instance, manifest) = $crate::instance::Instance::start(&settings)?;
                    INSTANCE.set(Some(instance));
                    Ok(manifest)
                }

                fn evaluate(batch: exported::Batch) -> Result<Vec<exported::Finding>, String> {
                    INSTANCE.with_borrow_mut(|instance| match instance {
                        Some(instance) => instance.evaluate(&batch),
                        None => Err("evaluate was called before describe".to_owned()),
                    })
                }
            }

    $crate::bindings::export!(Exported with_types_in $crate::bindings);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn(&str) -> Result<$plugin, String> = <$plugin as $crate::Plugin>::new;
    };
}
