//! The table of kernel structure offsets that the sensor fills from BTF before the probes load.

/// The value of an offset that this kernel does not have: the feature that needs it is off.
pub const MISSING: u32 = u32::MAX;

macro_rules! offsets {
    ($($(#[$doc:meta])* $name:ident = ($structure:literal, $member:literal),)*) => {
        /// One row of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        #[allow(missing_docs, reason = "each row names its structure and member")]
        pub enum Offset {
            $($(#[$doc])* $name,)*
        }

        impl Offset {
            /// Every row, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The structure and the member path of the row; an empty member asks for the size.
            #[must_use]
            pub const fn member(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name => ($structure, $member),)*
                }
            }
        }
    };
}

offsets! {
    TaskTgid = ("task_struct", "tgid"),
    TaskPid = ("task_struct", "pid"),
    TaskFlags = ("task_struct", "flags"),
    TaskComm = ("task_struct", "comm"),
    TaskParent = ("task_struct", "real_parent"),
    TaskLeader = ("task_struct", "group_leader"),
    TaskStart = ("task_struct", "start_boottime"),
    TaskMm = ("task_struct", "mm"),
    TaskFs = ("task_struct", "fs"),
    TaskNsproxy = ("task_struct", "nsproxy"),
    TaskCgroups = ("task_struct", "cgroups"),
    TaskCred = ("task_struct", "cred"),
    TaskSignal = ("task_struct", "signal"),
    TaskThreadPid = ("task_struct", "thread_pid"),
    TaskExitCode = ("task_struct", "exit_code"),
    SignalLive = ("signal_struct", "live"),
    SignalFlags = ("signal_struct", "flags"),
    SignalExitCode = ("signal_struct", "group_exit_code"),
    SignalTty = ("signal_struct", "tty"),
    TtyName = ("tty_struct", "name"),
    CredUid = ("cred", "uid"),
    CredEuid = ("cred", "euid"),
    CredGid = ("cred", "gid"),
    CredEgid = ("cred", "egid"),
    CredEffective = ("cred", "cap_effective"),
    CredUserNs = ("cred", "user_ns"),
    NsproxyMnt = ("nsproxy", "mnt_ns"),
    NsproxyNet = ("nsproxy", "net_ns"),
    MntNsInum = ("mnt_namespace", "ns.inum"),
    NetNsInum = ("net", "ns.inum"),
    UserNsInum = ("user_namespace", "ns.inum"),
    PidNsInum = ("pid_namespace", "ns.inum"),
    PidLevel = ("pid", "level"),
    PidNumbers = ("pid", "numbers"),
    UpidNs = ("upid", "ns"),
    UpidSize = ("upid", ""),
    MmArgStart = ("mm_struct", "arg_start"),
    MmArgEnd = ("mm_struct", "arg_end"),
    MmExe = ("mm_struct", "exe_file"),
    FsPwdMnt = ("fs_struct", "pwd.mnt"),
    FsPwdDentry = ("fs_struct", "pwd.dentry"),
    FileInode = ("file", "f_inode"),
    FileMnt = ("file", "f_path.mnt"),
    FileDentry = ("file", "f_path.dentry"),
    InodeNumber = ("inode", "i_ino"),
    InodeMode = ("inode", "i_mode"),
    InodeSuper = ("inode", "i_sb"),
    SuperMagic = ("super_block", "s_magic"),
    /// From the overlay's VFS inode to the dentry of the upper layer.
    OverlayUpper = ("ovl_inode", "__upperdentry"),
    DentryParent = ("dentry", "d_parent"),
    DentryName = ("dentry", "d_name.name"),
    MountVfs = ("mount", "mnt"),
    MountParent = ("mount", "mnt_parent"),
    MountPoint = ("mount", "mnt_mountpoint"),
    VfsmountRoot = ("vfsmount", "mnt_root"),
    CssSetDefault = ("css_set", "dfl_cgrp"),
    /// The entry of the pids controller, where cgroup v1 has one.
    CssSetPids = ("css_set", "subsys"),
    CssCgroup = ("cgroup_subsys_state", "cgroup"),
    CgroupNode = ("cgroup", "kn"),
    NodeId = ("kernfs_node", "id"),
    NodeName = ("kernfs_node", "name"),
    /// Called `parent` before Linux 6.15.
    NodeParent = ("kernfs_node", "__parent"),
}

/// Rows of the table: room for more, so that an older object still loads.
pub const OFFSETS: usize = 96;

const _: () = assert!(Offset::ALL.len() <= OFFSETS);
