//! Compiles the adapter for WASI preview 1, which is kept as text.

use std::error::Error;
use std::path::PathBuf;

const SOURCE: &str = "src/adapter/preview1.wat";

fn main() -> Result<(), Box<dyn Error>> {
    let output = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let module = wat::parse_file(SOURCE)?;
    std::fs::write(PathBuf::from(output).join("preview1.wasm"), module)?;
    Ok(())
}
