//! What only the operating system and the processor know.
//!
//! One of the few places with `unsafe`: the standard library has none of this, and the calls of C
//! and the instruction behind it are unsafe by declaration. Each function wraps one call, hides
//! its pointers, and has no way to be used wrongly.
#![expect(unsafe_code, reason = "calls of libc, and the instruction that reads the counter")]

use std::mem::MaybeUninit;

/// CPU time used, as the kernel accounts for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuTimes {
    /// Microseconds in the program itself.
    pub user_us: u64,
    /// Microseconds in the kernel on its behalf.
    pub system_us: u64,
}

/// Whose CPU time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// This process, all of its threads.
    Process,
    /// Those of its children that have ended and been waited for.
    Children,
    /// The calling thread.
    Thread,
}

/// Returns the CPU time used so far.
pub fn cpu_times(whose: Whose) -> CpuTimes {
    let who = match whose {
        Whose::Process => libc::RUSAGE_SELF,
        Whose::Children => libc::RUSAGE_CHILDREN,
        Whose::Thread => libc::RUSAGE_THREAD,
    };
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is valid for writing a `rusage`.
    let result = unsafe { libc::getrusage(who, usage.as_mut_ptr()) };
    debug_assert_eq!(result, 0, "it fails only for a `who` that does not exist");
    // SAFETY: a `rusage` consists of integers, for which all zeros are valid, and the kernel wrote
    // integers.
    let usage = unsafe { usage.assume_init() };
    let us = |time: libc::timeval| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
    CpuTimes { user_us: us(usage.ru_utime), system_us: us(usage.ru_stime) }
}

/// Returns the CPU time that another process has used up to this instant, all of its threads, in
/// nanoseconds; `None` if there is no such process.
///
/// What `/proc` shows of a process that runs at the moment is as old as the last tick of its CPU,
/// which on a virtual machine can be a tenth of a second. This clock brings it up to date first.
pub fn cpu_ns_of(pid: u32) -> Option<u64> {
    /// The greatest number of a process on Linux. A clock's number has no room for much more, and
    /// would silently mean another process.
    const PID_MAX: u32 = 1 << 22;

    if !(1..=PID_MAX).contains(&pid) {
        return None;
    }
    let mut clock: libc::clockid_t = 0;
    // SAFETY: the pointer is valid for writing a `clockid_t`.
    let result = unsafe { libc::clock_getcpuclockid(pid.cast_signed(), &raw mut clock) };
    if result != 0 {
        return None;
    }
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid for writing a `timespec`.
    let result = unsafe { libc::clock_gettime(clock, &raw mut time) };
    if result != 0 {
        return None;
    }
    u64::try_from(time.tv_sec).ok()?.checked_mul(1_000_000_000)?.checked_add(time.tv_nsec as u64)
}

/// Returns the memory of this process that is in RAM, as the kernel counts it; `None` if
/// `/proc` is not there.
pub fn rss_bytes() -> Option<u64> {
    let statm = std::fs::read("/proc/self/statm").ok()?;
    let resident = statm.split(|&byte| byte == b' ').nth(1)?;
    crate::number::parse_u64(resident)?.checked_mul(sysconf(libc::_SC_PAGESIZE)?)
}

/// Returns the RAM of this machine, which may be more than this process is allowed to use.
pub fn total_memory_bytes() -> Option<u64> {
    sysconf(libc::_SC_PHYS_PAGES)?.checked_mul(sysconf(libc::_SC_PAGESIZE)?)
}

fn sysconf(name: libc::c_int) -> Option<u64> {
    // SAFETY: takes and returns integers, and answers -1 to what it does not know.
    let value = unsafe { libc::sysconf(name) };
    u64::try_from(value).ok()
}

/// Nanoseconds since some instant in the past, not counting suspension.
pub(crate) fn monotonic_ns() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC)
}

/// Nanoseconds since 1970; zero before that.
pub(crate) fn realtime_ns() -> u64 {
    clock_ns(libc::CLOCK_REALTIME)
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid for writing a `timespec`.
    let result = unsafe { libc::clock_gettime(clock, &raw mut time) };
    debug_assert_eq!(result, 0, "both clocks exist on every system");
    u64::try_from(time.tv_sec).map_or(0, |seconds| seconds * 1_000_000_000 + time.tv_nsec as u64)
}

/// Whether [`counter`] counts at a constant rate, in all power states and on all cores alike.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) fn has_constant_counter() -> bool {
    use std::arch::x86_64::__cpuid;

    // "Advanced power management information", present if the extended leaves reach that far.
    const LEAF: u32 = 0x8000_0007;
    const INVARIANT_TSC: u32 = 1 << 8;
    __cpuid(0x8000_0000).eax >= LEAF && __cpuid(LEAF).edx & INVARIANT_TSC != 0
}

/// Reads the processor's time stamp counter.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline]
pub(crate) fn counter() -> u64 {
    // SAFETY: touches no memory, and every x86_64 has the instruction. A sandbox may forbid it, and
    // then the process is ended by a signal.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// No counter is known here.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(crate) fn has_constant_counter() -> bool {
    false
}

/// Never asked for, since there is none.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(crate) fn counter() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_the_process_is_part_of_that_of_the_machine() {
        let (rss, total) = (rss_bytes().unwrap(), total_memory_bytes().unwrap());
        assert!(rss > 100_000, "{rss}");
        assert!(rss < total, "{rss} of {total}");
    }

    #[test]
    fn cpu_time_of_a_thread_grows_and_is_part_of_that_of_the_process() {
        let sum = |times: CpuTimes| times.user_us + times.system_us;
        let before = sum(cpu_times(Whose::Thread));
        let thread = loop {
            let thread = sum(cpu_times(Whose::Thread));
            if thread > before {
                break thread;
            }
        };
        assert!(sum(cpu_times(Whose::Process)) >= thread);
        assert_eq!(sum(cpu_times(Whose::Children)), 0);
    }

    #[test]
    fn cpu_time_of_a_process_is_read_from_outside_as_from_inside() {
        let inside = |whose| cpu_times(whose).user_us + cpu_times(whose).system_us;
        let before = inside(Whose::Process);
        let own = cpu_ns_of(std::process::id()).expect("we are here") / 1000;
        // The kernel rounds user and system time apart.
        assert!(own + 10 >= before && own <= inside(Whose::Process) + 10_000, "{before} {own}");
        for nobody in [0, 1 << 22, i32::MAX.cast_unsigned(), u32::MAX] {
            assert_eq!(cpu_ns_of(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn clocks_tell_plausible_times() {
        // After the first of January 2020.
        assert!(realtime_ns() > 1_577_836_800_000_000_000);
        assert!(monotonic_ns() > 0);
    }
}
