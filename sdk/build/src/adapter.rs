//! The adapter for guests of WASI preview 1: C with stdio, Go, Rust with a standard library that asks for
//! the time.
//!
//! It answers by itself and reaches nothing; what is printed, and the exit that no call comes back from,
//! go out by WASI 0.2, where the host turns prints into log lines of the plugin whether or not the guest
//! knows of the interface `log`. Whatever a guest does not import is left out, down to nothing.

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::BuildError;

/// The module that guests import it as.
pub(crate) const NAME: &str = "wasi_snapshot_preview1";

const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/preview1.wasm"));
const WORLD: &str = include_str!("adapter/preview1.wit");

/// The adapter as the encoder wants it: with the types of what it imports.
pub(crate) fn module() -> Result<Vec<u8>, BuildError> {
    let mut types = Resolve::default();
    let mut module = MODULE.to_vec();
    types
        .push_str("preview1.wit", WORLD)
        .and_then(|package| types.select_world(&[package], None))
        .and_then(|world| {
            embed_component_metadata(&mut module, &types, world, StringEncoding::UTF8)
        })
        .map_err(BuildError::encode)?;
    Ok(module)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::process::Command;

    use wasmparser::{ExternalKind, Parser, Payload};
    use wit_component::ComponentEncoder;

    use super::*;
    use crate::{cargo, encode};

    /// Every function of WASI preview 1, as its specification has it: `i` and `l` are the parameters, a
    /// function that returns nothing ends in `!`.
    const PREVIEW1: &str = "args_get ii, args_sizes_get ii, environ_get ii, environ_sizes_get ii, \
        clock_res_get ii, clock_time_get ili, fd_advise illi, fd_allocate ill, fd_close i, fd_datasync i, \
        fd_fdstat_get ii, fd_fdstat_set_flags ii, fd_fdstat_set_rights ill, fd_filestat_get ii, \
        fd_filestat_set_size il, fd_filestat_set_times illi, fd_pread iiili, fd_prestat_get ii, \
        fd_prestat_dir_name iii, fd_pwrite iiili, fd_read iiii, fd_readdir iiili, fd_renumber ii, \
        fd_seek ilii, fd_sync i, fd_tell ii, fd_write iiii, path_create_directory iii, \
        path_filestat_get iiiii, path_filestat_set_times iiiilli, path_link iiiiiii, \
        path_open iiiiillii, path_readlink iiiiii, path_remove_directory iii, path_rename iiiiii, \
        path_symlink iiiii, path_unlink_file iii, poll_oneoff iiii, proc_exit i!, proc_raise i, \
        random_get ii, sched_yield , sock_accept iii, sock_recv iiiiii, sock_send iiiii, sock_shutdown ii";

    /// A guest that imports these functions and exports nothing but its memory.
    fn guest(functions: &str) -> Vec<u8> {
        let mut text = String::from("(module");
        for function in functions
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty())
        {
            let (name, shape) = function.split_once(' ').unwrap_or((function, ""));
            text += &format!(" (import \"{NAME}\" \"{name}\" (func");
            for parameter in shape.chars() {
                text += match parameter {
                    'i' => " (param i32)",
                    'l' => " (param i64)",
                    _ => "",
                };
            }
            text += if shape.ends_with('!') {
                "))"
            } else {
                " (result i32)))"
            };
        }
        text += " (memory (export \"memory\") 1) (func (export \"run\")))";
        let mut types = Resolve::default();
        let package = types
            .push_str("t.wit", "package t:t; world t { export run: func(); }")
            .unwrap();
        let world = types.select_world(&[package], None).unwrap();
        let mut module = wat::parse_str(text).unwrap();
        embed_component_metadata(&mut module, &types, world, StringEncoding::UTF8).unwrap();
        module
    }

    fn imports(component: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            if let Payload::ComponentImportSection(section) = payload.unwrap() {
                names.extend(
                    section
                        .into_iter()
                        .map(|one| one.unwrap().name.name.to_owned()),
                );
            }
        }
        names
    }

    #[test]
    fn every_function_of_preview_1_is_there_and_has_its_shape() {
        let functions: BTreeSet<_> = PREVIEW1
            .split(',')
            .map(|one| one.trim().split(' ').next())
            .collect();
        let mut exports = BTreeSet::new();
        for payload in Parser::new(0).parse_all(MODULE) {
            if let Payload::ExportSection(section) = payload.unwrap() {
                let functions = section.into_iter().map(Result::unwrap);
                let functions = functions.filter(|one| one.kind == ExternalKind::Func);
                exports.extend(functions.map(|one| Some(one.name)));
            }
        }
        assert_eq!(exports, functions);
        let component = encode(&guest(PREVIEW1)).unwrap();
        assert!(
            imports(&component)
                .iter()
                .all(|name| name.starts_with("wasi:"))
        );
    }

    #[test]
    fn a_guest_without_wasi_is_wrapped_as_if_there_were_no_adapter() {
        let module = guest("");
        let module = &module[..];
        let without = ComponentEncoder::default()
            .validate(true)
            .module(module)
            .unwrap()
            .encode()
            .unwrap();
        assert_eq!(encode(module).unwrap(), without);
    }

    #[test]
    fn what_a_guest_does_not_do_is_not_imported() {
        let quiet = encode(&guest(
            "clock_time_get ili, random_get ii, environ_get ii, path_open iiiiillii",
        ))
        .unwrap();
        assert_eq!(imports(&quiet), Vec::<String>::new());
        let prints = encode(&guest("fd_write iiii")).unwrap();
        assert_eq!(
            imports(&prints),
            [
                "wasi:io/error@0.2.0",
                "wasi:io/streams@0.2.0",
                "wasi:cli/stdout@0.2.0",
                "wasi:cli/stderr@0.2.0"
            ]
        );
        let exits = encode(&guest("proc_exit i!")).unwrap();
        assert_eq!(imports(&exits), ["wasi:cli/exit@0.2.0"]);
    }

    #[test]
    fn another_engine_finds_the_answers_that_preview_1_specifies() {
        if !cargo::is_installed("node") {
            eprintln!("skipped: no node to run the adapter in");
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let module = directory.path().join("preview1.wasm");
        std::fs::write(&module, MODULE).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/preview1.mjs");
        cargo::run(Command::new("node").arg(script).arg(&module)).unwrap();
    }
}
