//! Paths, walked from the leaf to the root of the mount namespace (or of the cgroup tree).

use core::ffi::c_void;

use aya_ebpf::{
    bindings::BPF_ANY,
    helpers::{bpf_probe_read_kernel, generated},
};
use merlon_ebpf_abi::{CGROUP_MAX, NAME_MAX, Offset, PATH_MAX, TAIL_MAX};

use crate::offset::{load, of, read};

/// The tail of a record while it is written. The spare name lets the last component start anywhere.
pub type Tail = [u8; TAIL_MAX + NAME_MAX];

/// Most steps of one walk: components and mounts.
const STEPS: u32 = 256;

/// How a walk ended.
pub struct Walked {
    /// Bytes of the tail in use, all earlier parts included.
    pub end: u32,
    /// The root was reached.
    pub complete: bool,
    /// The leaf has a name but no parent: an anonymous file.
    pub pseudo: bool,
}

#[repr(C)]
struct Walk {
    at: *const u8,
    mount: *const u8,
    root: *const u8,
    tail: *mut u8,
    position: u32,
    start: u32,
    complete: u32,
    pseudo: u32,
}

/// Appends one name; 0 when it cannot be read.
#[inline(always)]
unsafe fn append(tail: *mut u8, position: u32, name: *const u8) -> u32 {
    let at = position as usize & (TAIL_MAX - 1);
    let length = unsafe {
        generated::bpf_probe_read_kernel_str(tail.add(at).cast(), NAME_MAX as u32, name.cast())
    };
    if length > 0 { length as u32 } else { 0 }
}

#[inline(always)]
unsafe fn mount_root(mount: *const u8) -> Option<*const u8> {
    let vfs = mount.wrapping_add(of(Offset::MountVfs));
    unsafe { read(vfs, Offset::VfsmountRoot) }
}

/// One component, leaf first. 0 goes on, 1 ends the loop.
unsafe extern "C" fn step(_index: u32, context: *mut c_void) -> i64 {
    let walk = unsafe { &mut *context.cast::<Walk>() };
    // d_parent, the hash and length of d_name, and its pointer lie side by side: one read.
    let from = walk.at.wrapping_add(of(Offset::DentryParent));
    let Ok([parent, _, name]) = (unsafe { bpf_probe_read_kernel::<[*const u8; 3]>(from.cast()) })
    else {
        return 1;
    };
    if walk.at == walk.root {
        return unsafe { leave_mount(walk) };
    }
    let length = unsafe { append(walk.tail, walk.position, name) };
    if length == 0 {
        return 1;
    }
    walk.position += length;
    if walk.at == parent {
        walk.pseudo = 1;
        walk.complete = 1;
        return 1;
    }
    walk.at = parent;
    i64::from(walk.position.wrapping_sub(walk.start) > PATH_MAX as u32)
}

/// At the root of a mount: goes on at the place where it is mounted.
#[inline(always)]
unsafe fn leave_mount(walk: &mut Walk) -> i64 {
    unsafe {
        let Some(parent) = read::<*const u8>(walk.mount, Offset::MountParent) else {
            return 1;
        };
        if parent == walk.mount {
            walk.complete = 1;
            return 1;
        }
        let Some(point) = read::<*const u8>(walk.mount, Offset::MountPoint) else {
            return 1;
        };
        let Some(root) = mount_root(parent) else {
            return 1;
        };
        walk.at = point;
        walk.mount = parent;
        walk.root = root;
        0
    }
}

/// Appends the path of a dentry, as its mount namespace names it.
///
/// # Safety
/// `dentry` and `vfsmount` come from one `struct path`; `tail` is the whole tail.
#[inline(always)]
pub unsafe fn of_dentry(
    tail: *mut Tail,
    position: u32,
    dentry: *const u8,
    vfsmount: *const u8,
) -> Walked {
    let mount = vfsmount.wrapping_sub(of(Offset::MountVfs));
    let mut walk = Walk {
        at: dentry,
        mount,
        root: unsafe { mount_root(mount) }.unwrap_or(core::ptr::null()),
        tail: tail.cast(),
        position,
        start: position,
        complete: 0,
        pseudo: 0,
    };
    unsafe { run(step, &mut walk) }
}

/// One cgroup, leaf first.
unsafe extern "C" fn ascend(_index: u32, context: *mut c_void) -> i64 {
    let walk = unsafe { &mut *context.cast::<Walk>() };
    unsafe {
        let Some(parent) = read::<*const u8>(walk.at, Offset::NodeParent) else {
            return 1;
        };
        if parent.is_null() {
            walk.complete = 1;
            return 1;
        }
        let Some(name) = read::<*const u8>(walk.at, Offset::NodeName) else {
            return 1;
        };
        let length = append(walk.tail, walk.position, name);
        if length == 0 {
            return 1;
        }
        walk.position += length;
        walk.at = parent;
        i64::from(walk.position.wrapping_sub(walk.start) > CGROUP_MAX as u32)
    }
}

/// Appends the path of the task's cgroup: in the unified tree, or where that is the root, in the pids
/// hierarchy of cgroup v1.
///
/// # Safety
/// `cgroups` is the task's `css_set`; `tail` is the whole tail.
#[inline(always)]
pub unsafe fn of_cgroup(tail: *mut Tail, position: u32, cgroups: *const u8) -> Walked {
    unsafe {
        let unified: *const u8 = load(cgroups, Offset::CssSetDefault);
        let node: *const u8 = load(unified, Offset::CgroupNode);
        let walked = of_node(tail, position, node);
        if walked.end != position || !crate::offset::known(Offset::CssSetPids) {
            return walked;
        }
        let state: *const u8 = load(cgroups, Offset::CssSetPids);
        let cgroup: *const u8 = load(state, Offset::CssCgroup);
        of_node(tail, position, load(cgroup, Offset::CgroupNode))
    }
}

#[inline(always)]
unsafe fn of_node(tail: *mut Tail, position: u32, node: *const u8) -> Walked {
    let mut walk = Walk {
        at: node,
        mount: core::ptr::null(),
        root: core::ptr::null(),
        tail: tail.cast(),
        position,
        start: position,
        complete: 0,
        pseudo: 0,
    };
    unsafe { run(ascend, &mut walk) }
}

#[inline(always)]
unsafe fn run(step: unsafe extern "C" fn(u32, *mut c_void) -> i64, walk: &mut Walk) -> Walked {
    unsafe {
        generated::bpf_loop(
            STEPS,
            step as *mut c_void,
            (&raw mut *walk).cast(),
            BPF_ANY as u64,
        )
    };
    Walked {
        end: walk.position,
        complete: walk.complete != 0,
        pseudo: walk.pseudo != 0,
    }
}
