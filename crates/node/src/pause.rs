//! CLIENT PAUSE: holds back requests for a while.

/// Which requests wait, and until when.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    /// All requests wait until then.
    all_until_ms: u64,
    /// Requests that write wait until then.
    writes_until_ms: u64,
}

impl Pause {
    /// Starts or prolongs a pause; a longer one stays.
    pub(crate) fn start(&mut self, all: bool, until_ms: u64) {
        let until = if all { &mut self.all_until_ms } else { &mut self.writes_until_ms };
        *until = (*until).max(until_ms);
    }

    /// Ends all pauses.
    pub(crate) fn end(&mut self) {
        *self = Self::default();
    }

    /// Returns whether a request waits now.
    pub(crate) fn holds(&self, writes: bool) -> bool {
        self.all_until_ms > 0 || (writes && self.writes_until_ms > 0)
    }

    /// Returns whether there is a pause.
    pub(crate) fn is_on(&self) -> bool {
        self.holds(true)
    }

    /// Ends pauses whose time is over; returns whether something was ended.
    pub(crate) fn expire(&mut self, now_ms: u64) -> bool {
        let before = self.is_on();
        for until in [&mut self.all_until_ms, &mut self.writes_until_ms] {
            if *until <= now_ms {
                *until = 0;
            }
        }
        before && !self.is_on()
    }
}
