//! What is written to the log when the server crashes: enough to find out why.
//!
//! The report is written from a signal handler, on a stack of its own. The program may be in any
//! state, in the middle of allocating memory or of writing a log line, so nothing here allocates
//! or takes a lock: text is formatted into a small buffer and written with the plain system call.
//! Functions appear as addresses, which `addr2line` translates with the help of the memory map
//! that is part of the report. After the report the signal takes its course, so that the parent
//! sees the true cause and a core is dumped where that is wanted.
//!
//! A panic is a crash like others: it is a fact that we relied on and that did not hold. Whoever
//! goes on after that may write wrong data.

#![expect(unsafe_code, reason = "signal handlers, and the context in which they are called")]

use std::ffi::{CString, c_int, c_void};
use std::fmt::{self, Write};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use config::Config;
use libc::c_char;

/// Signals that mean that something is badly wrong.
const FATAL: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT];

/// Room for the handler, which has little but the unwinder on it.
const STACK: usize = 128 * 1024;

/// Functions that the report names at most.
const DEPTH: usize = 100;

/// The path of the log file, which is never freed; null is standard output.
static LOG_FILE: AtomicPtr<c_char> = AtomicPtr::new(ptr::null_mut());

/// Whether a panic ends the program without dumping a core.
static EXIT_ON_PANIC: AtomicBool = AtomicBool::new(false);

/// Says where reports go.
pub(crate) fn report_to(path: Option<&Path>) {
    let path = path.and_then(|path| CString::new(path.as_os_str().as_bytes()).ok());
    // The old one may be in use this very moment. There are few of them.
    LOG_FILE.store(path.map_or(ptr::null_mut(), CString::into_raw), Ordering::Release);
}

/// Follows the settings.
pub(crate) fn follow(config: &Config) {
    EXIT_ON_PANIC.store(config.use_exit_on_panic, Ordering::Relaxed);
    report_crashes(config.crash_log_enabled);
}

/// Makes panics crash the program, with their text in the log.
pub(crate) fn catch_panics() {
    std::panic::set_hook(Box::new(|info| {
        let mut report = Report::open();
        let text = info.payload_as_str().unwrap_or("no text");
        report.line(format_args!("=== ASSERTION FAILED ==="));
        match info.location() {
            Some(place) => report.line(format_args!("==> {place} '{text}'")),
            None => report.line(format_args!("==> '{text}'")),
        }
        report.flush();
        abort();
    }));
}

/// Ends the program on behalf of an operator who wants to see what that looks like.
pub(crate) fn panic_on_request(text: &str) -> ! {
    let mut report = Report::open();
    report.line(format_args!("------------------------------------------------"));
    report.line(format_args!("!!! Software Failure."));
    report.line(format_args!("Guru Meditation: {text}"));
    report.line(format_args!("------------------------------------------------"));
    report.flush();
    abort()
}

fn abort() -> ! {
    if EXIT_ON_PANIC.load(Ordering::Relaxed) {
        #[expect(clippy::exit, reason = "somebody asked for an end without a core")]
        std::process::exit(1);
    }
    std::process::abort()
}

/// Writes to where nobody may.
pub(crate) fn segfault_on_request() -> ! {
    // SAFETY: none. The kernel stops the program here, and that is what was asked for: page zero
    // belongs to nobody.
    unsafe { ptr::with_exposed_provenance_mut::<u8>(8).write_volatile(0) };
    std::process::abort()
}

/// Asks for more memory than there can be.
pub(crate) fn exhaust_memory_on_request() -> ! {
    let size = isize::MAX as usize - 4096;
    let layout = std::alloc::Layout::array::<u8>(size).expect("just below the greatest size");
    let mut report = Report::open();
    report.line(format_args!("Out Of Memory allocating {size} bytes!"));
    report.flush();
    std::alloc::handle_alloc_error(layout)
}

/// Has a report written when the program crashes, or not.
fn report_crashes(wanted: bool) {
    if wanted {
        // The first call loads the unwinder, which allocates: not something to do in a handler.
        let mut frames = [ptr::null_mut(); 1];
        // SAFETY: the array has room for one frame.
        unsafe { libc::backtrace(frames.as_mut_ptr(), 1) };
        set_up_stack();
    }
    for signal in FATAL {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: the structure consists of integers and pointers, for which zeros are valid.
        let action = unsafe { action.assume_init_mut() };
        if wanted {
            action.sa_sigaction = on_crash as *const () as usize;
            // A crash in the handler, or a second one, ends the program.
            action.sa_flags =
                libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND | libc::SA_NODEFER;
        } else {
            action.sa_sigaction = libc::SIG_DFL;
        }
        // SAFETY: the action is complete, and the handler has the signature that its flags ask for.
        unsafe { libc::sigaction(signal, action, ptr::null_mut()) };
    }
}

/// Gives handlers a stack of their own: the usual one may be what has run out.
fn set_up_stack() {
    static SET_UP: AtomicBool = AtomicBool::new(false);
    if SET_UP.swap(true, Ordering::Relaxed) {
        return;
    }
    let stack = Box::leak(vec![0_u8; STACK].into_boxed_slice());
    let stack =
        libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: stack.len() };
    // SAFETY: the memory is there for as long as the program runs.
    unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) };
}

extern "C" fn on_crash(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let mut report = Report::open();
    report.line(format_args!(""));
    report.line(format_args!("=== REDIS BUG REPORT START: Cut & paste starting from here ==="));
    let version = env!("CARGO_PKG_VERSION");
    // SAFETY: the kernel passes a valid pointer.
    let code = unsafe { (*info).si_code };
    report.line(format_args!(
        "{}:# Sinter {version} crashed by signal: {signal}, si_code: {code}",
        std::process::id()
    ));
    if signal == libc::SIGSEGV || signal == libc::SIGBUS {
        // SAFETY: as above; for these signals there is an address.
        let address = unsafe { (*info).si_addr() };
        report.line(format_args!("Accessing address: {address:p}"));
    } else if signal == libc::SIGABRT && code <= 0 {
        // SAFETY: as above; signals that were sent have a sender.
        let sender = unsafe { (*info).si_pid() };
        report.line(format_args!("Killed by PID: {sender}"));
    }
    // SAFETY: the kernel passes a context of this type.
    registers(&mut report, unsafe { &*context.cast::<libc::ucontext_t>() });
    stack_trace(&mut report);
    report.line(format_args!("------ MEMORY MAP ------"));
    report.copy(c"/proc/self/maps");
    report.line(format_args!("=== REDIS BUG REPORT END ==="));
    report.line(format_args!(
        "A bug in Sinter, or faulty memory. What is above helps to tell which: please report it."
    ));
    report.flush();
    // The handler is the default one again by now.
    // SAFETY: takes and returns an integer.
    unsafe { libc::raise(signal) };
}

fn stack_trace(report: &mut Report) {
    report.line(format_args!("------ STACK TRACE ------"));
    report.flush();
    let mut frames = [ptr::null_mut(); DEPTH];
    // SAFETY: 1. the array has that many places; 2. as many frames are written as there are; 3. the
    // functions do not allocate once they were called.
    unsafe {
        let count = libc::backtrace(frames.as_mut_ptr(), DEPTH as c_int);
        libc::backtrace_symbols_fd(frames.as_ptr(), count, report.fd);
    }
}

#[cfg(target_arch = "x86_64")]
fn registers(report: &mut Report, context: &libc::ucontext_t) {
    const NAMES: [(&str, c_int); 17] = [
        ("RAX", libc::REG_RAX),
        ("RBX", libc::REG_RBX),
        ("RCX", libc::REG_RCX),
        ("RDX", libc::REG_RDX),
        ("RSI", libc::REG_RSI),
        ("RDI", libc::REG_RDI),
        ("RBP", libc::REG_RBP),
        ("RSP", libc::REG_RSP),
        ("R8", libc::REG_R8),
        ("R9", libc::REG_R9),
        ("R10", libc::REG_R10),
        ("R11", libc::REG_R11),
        ("R12", libc::REG_R12),
        ("R13", libc::REG_R13),
        ("R14", libc::REG_R14),
        ("R15", libc::REG_R15),
        ("RIP", libc::REG_RIP),
    ];
    let values = &context.uc_mcontext.gregs;
    let instruction = values[libc::REG_RIP as usize];
    report.line(format_args!("Crashed running the instruction at: {instruction:#x}"));
    report.line(format_args!("------ REGISTERS ------"));
    for (name, index) in NAMES {
        report.line(format_args!("{name}:{:016x}", values[index as usize]));
    }
}

#[cfg(target_arch = "aarch64")]
fn registers(report: &mut Report, context: &libc::ucontext_t) {
    let machine = &context.uc_mcontext;
    report.line(format_args!("Crashed running the instruction at: {:#x}", machine.pc));
    report.line(format_args!("------ REGISTERS ------"));
    for (index, value) in machine.regs.iter().enumerate() {
        report.line(format_args!("X{index}:{value:016x}"));
    }
    report.line(format_args!("SP:{:016x}", machine.sp));
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn registers(_: &mut Report, _: &libc::ucontext_t) {}

/// Writes text without allocating.
struct Report {
    fd: c_int,
    buffer: [u8; 512],
    length: usize,
}

impl Report {
    /// Opens the log, or what is left to write to.
    fn open() -> Self {
        let path = LOG_FILE.load(Ordering::Acquire);
        let fd = if path.is_null() {
            libc::STDOUT_FILENO
        } else {
            let flags = libc::O_APPEND | libc::O_CREAT | libc::O_WRONLY | libc::O_CLOEXEC;
            // SAFETY: the path is a string that is never freed.
            let fd = unsafe { libc::open(path, flags, 0o644) };
            if fd < 0 { libc::STDERR_FILENO } else { fd }
        };
        Self { fd, buffer: [0; 512], length: 0 }
    }

    fn line(&mut self, text: fmt::Arguments<'_>) {
        // Writing here never fails.
        let _ = writeln!(self, "{text}");
    }

    fn flush(&mut self) {
        // SAFETY: the buffer has as many bytes. Nobody is left to be told of a failure.
        unsafe { libc::write(self.fd, self.buffer.as_ptr().cast(), self.length) };
        self.length = 0;
    }

    /// Copies a file of the kernel's.
    fn copy(&mut self, path: &std::ffi::CStr) {
        self.flush();
        // SAFETY: 1. the path is a string; 2. the buffer has as much room as is said.
        unsafe {
            let source = libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
            if source < 0 {
                return;
            }
            loop {
                let read = libc::read(source, self.buffer.as_mut_ptr().cast(), self.buffer.len());
                let Some(length) = usize::try_from(read).ok().filter(|length| *length > 0) else {
                    break;
                };
                self.length = length;
                self.flush();
            }
            libc::close(source);
        }
    }
}

impl Write for Report {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.length == self.buffer.len() {
                self.flush();
            }
            self.buffer[self.length] = byte;
            self.length += 1;
        }
        Ok(())
    }
}
