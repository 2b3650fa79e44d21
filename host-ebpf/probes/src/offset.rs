//! Reading kernel structures at offsets that the sensor found in the running kernel's BTF.

use core::ptr::{addr_of, read_volatile};

use aya_ebpf::helpers::bpf_probe_read_kernel;
use merlon_ebpf_abi::{MISSING, Offset};

/// Set by the sensor before load; frozen read-only data, so the verifier sees constants.
#[unsafe(no_mangle)]
static OFFSETS: [u32; merlon_ebpf_abi::OFFSETS] = [MISSING; merlon_ebpf_abi::OFFSETS];

/// The offset of a row.
#[inline(always)]
pub fn of(row: Offset) -> usize {
    // SAFETY: every row is inside the table.
    unsafe { read_volatile(addr_of!(OFFSETS).cast::<u32>().add(row as usize)) as usize }
}

/// Whether this kernel has the row.
#[inline(always)]
pub fn known(row: Offset) -> bool {
    of(row) != MISSING as usize
}

/// A plain load through a pointer whose type the verifier knows.
///
/// # Safety
/// `at` points to the row's structure; the verifier refuses anything else.
#[inline(always)]
pub unsafe fn load<T: Copy>(at: *const u8, row: Offset) -> T {
    // SAFETY: the caller's promise; the table has a row for every offset.
    unsafe { read_volatile(at.add(of(row)).cast()) }
}

/// A checked read through a pointer that the verifier does not know.
///
/// # Safety
/// None beyond what the helper checks.
#[inline(always)]
pub unsafe fn read<T: Copy>(at: *const u8, row: Offset) -> Option<T> {
    // SAFETY: the helper checks the address and answers an error.
    unsafe { bpf_probe_read_kernel(at.wrapping_add(of(row)).cast()).ok() }
}
