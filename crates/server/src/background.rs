//! The thread that frees what nobody needs any more.
//!
//! Dropping a database of a million keys takes a tenth of a second. Here nobody waits for it. The
//! node counts what it handed over, and is told how much of that is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};

use node::Garbage;

use crate::memory::Counters;
use crate::wake::Waker;

/// A thread at work behind the scenes.
#[derive(Debug)]
pub(crate) struct Background {
    queue: Sender<Garbage>,
    freed: Arc<AtomicU64>,
}

impl Background {
    /// Starts the thread; it wakes the event loop whenever it has freed something.
    pub(crate) fn start(waker: Waker) -> std::io::Result<Self> {
        let (queue, garbage) = mpsc::channel::<Garbage>();
        let freed = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&freed);
        std::thread::Builder::new().name("sinter-free".to_owned()).spawn(move || {
            Counters::add_this_immortal_thread();
            while let Ok(garbage) = garbage.recv() {
                let values = garbage.values();
                drop(garbage);
                count.fetch_add(values, Ordering::Release);
                waker.wake();
            }
            // The program ends. This thread's counters have to be there until it has.
            loop {
                std::thread::park();
            }
        })?;
        Ok(Self { queue, freed })
    }

    /// Has something freed.
    pub(crate) fn free(&self, garbage: Garbage) {
        // Without the thread, what was sent is dropped right here.
        let _ = self.queue.send(garbage);
    }

    /// Returns how many values were freed since the last time.
    pub(crate) fn take_freed(&self) -> u64 {
        self.freed.swap(0, Ordering::Acquire)
    }
}
