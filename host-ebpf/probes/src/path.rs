//! Paths, walked from the leaf to the root of the mount namespace (or of the cgroup tree).

use core::ffi::c_void;
use core::ptr::{read_volatile, write_volatile};

use aya_ebpf::helpers::{bpf_probe_read_kernel, generated};
use merlon_ebpf_abi::{CGROUP_MAX, NAME_MAX, Offset, PATH_MAX, TAIL_MAX};

use crate::offset::{load, of, read};

/// The tail of a record while it is written, and the state of the walk that writes it.
///
/// The state lies in the map, not on the stack: what is loaded from a map is unknown to the verifier, so
/// that every step of a loop looks the same and one proof is enough for all.
#[repr(C)]
pub struct Tail {
    /// The spare name lets the last component start anywhere.
    bytes: [u8; TAIL_MAX + NAME_MAX],
    position: u32,
    start: u32,
    complete: u32,
    pseudo: u32,
}

impl Tail {
    /// Where the bytes begin.
    ///
    /// # Safety
    /// `tail` is a whole tail; so below.
    #[inline(always)]
    pub unsafe fn bytes(tail: *mut Self) -> *mut u8 {
        // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
        unsafe { (&raw mut (*tail).bytes).cast() }
    }

    /// Begins a walk at a position.
    #[inline(always)]
    unsafe fn begin(tail: *mut Self, position: u32) {
        // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
        unsafe {
            (*tail).position = position;
            (*tail).start = position;
            (*tail).complete = 0;
            (*tail).pseudo = 0;
        }
    }
}

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
    tail: *mut Tail,
}

/// Appends one name: 0 goes on, 1 when it cannot be read or the path has no more room.
#[inline(always)]
unsafe fn append(tail: *mut Tail, name: *const u8, room: usize) -> i64 {
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    unsafe {
        let position = read_volatile(&raw const (*tail).position);
        let at = position as usize & (TAIL_MAX - 1);
        let into = Tail::bytes(tail).add(at);
        let length =
            generated::bpf_probe_read_kernel_str(into.cast(), NAME_MAX as u32, name.cast());
        if length <= 0 {
            return 1;
        }
        let next = position.wrapping_add(length as u32);
        write_volatile(&raw mut (*tail).position, next);
        let start = read_volatile(&raw const (*tail).start);
        i64::from(next.wrapping_sub(start) > room as u32)
    }
}

#[inline(always)]
unsafe fn mount_root(mount: *const u8) -> Option<*const u8> {
    let vfs = mount.wrapping_add(of(Offset::MountVfs));
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    unsafe { read(vfs, Offset::VfsmountRoot) }
}

/// One component, leaf first. 0 goes on, 1 ends the loop.
unsafe extern "C" fn step(_index: u32, context: *mut c_void) -> i64 {
    // SAFETY: `run` lends the loop a `Walk` that outlives it and that nobody else holds.
    let walk = unsafe { &mut *context.cast::<Walk>() };
    // d_parent, the hash and length of d_name, and its pointer lie side by side: one read.
    let from = walk.at.wrapping_add(of(Offset::DentryParent));
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    let Ok([parent, _, name]) = (unsafe { bpf_probe_read_kernel::<[*const u8; 3]>(from.cast()) })
    else {
        return 1;
    };
    if walk.at == walk.root {
        // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
        return unsafe { leave_mount(walk) };
    }
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    let stop = unsafe { append(walk.tail, name, PATH_MAX) };
    if stop == 0 && walk.at == parent {
        // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
        unsafe {
            (*walk.tail).pseudo = 1;
            (*walk.tail).complete = 1;
        }
        return 1;
    }
    walk.at = parent;
    stop
}

/// At the root of a mount: goes on at the place where it is mounted.
#[inline(always)]
unsafe fn leave_mount(walk: &mut Walk) -> i64 {
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    unsafe {
        let Some(parent) = read::<*const u8>(walk.mount, Offset::MountParent) else {
            return 1;
        };
        if parent == walk.mount {
            (*walk.tail).complete = 1;
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
        // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
        root: unsafe { mount_root(mount) }.unwrap_or(core::ptr::null()),
        tail,
    };
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    unsafe { run(step, &mut walk, position) }
}

/// Appends the name of a dentry alone: for a file that was mounted by itself and is detached since, which
/// has no path.
///
/// # Safety
/// As above.
#[inline(always)]
pub unsafe fn of_detached(tail: *mut Tail, position: u32, dentry: *const u8) -> Walked {
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    unsafe {
        Tail::begin(tail, position);
        append(tail, load(dentry, Offset::DentryName), PATH_MAX);
        Walked {
            end: read_volatile(&raw const (*tail).position),
            complete: false,
            pseudo: false,
        }
    }
}

/// One cgroup, leaf first.
unsafe extern "C" fn ascend(_index: u32, context: *mut c_void) -> i64 {
    // SAFETY: `run` lends the loop a `Walk` that outlives it and that nobody else holds.
    let walk = unsafe { &mut *context.cast::<Walk>() };
    unsafe {
        let Some(parent) = read::<*const u8>(walk.at, Offset::NodeParent) else {
            return 1;
        };
        if parent.is_null() {
            (*walk.tail).complete = 1;
            return 1;
        }
        let Some(name) = read::<*const u8>(walk.at, Offset::NodeName) else {
            return 1;
        };
        walk.at = parent;
        append(walk.tail, name, CGROUP_MAX)
    }
}

/// Appends the path of the task's cgroup: in the unified tree, or where that is the root, in the pids
/// hierarchy of cgroup v1.
///
/// # Safety
/// `cgroups` is the task's `css_set`; `tail` is the whole tail.
#[inline(always)]
pub unsafe fn of_cgroup(tail: *mut Tail, position: u32, cgroups: *const u8) -> Walked {
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
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
        tail,
    };
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    unsafe { run(ascend, &mut walk, position) }
}

#[inline(always)]
unsafe fn run(
    step: unsafe extern "C" fn(u32, *mut c_void) -> i64,
    walk: &mut Walk,
    position: u32,
) -> Walked {
    let tail = walk.tail;
    // SAFETY: `tail` is whole, places in it are masked; a helper checks every other pointer.
    unsafe {
        Tail::begin(tail, position);
        generated::bpf_loop(STEPS, step as *mut c_void, (&raw mut *walk).cast(), 0);
        Walked {
            end: read_volatile(&raw const (*tail).position),
            complete: read_volatile(&raw const (*tail).complete) != 0,
            pseudo: read_volatile(&raw const (*tail).pseudo) != 0,
        }
    }
}
