//! Expiries as clients write them: seconds or milliseconds, from now or from 1970.
//!
//! A command that sets a time to live passes on what it came to, in milliseconds since 1970: a relative time would mean another instant wherever and whenever the log is replayed.

use config::Config;
use keyspace::EXPIRY_MAX;

use crate::CommandError;

/// What a number that stands for an expiry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Seconds from now: `EX`.
    Seconds,
    /// Milliseconds from now: `PX`.
    Millis,
    /// Seconds of Unix time: `EXAT`.
    UnixSeconds,
    /// Milliseconds of Unix time: `PXAT`.
    UnixMillis,
}

impl Form {
    /// Returns the form that an option of SET and its kin introduces.
    pub(crate) fn of_option(word: &[u8]) -> Option<Self> {
        let options: [(&[u8], Self); 4] = [
            (b"EX", Self::Seconds),
            (b"PX", Self::Millis),
            (b"EXAT", Self::UnixSeconds),
            (b"PXAT", Self::UnixMillis),
        ];
        let option = options.iter().find(|(option, _)| word.eq_ignore_ascii_case(option));
        option.map(|&(_, form)| form)
    }

    /// Returns whether the number counts from 1970.
    pub(crate) fn is_absolute(self) -> bool {
        matches!(self, Self::UnixSeconds | Self::UnixMillis)
    }

    /// Returns the expiry in milliseconds of Unix time, or the latest that a key can have; nothing if 64 bits do not hold it.
    ///
    /// It may be past, even before 1970.
    pub(crate) fn instant(self, number: i64, now_ms: u64) -> Option<i64> {
        let millis = match self {
            Self::Seconds | Self::UnixSeconds => number.checked_mul(1000)?,
            Self::Millis | Self::UnixMillis => number,
        };
        let instant = match self.is_absolute() {
            true => millis,
            false => i64::try_from(now_ms).ok()?.checked_add(millis)?,
        };
        Some(instant.min(EXPIRY_MAX as i64))
    }

    /// Returns the expiry in milliseconds of Unix time, for a command that takes positive numbers only.
    pub(crate) fn positive_instant(
        self,
        number: i64,
        now_ms: u64,
        command: &'static str,
    ) -> Result<u64, CommandError> {
        let instant = if number > 0 { self.instant(number, now_ms) } else { None };
        let instant = instant.and_then(|instant| u64::try_from(instant).ok());
        instant.ok_or(CommandError::InvalidExpire(command))
    }
}

/// When EXPIRE does nothing.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// Unless the key has no expiry.
    nx: bool,
    /// Unless the key has one.
    xx: bool,
    /// Unless the new one is later.
    gt: bool,
    /// Unless the new one is earlier.
    lt: bool,
}

impl Conditions {
    /// Reads the options, all of which are conditions.
    pub(crate) fn parse(options: &[&[u8]]) -> Result<Self, CommandError> {
        let mut conditions = Self::default();
        for option in options {
            let is = |name: &[u8]| option.eq_ignore_ascii_case(name);
            if is(b"NX") {
                conditions.nx = true;
            } else if is(b"XX") {
                conditions.xx = true;
            } else if is(b"GT") {
                conditions.gt = true;
            } else if is(b"LT") {
                conditions.lt = true;
            } else {
                let option = String::from_utf8_lossy(option);
                return Err(CommandError::other(format!("ERR Unsupported option {option}")));
            }
        }
        let Self { nx, xx, gt, lt } = conditions;
        if nx && (xx || gt || lt) {
            let text = "ERR NX and XX, GT or LT options at the same time are not compatible";
            return Err(CommandError::other(text));
        }
        if gt && lt {
            let text = "ERR GT and LT options at the same time are not compatible";
            return Err(CommandError::other(text));
        }
        Ok(conditions)
    }

    /// Returns whether an expiry may become `new`. To have none is to expire later than ever.
    pub(crate) fn allow(&self, current: Option<u64>, new: i64) -> bool {
        let Some(current) = current else { return !self.xx && !self.gt };
        let current = i64::try_from(current).unwrap_or(i64::MAX);
        !self.nx && (!self.gt || new > current) && (!self.lt || new < current)
    }
}

/// The command that the log gets when a key is removed because its time has come.
pub(crate) fn removal(config: &Config) -> &'static [u8] {
    if config.lazyfree_lazy_expire { b"UNLINK" } else { b"DEL" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000_000;

    #[test]
    fn every_form_comes_to_an_instant() {
        let all = [Form::Seconds, Form::Millis, Form::UnixSeconds, Form::UnixMillis];
        let instants = all.map(|form| form.instant(5, NOW));
        assert_eq!(
            instants,
            [Some(1_700_000_005_000), Some(1_700_000_000_005), Some(5000), Some(5)]
        );
        assert_eq!(Form::Seconds.instant(-5, NOW), Some(1_699_999_995_000));
    }

    #[test]
    fn what_64_bits_do_not_hold_is_refused() {
        let most = i64::MAX / 1000;
        let latest = Some(EXPIRY_MAX as i64);
        assert_eq!(Form::UnixSeconds.instant(most, NOW), latest, "all the same");
        assert_eq!(Form::UnixSeconds.instant(most + 1, NOW), None);
        assert_eq!(Form::UnixSeconds.instant(-most, NOW), Some(-most * 1000));
        assert_eq!(Form::UnixSeconds.instant(-most - 1, NOW), None);
        assert_eq!(Form::Seconds.instant(most, NOW), None, "now comes on top");
        assert_eq!(Form::Millis.instant(i64::MAX - 1_700_000_000_000, NOW), latest);
        assert_eq!(Form::Millis.instant(i64::MAX - 1_699_999_999_999, NOW), None);
        assert_eq!(Form::Millis.instant(i64::MIN, NOW), Some(i64::MIN + 1_700_000_000_000));
    }

    #[test]
    fn some_commands_take_positive_numbers_only() {
        let refused = Err(CommandError::InvalidExpire("set"));
        assert_eq!(Form::Millis.positive_instant(0, NOW, "set"), refused);
        assert_eq!(Form::UnixMillis.positive_instant(-1, NOW, "set"), refused);
        assert_eq!(Form::Millis.positive_instant(i64::MAX, NOW, "set"), refused);
        assert_eq!(Form::UnixMillis.positive_instant(1, NOW, "set"), Ok(1));
    }

    fn allowed(options: &[&[u8]], current: Option<u64>, new: i64) -> bool {
        Conditions::parse(options).expect("good options").allow(current, new)
    }

    #[test]
    fn to_have_no_expiry_is_to_expire_later_than_ever() {
        assert!(!allowed(&[b"GT"], None, i64::MAX));
        assert!(allowed(&[b"lt"], None, i64::MAX));
        assert!(!allowed(&[b"XX", b"LT"], None, 5));
        assert!(allowed(&[b"NX"], None, 5));
        assert!(allowed(&[], None, 5));
    }

    #[test]
    fn an_equal_expiry_is_neither_later_nor_earlier() {
        assert!(!allowed(&[b"GT"], Some(5), 5));
        assert!(!allowed(&[b"LT"], Some(5), 5));
        assert!(allowed(&[b"GT", b"XX"], Some(5), 6));
        assert!(allowed(&[b"LT"], Some(5), -6));
        assert!(!allowed(&[b"NX"], Some(5), 6));
    }

    #[test]
    fn contradictions_are_refused_by_the_first_rule_they_break() {
        let text = |options: &[&[u8]]| Conditions::parse(options).unwrap_err().to_string();
        let nx = "ERR NX and XX, GT or LT options at the same time are not compatible";
        assert_eq!(text(&[b"NX", b"GT", b"LT"]), nx);
        let gt = "ERR GT and LT options at the same time are not compatible";
        assert_eq!(text(&[b"XX", b"LT", b"GT"]), gt);
        assert_eq!(text(&[b"NX", b"XX", b"Foo"]), "ERR Unsupported option Foo");
    }
}
