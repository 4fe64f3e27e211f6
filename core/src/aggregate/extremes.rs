use crate::value::Decimal;

/// The least and the largest of exact values, each with its earliest instant (AGGREGATION.md 4.5). They may
/// come in any order, and of columns with different scales.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extremes {
    found: Option<((i64, Decimal), (i64, Decimal))>,
}

impl Extremes {
    /// One more value and its instant.
    pub fn take(&mut self, at_ms: i64, value: Decimal) {
        let this = (at_ms, value);
        let (mut least, mut most) = self.found.unwrap_or((this, this));
        let is_earlier = |than: (i64, Decimal)| value == than.1 && at_ms < than.0;
        if value < least.1 || is_earlier(least) {
            least = this;
        }
        if value > most.1 || is_earlier(most) {
            most = this;
        }
        self.found = Some((least, most));
    }

    /// The least, then the largest; `None` of no values.
    #[must_use]
    pub const fn found(&self) -> Option<((i64, Decimal), (i64, Decimal))> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_of_alike_values_counts_in_any_order() {
        let value = |text: &str| Decimal::parse(text).unwrap();
        let all = [(5, value("1.50")), (3, value("1.5")), (4, value("-7")), (9, value("18446744073709551615"))];
        for turn in 0..all.len() {
            let mut extremes = Extremes::default();
            assert_eq!(extremes.found(), None);
            all.iter().cycle().skip(turn).take(all.len()).for_each(|(at_ms, value)| extremes.take(*at_ms, *value));
            assert_eq!(extremes.found(), Some((all[2], all[3])));
        }
        let mut extremes = Extremes::default();
        extremes.take(5, value("1.50"));
        extremes.take(3, value("1.5"));
        assert_eq!(extremes.found().map(|(least, most)| (least.0, most.0)), Some((3, 3)));
    }
}
