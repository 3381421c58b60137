//! Every bound on what a client may send, with its reason.

/// The longest line: an inline request, or a count in front of a multibulk or bulk. No client needs more, and a line has to be searched for its end.
pub const LINE_MAX: usize = 64 * 1024;

/// The most arguments of one request. The count is a signed 32-bit number on the wire.
pub const ARGUMENTS_MAX: i64 = i32::MAX as i64;

/// The most arguments of a request before the client has logged in.
pub const ARGUMENTS_MAX_UNAUTHENTICATED: i64 = 10;

/// The longest argument, whatever the settings say: it may become a key, which keeps its length in four bytes.
pub const BULK_MAX: i64 = u32::MAX as i64;

/// The longest argument before the client has logged in.
pub const BULK_MAX_UNAUTHENTICATED: i64 = 16 * 1024;

/// From this length on an argument that has not arrived whole is received into an allocation of its own, which then becomes the value.
pub const BIG_ARGUMENT: usize = 32 * 1024;

/// The room that is made for a big argument before its bytes have come. A client must send what it announces before it costs more.
pub const BIG_ARGUMENT_UPFRONT: usize = 1 << 20;

/// What a client may send right now.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest argument (`proto-max-bulk-len`).
    pub bulk_max: i64,
    /// Whether the tight bounds for strangers hold.
    pub unauthenticated: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bulk_max: 512 << 20, unauthenticated: false }
    }
}
