use super::{Carry, Number, Partial, Reading, Rule};

/// What is known from the first of some readings to the last, without the time that the last one holds.
///
/// Other than a [`Partial`] of a span it can be made before it is known what came before, and be joined to
/// that later by a [`Fold`](super::Fold).
#[derive(Clone, Debug, PartialEq)]
pub struct Run<N: Number> {
    first_ms: i64,
    last_ms: i64,
    partial: Partial<N>,
    after: Carry<N>,
}

impl<N: Number> Run<N> {
    /// Nothing yet; the time before the first reading is not in it.
    pub(crate) fn start(first_ms: i64, before: Carry<N>) -> Run<N> {
        Run { first_ms, last_ms: first_ms, partial: Partial::default(), after: before.without_value() }
    }

    pub(crate) const fn of_parts(first_ms: i64, last_ms: i64, partial: Partial<N>, after: Carry<N>) -> Run<N> {
        Run { first_ms, last_ms, partial, after }
    }

    /// Of these readings, in order of time, behind those that left `before`.
    pub fn of(readings: &[Reading<N>], before: Carry<N>, rule: &Rule) -> Run<N> {
        let mut run = Run::start(readings.first().map_or(0, Reading::at_ms), before);
        readings.iter().for_each(|reading| run.push(*reading, rule));
        run
    }

    /// Instant of the first reading.
    pub const fn first_ms(&self) -> i64 {
        self.first_ms
    }

    /// Instant of the last reading.
    pub const fn last_ms(&self) -> i64 {
        self.last_ms
    }

    /// What is known of `[first, last)`, and of the last reading all but the time that it holds.
    pub const fn partial(&self) -> &Partial<N> {
        &self.partial
    }

    /// What the readings leave.
    pub const fn after(&self) -> Carry<N> {
        self.after
    }

    pub(crate) fn push(&mut self, reading: Reading<N>, rule: &Rule) {
        self.partial.hold(&self.after, self.last_ms, reading.at_ms(), rule);
        self.partial.take(reading, &mut self.after, rule);
        self.last_ms = reading.at_ms();
    }

    /// Adds what comes next, and was made with what this one leaves.
    #[cfg(feature = "alloc")]
    pub(super) fn append(&mut self, next: &Run<N>, rule: &Rule) {
        self.partial.hold(&self.after, self.last_ms, next.first_ms, rule);
        self.partial.merge(&next.partial);
        self.last_ms = next.last_ms;
        self.after = next.after;
    }
}
