//! What is read from a task: ids, credentials, namespaces.

use aya_ebpf::helpers::bpf_probe_read_kernel;
use merlon_ebpf_abi::{Header, Offset, TaskRecord};

use crate::offset::{known, load, of, read};

/// `PF_KTHREAD`.
const KERNEL_THREAD: u32 = 0x0020_0000;

/// Whether the task is a thread of the kernel.
///
/// # Safety
/// `task` is a `task_struct` that the verifier trusts; so below.
#[inline(always)]
pub unsafe fn is_kernel_thread(task: *const u8) -> bool {
    // SAFETY: the caller's task is trusted and so is what it points to; the verifier checks each load.
    unsafe { load::<u32>(task, Offset::TaskFlags) & KERNEL_THREAD != 0 }
}

/// The process id.
///
/// # Safety
/// As above.
#[inline(always)]
pub unsafe fn process_id(task: *const u8) -> u32 {
    // SAFETY: the caller's task is trusted and so is what it points to; the verifier checks each load.
    unsafe { load(task, Offset::TaskTgid) }
}

/// Fills the beginning of a record.
///
/// # Safety
/// As above; `header` is writable.
#[inline(always)]
pub unsafe fn fill_header(header: *mut Header, kind: u32, task: *const u8) {
    // SAFETY: the caller's task is trusted and so is what it points to; the verifier checks each load.
    unsafe {
        let parent: *const u8 = load(task, Offset::TaskParent);
        (*header).kind = kind;
        (*header).time = aya_ebpf::helpers::generated::bpf_ktime_get_boot_ns();
        (*header).pid = process_id(task);
        (*header).ppid = process_id(parent);
    }
}

/// Fills the task's part of a record.
///
/// # Safety
/// As above; `record` is writable.
#[inline(always)]
pub unsafe fn fill(record: *mut TaskRecord, task: *const u8) {
    // SAFETY: the caller's task is trusted and so is what it points to; the verifier checks each load.
    unsafe {
        (*record).start = start(task);
        (*record).comm = load(task, Offset::TaskComm);
        let cgroups: *const u8 = load(task, Offset::TaskCgroups);
        let unified: *const u8 = load(cgroups, Offset::CssSetDefault);
        let node: *const u8 = load(unified, Offset::CgroupNode);
        (*record).cgroup_id = load(node, Offset::NodeId);
        let cred: *const u8 = load(task, Offset::TaskCred);
        (*record).uid = load(cred, Offset::CredUid);
        (*record).euid = load(cred, Offset::CredEuid);
        (*record).gid = load(cred, Offset::CredGid);
        (*record).egid = load(cred, Offset::CredEgid);
        (*record).capabilities = load(cred, Offset::CredEffective);
        fill_namespaces(record, task, cred);
    }
}

/// When the process was cloned.
///
/// # Safety
/// As above.
#[inline(always)]
pub unsafe fn start(task: *const u8) -> u64 {
    // SAFETY: the caller's task is trusted and so is what it points to; the verifier checks each load.
    unsafe {
        let leader: *const u8 = load(task, Offset::TaskLeader);
        load(leader, Offset::TaskStart)
    }
}

#[inline(always)]
unsafe fn fill_namespaces(record: *mut TaskRecord, task: *const u8, cred: *const u8) {
    // SAFETY: the caller's task is trusted and so is what it points to; the verifier checks each load.
    unsafe {
        (*record).mnt_ns = 0;
        (*record).net_ns = 0;
        let proxy: *const u8 = load(task, Offset::TaskNsproxy);
        if !proxy.is_null() {
            let mnt: *const u8 = load(proxy, Offset::NsproxyMnt);
            (*record).mnt_ns = load(mnt, Offset::MntNsInum);
            let net: *const u8 = load(proxy, Offset::NsproxyNet);
            (*record).net_ns = load(net, Offset::NetNsInum);
        }
        let user: *const u8 = load(cred, Offset::CredUserNs);
        (*record).user_ns = load(user, Offset::UserNsInum);
        (*record).pid_ns = pid_namespace(task).unwrap_or(0);
    }
}

/// The namespace that gave the task its innermost id, not the one its children will get.
#[inline(always)]
unsafe fn pid_namespace(task: *const u8) -> Option<u32> {
    if !known(Offset::TaskThreadPid) || !known(Offset::UpidSize) {
        return None;
    }
    // SAFETY: the caller's task is trusted and so is what it points to; the verifier checks each load.
    unsafe {
        let pid: *const u8 = load(task, Offset::TaskThreadPid);
        let level: u32 = read(pid, Offset::PidLevel)?;
        let number = pid
            .wrapping_add(of(Offset::PidNumbers))
            .wrapping_add(level as usize * of(Offset::UpidSize));
        let namespace: *const u8 = read(number, Offset::UpidNs)?;
        let inum = namespace.wrapping_add(of(Offset::PidNsInum));
        bpf_probe_read_kernel(inum.cast::<u32>()).ok()
    }
}
