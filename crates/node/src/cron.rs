//! What happens by itself: a list of periods and functions, and expiry at its deadlines.

use crate::client::{Flags, Token};
use crate::latency::Cause;
use crate::{Attention, LogLevel, Node};

/// Work that is done every so many milliseconds.
struct Job {
    every_ms: u64,
    run: fn(&mut Node),
}

const JOBS: [Job; 5] = [
    Job { every_ms: 100, run: Node::sweep_expiries },
    Job { every_ms: 100, run: Node::sample_rates },
    Job { every_ms: 10, run: Node::end_pauses },
    Job { every_ms: 100, run: Node::look_after_clients },
    Job { every_ms: 100, run: Node::limit_tracking },
];

/// The longest that removing expired keys may take before requests get their turn, in nanoseconds.
const EXPIRE_SLICE_NS: u64 = 500_000;

/// The most of the time that removing expired keys may take while more wait: a quarter.
const EXPIRE_REST: u64 = 3;

/// Output buffers that were not needed for so long are given back.
pub(crate) const PEAK_RESET_MS: u64 = 5000;

/// When the jobs run next, and where the walk over the clients goes on.
#[derive(Debug)]
pub(crate) struct Cron {
    due_ms: [u64; JOBS.len()],
    next_client: u32,
    /// Before this, expired keys are not removed actively: the work had its share of time.
    expire_after_ns: u64,
    /// Whether looking for keys that will be due had to stop, and goes on before the next ones are looked for.
    sweeping: bool,
    /// Whether DEBUG SET-ACTIVE-EXPIRE has switched active expiry off.
    pub(crate) expiry_off: bool,
    /// Whether DEBUG PAUSE-CRON has stopped everything here.
    pub(crate) paused: bool,
    /// Whether DEBUG REPLYBUFFER RESIZING has switched the resizing of output buffers off.
    pub(crate) keep_buffers: bool,
    /// After how long the peak of an output buffer is forgotten; DEBUG can change it.
    pub(crate) peak_reset_ms: Option<u64>,
    peaks_reset_at_ms: u64,
}

impl Default for Cron {
    fn default() -> Self {
        Self {
            due_ms: [0; JOBS.len()],
            next_client: 0,
            expire_after_ns: 0,
            sweeping: false,
            expiry_off: false,
            paused: false,
            keep_buffers: false,
            peak_reset_ms: Some(PEAK_RESET_MS),
            peaks_reset_at_ms: 0,
        }
    }
}

impl Node {
    /// Returns for how long nothing will happen by itself, in milliseconds.
    pub fn wait_ms(&self) -> u64 {
        let now = self.clock.unix_us() / 1000;
        let mut next = self.cron.due_ms.iter().copied().min().unwrap_or(now);
        let due = if self.cron.sweeping { Some(0) } else { self.shard.next_expiry() };
        if let Some(expiry) = due.filter(|_| self.expires_actively()) {
            // Rounded up: a key is due when its millisecond has begun.
            let rest_ms =
                self.cron.expire_after_ns.saturating_sub(self.clock.mono_ns()).div_ceil(1_000_000);
            next = next.min(expiry.max(now + rest_ms));
        }
        if let Some(deadline) = self.blocking.next_deadline() {
            next = next.min(deadline);
        }
        next.saturating_sub(now).min(100)
    }

    /// Does what is due.
    pub fn run_timers(&mut self) {
        let now = self.tick_clock();
        if self.cron.paused {
            return;
        }
        let due = self.cron.sweeping || self.shard.next_expiry().is_some_and(|due| due <= now);
        if due && self.expires_actively() {
            self.expire_slice(self.cron.sweeping);
        }
        self.end_waits();
        for (index, job) in JOBS.iter().enumerate() {
            let due = self.cron.due_ms[index];
            // A clock that was set back must not stop everything.
            if now >= due || due > now + job.every_ms {
                self.cron.due_ms[index] = now + job.every_ms;
                (job.run)(self);
            }
        }
    }

    fn expires_actively(&self) -> bool {
        !self.cron.expiry_off && !self.pause.is_on()
    }

    /// Removes expired keys for a slice of time.
    fn expire_slice(&mut self, sweep: bool) {
        let start = self.clock.mono_ns();
        if start < self.cron.expire_after_ns {
            return;
        }
        let clock = &self.clock;
        let done = self.shard.expire(sweep, || clock.mono_ns() < start + EXPIRE_SLICE_NS);
        let end = self.clock.mono_ns();
        self.stats.expire_ns += end - start;
        self.note_latency(Cause::ExpireCycle, end - start);
        self.cron.sweeping = sweep && !done;
        if !done {
            self.cron.expire_after_ns = end + (end - start) * EXPIRE_REST;
        }
        if self.shard.observers().has_news() {
            self.commit_own_changes();
        }
    }

    /// Looks for keys that will be due within the second.
    fn sweep_expiries(&mut self) {
        if self.expires_actively() {
            self.expire_slice(true);
        }
    }

    fn sample_rates(&mut self) {
        let now_ns = self.clock.mono_ns();
        self.stats.sample(now_ns);
    }

    /// Lets requests run that CLIENT PAUSE has held back, once its time is over.
    fn end_pauses(&mut self) {
        let now = self.shard.now_ms();
        if self.attention.0 & Attention::PAUSE != 0 && self.pause.expire(now) {
            self.wake_paused();
        }
    }

    /// Lets requests run that CLIENT PAUSE has held back.
    pub(crate) fn wake_paused(&mut self) {
        let on = self.pause.is_on();
        self.attention.set(Attention::PAUSE, on);
        if on {
            return;
        }
        self.shard.set_may_expire(true);
        let waiting: Vec<Token> = self
            .clients
            .iter()
            .filter(|client| client.flags.has(Flags::POSTPONED))
            .map(|client| client.token)
            .collect();
        for token in waiting {
            self.clients[token].flags.set(Flags::POSTPONED, false);
            self.queue_read(token);
        }
    }

    /// Walks over some of the clients: closes idle ones, gives memory back, checks limits.
    fn look_after_clients(&mut self) {
        let now = self.shard.now_ms();
        let forget_peaks = self
            .cron
            .peak_reset_ms
            .is_some_and(|every| now.saturating_sub(self.cron.peaks_reset_at_ms) >= every);
        let places = self.clients.places() as u32;
        // Everybody once a second, but never so many at once that others wait.
        let share = places.div_ceil(10).clamp(places.min(50), 5000);
        for _ in 0..share {
            let token = Token(self.cron.next_client % places.max(1));
            self.cron.next_client = (self.cron.next_client + 1) % places.max(1);
            if self.clients.get(token).is_some() {
                self.look_after(token, now, forget_peaks);
            }
        }
        if forget_peaks {
            self.cron.peaks_reset_at_ms = now;
        }
        self.evict_clients();
    }

    fn look_after(&mut self, token: Token, now: u64, forget_peak: bool) {
        let timeout_ms = self.config.timeout as u64 * 1000;
        let client = &mut self.clients[token];
        let idle_ms = now.saturating_sub(client.active_ms);
        let exempt = Flags::MONITOR.and(Flags::SUBSCRIBED).and(Flags::WAITING);
        if timeout_ms > 0
            && idle_ms > timeout_ms
            && !client.flags.has(exempt)
            && !client.peer.internal
        {
            self.log(LogLevel::Verbose, "Closing idle client");
            self.close(token);
            return;
        }
        if client.query.capacity() > 1024 && idle_ms > 2000 {
            client.query.shrink_to_fit();
        }
        if client.output.buffer_capacity() > client.output_capacity_seen {
            self.stats.reply_buffer_expands += 1;
        }
        if !self.cron.keep_buffers && client.fit_output_buffer(forget_peak) {
            self.stats.reply_buffer_shrinks += 1;
        }
        client.output_capacity_seen = client.output.buffer_capacity();
        self.check_output_limit(token);
    }
}
