//! The table of offsets that the probes read, filled from the running kernel's types.

use merlon_ebpf_abi::{MISSING, OFFSETS, Offset};

use crate::SensorError;
use crate::btf::KernelTypes;

/// Rows without which only one feature is off.
const OPTIONAL: &[Offset] = &[
    Offset::TaskThreadPid,
    Offset::PidLevel,
    Offset::PidNumbers,
    Offset::UpidNs,
    Offset::UpidSize,
    Offset::OverlayUpper,
    Offset::CssSetPids,
];

/// Fills the table; [`MISSING`] stands where the kernel has no such member.
pub(crate) fn table(types: &KernelTypes) -> Result<[u32; OFFSETS], SensorError> {
    let mut table = [MISSING; OFFSETS];
    for (slot, row) in table.iter_mut().zip(Offset::ALL) {
        *slot = find(types, *row).unwrap_or(MISSING);
        if *slot == MISSING && !OPTIONAL.contains(row) {
            let (structure, member) = row.member();
            return Err(SensorError::MissingField { structure, member });
        }
    }
    if !names_follow_parents(&table) {
        // The walk reads both by one load.
        let (structure, member) = Offset::DentryName.member();
        return Err(SensorError::MissingField { structure, member });
    }
    Ok(table)
}

fn names_follow_parents(table: &[u32; OFFSETS]) -> bool {
    let row = |row: Offset| table.get(row as usize).copied().unwrap_or(MISSING);
    row(Offset::DentryParent).checked_add(16) == Some(row(Offset::DentryName))
}

fn find(types: &KernelTypes, row: Offset) -> Option<u32> {
    let (structure, member) = row.member();
    match row {
        Offset::UpidSize => types.size(structure),
        Offset::NodeParent => types
            .offset(structure, member)
            .or_else(|| types.offset(structure, "parent")),
        Offset::CssSetPids => {
            let pids = types.enumerator("cgroup_subsys_id", "pids_cgrp_id")?;
            types
                .offset(structure, member)?
                .checked_add(pids.checked_mul(8)?)
        }
        // Where overlayfs is a module its types are not here; the dentry follows the VFS inode.
        Offset::OverlayUpper => match types.offset(structure, member) {
            Some(upper) => upper.checked_sub(types.offset(structure, "vfs_inode")?),
            None => types.size("inode"),
        },
        _ => types.offset(structure, member),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_without_a_needed_field_is_named() {
        let types = KernelTypes::parse(crate::btf::tests::blob()).unwrap();
        let error = table(&types).unwrap_err();
        assert_eq!(
            error.to_string(),
            "this kernel has no task_struct.tgid: Linux 5.17 or newer is needed"
        );
    }

    #[test]
    fn the_running_kernel_has_every_needed_field() {
        match KernelTypes::running() {
            Ok(types) => {
                let table = table(&types).unwrap();
                assert!(table[..Offset::ALL.len()].iter().all(|row| *row != MISSING));
            }
            Err(error) => println!("skipped: 1 test, {error}"),
        }
    }
}
