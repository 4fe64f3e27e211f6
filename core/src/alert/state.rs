use super::Truth;
use super::rule::QUIET_MS;

/// How an alert stands: its last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Everything until here is worked off.
    pub(super) now_ms: i64,
    pub(super) started_ms: i64,
    pub(super) since_ms: i64,
    /// Of an open record, when its truth changed last; of a closed one, when it closed.
    pub(super) edge_ms: i64,
    pub(super) confirmed_ms: i64,
    /// Re-openings that may be within ten minutes of the next: how long before the last opening each was.
    pub(super) reopened: [u32; 3],
    pub(super) record: u32,
    /// By place in the rule, the first as the lowest bit.
    pub(super) actions: u16,
    pub(super) follow_ups: u16,
    pub(super) phase: Phase,
    pub(super) truth: Truth,
    pub(super) flags: u8,
}

const _: () = assert!(size_of::<State>() <= 64, "the state of an alert takes at most 64 bytes");

/// Where the last record is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There is none yet.
    Quiet,
    /// It is open.
    Active,
    /// It is closed.
    Resolved,
    /// The alert was deleted: nothing happens any more.
    Ended,
}

const CONFIRMED: u8 = 1;
const FLAPPING: u8 = 2;
/// The truth was unknown for so long that pending actions count from the next time it holds.
const RENEW: u8 = 4;
pub(super) const STATE_FLAGS: u8 = CONFIRMED | FLAPPING | RENEW;
/// In place of the age of a re-opening: there is none.
pub(super) const NEVER: u32 = u32::MAX;

impl State {
    /// Of an alert that is enabled at this instant, or whose rule was changed then. The first record has the
    /// number after `last_record`, 0 if there was none.
    #[must_use]
    pub const fn new(at_ms: i64, last_record: u32) -> State {
        State {
            now_ms: at_ms,
            started_ms: 0,
            since_ms: 0,
            edge_ms: 0,
            confirmed_ms: 0,
            reopened: [NEVER; 3],
            record: last_record,
            actions: 0,
            follow_ups: 0,
            phase: Phase::Quiet,
            truth: Truth::False,
            flags: 0,
        }
    }

    /// The instant up to which everything is worked off.
    pub const fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Number of the last record.
    pub const fn record(&self) -> u32 {
        self.record
    }

    /// Where the last record is in its life.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// A record is open.
    pub fn is_active(&self) -> bool {
        self.phase == Phase::Active
    }

    /// When the last record opened.
    pub fn started_ms(&self) -> Option<i64> {
        self.has_record().then_some(self.started_ms)
    }

    /// From when the actions of an open record count.
    pub fn since_ms(&self) -> Option<i64> {
        self.is_active().then_some(self.since_ms)
    }

    /// When the last record closed.
    pub fn closed_ms(&self) -> Option<i64> {
        (self.phase == Phase::Resolved).then_some(self.edge_ms)
    }

    /// When the last record was confirmed.
    pub fn confirmed_ms(&self) -> Option<i64> {
        (self.has_record() && self.has(CONFIRMED)).then_some(self.confirmed_ms)
    }

    /// The open record would close and open too often.
    pub fn is_flapping(&self) -> bool {
        self.is_active() && self.has(FLAPPING)
    }

    pub(super) fn has_record(&self) -> bool {
        matches!(self.phase, Phase::Active | Phase::Resolved)
    }

    /// Opens a record; whether it is one too many.
    pub(super) fn open(&mut self, now_ms: i64) -> bool {
        let is_again = self.closed_ms().is_some_and(|closed_ms| is_within(closed_ms, now_ms));
        let passed_ms = u32::try_from(now_ms.saturating_sub(self.started_ms)).unwrap_or(NEVER);
        for age_ms in &mut self.reopened {
            *age_ms = age_ms.saturating_add(passed_ms);
            if u64::from(*age_ms) > QUIET_MS {
                *age_ms = NEVER;
            }
        }
        let is_flapping = is_again && !self.reopened.contains(&NEVER);
        if is_flapping {
            self.reopened = [NEVER; 3];
        } else if is_again && let Some(place) = self.reopened.iter_mut().find(|age_ms| **age_ms == NEVER) {
            *place = 0;
        }
        self.record = self.record.wrapping_add(1);
        (self.started_ms, self.since_ms, self.edge_ms) = (now_ms, now_ms, now_ms);
        (self.actions, self.follow_ups) = (0, 0);
        self.phase = Phase::Active;
        self.truth = Truth::True;
        self.flags = if is_flapping { FLAPPING } else { 0 };
        is_flapping
    }

    /// Notes the truth of an open record.
    pub(super) fn note(&mut self, truth: Truth, now_ms: i64, longest_unknown_ms: u64) {
        if truth == self.truth {
            return;
        }
        let lasted_ms = u64::try_from(now_ms.saturating_sub(self.edge_ms)).unwrap_or(0);
        if self.truth == Truth::Unknown && lasted_ms > longest_unknown_ms {
            self.set(RENEW, true);
        }
        if truth == Truth::True && self.has(RENEW) {
            self.since_ms = now_ms;
            self.set(RENEW, false);
        }
        self.truth = truth;
        self.edge_ms = now_ms;
    }

    /// Confirms the last record; whether it was not yet.
    pub(super) fn confirm(&mut self, now_ms: i64) -> bool {
        let is_first = self.has_record() && !self.has(CONFIRMED);
        if is_first {
            self.confirmed_ms = now_ms;
            self.set(CONFIRMED, true);
        }
        is_first
    }

    pub(super) fn calm(&mut self) {
        self.set(FLAPPING, false);
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    const fn set(&mut self, flag: u8, is_set: bool) {
        self.flags = if is_set { self.flags | flag } else { self.flags & !flag };
    }
}

fn is_within(from_ms: i64, until_ms: i64) -> bool {
    u64::try_from(until_ms.saturating_sub(from_ms)).is_ok_and(|passed_ms| passed_ms <= QUIET_MS)
}
