//! Compiling rules with boreal.

use boreal::compiler::{CompilerBuilder, CompilerParams};
use boreal::module::{Console, Dex, Dotnet, Elf, Hash, MachO, Math, Pe, String_};
use boreal::{Compiler, Scanner};
use merlon_sdk::host::log::{self, Level};

use crate::refusal::Refusal;

/// What rules may ask about a file besides its content. Scanners of other makers define the same names.
pub(crate) const EXTERNALS: [&str; 5] = ["filename", "filepath", "extension", "filetype", "owner"];

/// The modules there are. `time` is missing: the answer about a file must not depend on when it is asked
/// for.
pub(crate) const MODULES: [&str; 9] = [
    "console", "dex", "dotnet", "elf", "hash", "macho", "math", "pe", "string",
];

/// Rules on their way to becoming a scanner.
#[derive(Debug)]
pub(crate) struct Compilation(Compiler);

impl Compilation {
    /// With these modules only: every one costs time for every file.
    pub(crate) fn with(modules: &[&str]) -> Self {
        let builder = modules
            .iter()
            .fold(CompilerBuilder::default(), |builder, name| {
                add_module(builder, name)
            });
        let mut compiler = builder.build();
        for name in EXTERNALS {
            compiler.define_symbol(name, "");
        }
        compiler.set_params(CompilerParams::default().disable_includes(true));
        Self(compiler)
    }

    /// Makes a module known to the rules of a namespace. Refused where the compiler does not have it.
    pub(crate) fn import(&mut self, module: &str, namespace: &str) -> Result<(), Refusal> {
        let line = format!("import \"{module}\"");
        self.add(&line, module, namespace)
    }

    /// Adds one rule; the place of a refusal is in `text`.
    pub(crate) fn rule(&mut self, text: &str, name: &str, namespace: &str) -> Result<(), Refusal> {
        self.add(text, name, namespace)
    }

    pub(crate) fn finish(self) -> Scanner {
        self.0.finalize()
    }

    fn add(&mut self, text: &str, name: &str, namespace: &str) -> Result<(), Refusal> {
        match self.0.add_rules_str_in_namespace(text, namespace) {
            Ok(_) => Ok(()),
            Err(error) => Err(Refusal::of(name, error.to_diagnostic())),
        }
    }
}

fn add_module(builder: CompilerBuilder, name: &str) -> CompilerBuilder {
    match name {
        "console" => builder.add_module(Console::with_callback(|line| {
            log::write(Level::Debug, &line);
        })),
        "dex" => builder.add_module(Dex),
        "dotnet" => builder.add_module(Dotnet),
        "elf" => builder.add_module(Elf),
        "hash" => builder.add_module(Hash),
        "macho" => builder.add_module(MachO),
        "math" => builder.add_module(Math),
        "pe" => builder.add_module(Pe),
        "string" => builder.add_module(String_),
        _ => builder,
    }
}
