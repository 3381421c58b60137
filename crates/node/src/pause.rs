//! CLIENT PAUSE: holds back requests for a while.

/// Which requests wait, and until when.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    /// Requests wait until then.
    until_ms: u64,
    /// All of them do, and not only those that write.
    all: bool,
}

impl Pause {
    /// Starts a pause. One that is under way becomes what is stricter and what is longer of the two.
    pub(crate) fn start(&mut self, all: bool, until_ms: u64) {
        self.all |= all;
        self.until_ms = self.until_ms.max(until_ms);
    }

    /// Ends the pause.
    pub(crate) fn end(&mut self) {
        *self = Self::default();
    }

    /// Returns whether a request waits now.
    pub(crate) fn holds(&self, writes: bool) -> bool {
        self.is_on() && (self.all || writes)
    }

    /// Returns whether there is a pause.
    pub(crate) fn is_on(&self) -> bool {
        self.until_ms > 0
    }

    /// Ends a pause whose time is over; returns whether it did.
    pub(crate) fn expire(&mut self, now_ms: u64) -> bool {
        let is_over = self.is_on() && self.until_ms <= now_ms;
        if is_over {
            self.end();
        }
        is_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_pauses_the_stricter_and_the_longer_holds() {
        for pauses in [[(true, 100), (false, 60_000)], [(false, 60_000), (true, 100)]] {
            let mut pause = Pause::default();
            for (all, until_ms) in pauses {
                pause.start(all, until_ms);
            }
            assert!(!pause.expire(59_999) && pause.holds(false) && pause.holds(true));
            assert!(pause.expire(60_000) && !pause.holds(true));
            assert!(!pause.expire(60_001));
            pause.start(false, 70_000);
            assert!(!pause.holds(false) && pause.holds(true));
        }
    }
}
