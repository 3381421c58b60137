//! What the process uses of the machine's memory, as far as somebody measures it.

/// Knows how much memory the process uses.
pub trait Memory {
    /// Bytes that are allocated.
    fn used(&self) -> u64;
    /// Bytes that the kernel has given us.
    fn rss(&self) -> u64;
    /// Bytes in pages that hold something allocated.
    fn active(&self) -> u64;
    /// Bytes in pages that the allocator holds.
    fn resident(&self) -> u64;
    /// The allocator's name and version.
    fn allocator(&self) -> &'static str;
    /// The allocator's own report.
    fn report(&self) -> String;
    /// Gives pages that hold nothing back to the kernel.
    fn purge(&mut self);
}

/// Nobody measures: for programs that embed the node.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmeasured;

impl Memory for Unmeasured {
    fn used(&self) -> u64 {
        0
    }

    fn rss(&self) -> u64 {
        0
    }

    fn active(&self) -> u64 {
        0
    }

    fn resident(&self) -> u64 {
        0
    }

    fn allocator(&self) -> &'static str {
        "libc"
    }

    fn report(&self) -> String {
        String::new()
    }

    fn purge(&mut self) {}
}
