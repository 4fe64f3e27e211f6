//! What energy costs (AGGREGATION.md 4.9): split where prices change on local clocks, exact, and divided
//! once.

use super::cadence::Cadence;
use super::zone::{Zone, change_after, offset_ms};
use super::{AggregateError, Counted, ExactSum, Partial, Scale};

/// The power of ten of units in a watt-millisecond.
const UNITS_PER_W_MS_POWER: i16 = 9;
/// Units of a kilowatt hour: 3.6 × 10^9 W·ms.
const UNITS_PER_KWH: i64 = 3_600_000_000_000_000_000;
/// Units of a kilowatt hour times millionths of a euro, without the 25 twos in it: 9 × 5^23.
const ODD_UNITS_PER_EUR: u64 = 107_288_360_595_703_125;
/// 2^-25.
const TWOS: f64 = 1.0 / 33_554_432.0;

/// Energy, exact to a billionth of a watt-millisecond; of power in binary fractions, to the last bit.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Energy {
    units: ExactSum,
}

impl Energy {
    /// The integral of a power in watts.
    ///
    /// # Errors
    /// [`AggregateError::SumOverflow`] for a scale of more than 9 decimals, or beyond 128 bits.
    pub fn of_watts(partial: &Partial<i64>, scale: &Scale) -> Result<Energy, AggregateError> {
        let units = scale.units(*partial.integral(), partial.cover_ms(), UNITS_PER_W_MS_POWER, 1)?;
        Ok(Energy::of_units(units))
    }

    /// What a counter of kilowatt hours counted; `None` as [`Counted::known_increase`].
    ///
    /// # Errors
    /// [`AggregateError::SumOverflow`] for a multiplier of more than 17 decimals, or beyond 128 bits.
    pub fn of_kwh_counted(counted: &Counted<i64>, scale: &Scale) -> Result<Option<Energy>, AggregateError> {
        let Some(increase) = counted.known_increase() else {
            return Ok(None);
        };
        // 36 × 10^17 units.
        Ok(Some(Energy::of_units(scale.units(*increase, 0, 17, 36)?)))
    }

    /// The integral of a power in watts that is read as binary fractions.
    ///
    /// # Errors
    /// [`AggregateError::SumOverflow`] beyond what exact sums hold.
    pub fn of_fractional_watts(partial: &Partial<f64>) -> Result<Energy, AggregateError> {
        let units = partial.integral().times(1_000_000_000).ok_or(AggregateError::SumOverflow)?;
        Ok(Energy { units })
    }

    /// What a counter of kilowatt hours in binary fractions counted; `None` as [`Counted::known_increase`].
    ///
    /// # Errors
    /// [`AggregateError::SumOverflow`] beyond what exact sums hold.
    pub fn of_fractional_kwh_counted(counted: &Counted<f64>) -> Result<Option<Energy>, AggregateError> {
        let Some(increase) = counted.known_increase() else {
            return Ok(None);
        };
        let units = increase.times(UNITS_PER_KWH).ok_or(AggregateError::SumOverflow)?;
        Ok(Some(Energy { units }))
    }

    /// Adds other energy.
    pub fn merge(&mut self, other: &Energy) {
        self.units.merge(&other.units);
    }

    /// Kilowatt hours, rounded once; `None` beyond the range of binary64.
    #[must_use]
    pub fn kwh(&self) -> Option<f64> {
        self.units.divided_by(UNITS_PER_KWH.unsigned_abs())
    }

    fn of_units(units: i128) -> Energy {
        let mut sum = ExactSum::default();
        sum.add_integer(units);
        Energy { units: sum }
    }
}

/// Money for energy: exact sums of energy times price.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cost {
    units: ExactSum,
}

impl Cost {
    /// Adds energy at a price in millionths of a euro a kilowatt hour.
    ///
    /// # Errors
    /// [`AggregateError::SumOverflow`] beyond what exact sums hold.
    pub fn add(&mut self, energy: &Energy, micro_eur_per_kwh: i64) -> Result<(), AggregateError> {
        let units = energy.units.times(micro_eur_per_kwh).ok_or(AggregateError::SumOverflow)?;
        self.units.merge(&units);
        Ok(())
    }

    /// Adds another cost.
    pub fn merge(&mut self, other: &Cost) {
        self.units.merge(&other.units);
    }

    /// Euros, rounded once; `None` beyond the range of binary64.
    #[must_use]
    pub fn eur(&self) -> Option<f64> {
        // Halving is exact.
        Some(self.units.divided_by(ODD_UNITS_PER_EUR)? * TWOS)
    }

    /// The cost of energy in slots, of which `energy` says how much each has, `None` if nothing is known of it;
    /// `None` if there is no slot with a price and energy.
    ///
    /// # Errors
    /// Those of `energy`, and of [`Cost::add`].
    pub fn of_slots(
        slots: impl IntoIterator<Item = Slot>,
        mut energy: impl FnMut(i64, i64) -> Result<Option<Energy>, AggregateError>,
    ) -> Result<Option<Cost>, AggregateError> {
        let mut cost = None;
        for slot in slots {
            if let Some(price) = slot.micro_eur_per_kwh
                && let Some(energy) = energy(slot.start_ms, slot.end_ms)?
            {
                cost.get_or_insert_with(Cost::default).add(&energy, price)?;
            }
        }
        Ok(cost)
    }
}

/// A price on some days of the week, from one minute of the local day to before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Bit 0 for Monday to bit 6 for Sunday.
    pub days: u8,
    /// 0..=1439.
    pub from_minute: u16,
    /// 1..=1440, after `from_minute`.
    pub until_minute: u16,
    /// Millionths of a euro a kilowatt hour.
    pub micro_eur_per_kwh: i64,
}

/// Rates, of which the first that fits counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tariff<'a> {
    rates: &'a [Rate],
}

impl<'a> Tariff<'a> {
    /// Rates by their order.
    ///
    /// # Errors
    /// [`AggregateError::TariffRate`] for one of no day, or whose minutes are none.
    pub fn new(rates: &'a [Rate]) -> Result<Self, AggregateError> {
        let is_bad = |rate: &Rate| {
            rate.days == 0 || rate.days > 0x7F || rate.from_minute >= rate.until_minute || rate.until_minute > 1440
        };
        match rates.iter().position(is_bad) {
            Some(index) => Err(AggregateError::TariffRate { index }),
            None => Ok(Tariff { rates }),
        }
    }

    /// The parts of `[start, end)` that have one price each.
    pub const fn slots<'z, Z: Zone + ?Sized>(self, zone: &'z Z, start_ms: i64, end_ms: i64) -> Slots<'a, 'z, Z> {
        Slots { tariff: self, zone, at_ms: start_ms, end_ms }
    }

    /// The price at a minute of a day, numbered from Monday, and the minute up to which it is the same.
    fn at(&self, day: u32, minute: u16) -> (Option<i64>, u16) {
        let is_on = |rate: &&Rate| rate.days >> day.min(7) & 1 == 1;
        let fits = |rate: &&Rate| (rate.from_minute..rate.until_minute).contains(&minute);
        let price = self.rates.iter().filter(is_on).find(fits).map(|rate| rate.micro_eur_per_kwh);
        let ends = self.rates.iter().filter(is_on).flat_map(|rate| [rate.from_minute, rate.until_minute]);
        (price, ends.filter(|end| *end > minute).min().unwrap_or(1440))
    }
}

/// A part of a span with one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// First instant.
    pub start_ms: i64,
    /// The instant after the last.
    pub end_ms: i64,
    /// Millionths of a euro a kilowatt hour; `None` where the tariff has no rate.
    pub micro_eur_per_kwh: Option<i64>,
}

/// The parts of a span, side by side in order of time. Two neighbours may have the same price.
#[derive(Clone, Copy, Debug)]
pub struct Slots<'a, 'z, Z: ?Sized> {
    tariff: Tariff<'a>,
    zone: &'z Z,
    at_ms: i64,
    end_ms: i64,
}

impl<Z: Zone + ?Sized> Iterator for Slots<'_, '_, Z> {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        let start_ms = self.at_ms;
        if start_ms >= self.end_ms {
            return None;
        }
        let local_ms = i128::from(start_ms) + i128::from(offset_ms(self.zone, start_ms));
        let day_ms = i128::from(Cadence::Day.ms());
        let of_day_ms = local_ms.rem_euclid(day_ms);
        // 1970 began on a Thursday.
        let day = u32::try_from((local_ms.div_euclid(day_ms) + 3).rem_euclid(7)).unwrap_or(0);
        let minute = u16::try_from(of_day_ms / 60_000).unwrap_or(0);
        let (price, until_minute) = self.tariff.at(day, minute);
        let left_ms = i64::try_from(i128::from(until_minute) * 60_000 - of_day_ms).unwrap_or(1).max(1);
        let limit_ms = start_ms.saturating_add(left_ms).min(self.end_ms);
        self.at_ms = change_after(self.zone, start_ms, limit_ms);
        Some(Slot { start_ms, end_ms: self.at_ms, micro_eur_per_kwh: price })
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::random::Random;
    use crate::aggregate::{FixedOffset, Reading, Rule, Transitions, partial};
    use crate::value::Decimal;

    const HOUR_MS: i64 = 3_600_000;

    const RATES: [Rate; 3] = [
        Rate { days: 0b110_0000, from_minute: 0, until_minute: 1440, micro_eur_per_kwh: 90_000 },
        Rate { days: 0x7F, from_minute: 360, until_minute: 1320, micro_eur_per_kwh: 300_000 },
        Rate { days: 0x7F, from_minute: 0, until_minute: 1440, micro_eur_per_kwh: 150_001 },
    ];

    #[test]
    fn prices_change_on_local_clocks() {
        let tariff = Tariff::new(&RATES).unwrap();
        // Monday the 5th of January 1970 in a zone of one hour east; then Saturday.
        let monday_ms = 96 * HOUR_MS - HOUR_MS;
        let slots: Vec<_> = tariff.slots(&FixedOffset(3600), monday_ms, monday_ms + 24 * HOUR_MS).collect();
        let hours: Vec<_> =
            slots.iter().map(|slot| ((slot.start_ms - monday_ms) / HOUR_MS, slot.micro_eur_per_kwh)).collect();
        assert_eq!(hours, [(0, Some(150_001)), (6, Some(300_000)), (22, Some(150_001))]);
        let saturday_ms = monday_ms + 120 * HOUR_MS;
        let mut slots = tariff.slots(&FixedOffset(3600), saturday_ms, saturday_ms + HOUR_MS);
        assert_eq!(slots.next().and_then(|slot| slot.micro_eur_per_kwh), Some(90_000));
        let partly = Tariff::new(&RATES[1..2]).unwrap();
        assert_eq!(partly.slots(&FixedOffset(0), 0, 1).next().unwrap().micro_eur_per_kwh, None);
    }

    #[test]
    fn slots_lie_side_by_side_over_changes_of_clocks() {
        let changes = [(170 * HOUR_MS, 7200), (340 * HOUR_MS, 3600)];
        let zone = Transitions::new(3600, &changes).unwrap();
        let tariff = Tariff::new(&RATES).unwrap();
        let mut at_ms = 5;
        for slot in tariff.slots(&zone, 5, 500 * HOUR_MS) {
            assert!(slot.start_ms == at_ms && slot.end_ms > at_ms, "{slot:?}");
            // Each minute has the price of its slot.
            for minute_ms in (slot.start_ms..slot.end_ms).step_by(60_000) {
                let local_ms = minute_ms + i64::from(zone.offset_s(minute_ms)) * 1000;
                let (day, minute) = ((local_ms.div_euclid(24 * HOUR_MS) + 3) % 7, local_ms / 60_000 % 1440);
                let want = match (day, minute) {
                    (5 | 6, _) => 90_000,
                    (_, 360..1320) => 300_000,
                    _ => 150_001,
                };
                assert_eq!(slot.micro_eur_per_kwh, Some(want), "{minute_ms}");
            }
            at_ms = slot.end_ms;
        }
        assert_eq!(at_ms, 500 * HOUR_MS);
        let extremes = [i64::MIN, -1, 0, i64::MAX];
        for (start_ms, end_ms) in extremes.iter().flat_map(|start| extremes.map(|end| (*start, end))) {
            assert!(tariff.slots(&zone, start_ms, end_ms).take(9).all(|slot| slot.start_ms < slot.end_ms));
        }
    }

    #[test]
    fn a_kilowatt_for_a_day_costs_what_it_costs() {
        let readings = [Reading::new(0, 10_000)];
        let scale = Scale::new(Decimal::parse("0.1").unwrap(), Decimal::ZERO);
        let rule = Rule::default();
        let tariff = Tariff::new(&RATES).unwrap();
        let of = |start_ms, end_ms| {
            let partial = partial(&readings, start_ms, end_ms, &rule)?;
            Energy::of_watts(&partial, &scale).map(Some)
        };
        // A Thursday: 8 h at 0.150001, 16 h at 0.3.
        let cost = Cost::of_slots(tariff.slots(&FixedOffset(0), 0, 24 * HOUR_MS), of).unwrap().unwrap();
        assert_eq!(cost.eur(), Some(6.000_008));
        assert_eq!(of(0, 24 * HOUR_MS).unwrap().unwrap().kwh(), Some(24.0));
        let none = Tariff::new(&[]).unwrap();
        assert_eq!(Cost::of_slots(none.slots(&FixedOffset(0), 0, HOUR_MS), of), Ok(None));
        assert_eq!(Cost::of_slots(tariff.slots(&FixedOffset(0), 0, HOUR_MS), |_, _| Ok(None)), Ok(None));
    }

    #[test]
    fn energy_of_counters_and_fractions_is_the_same_energy() {
        let rule = Rule::default();
        let tenths = Scale::new(Decimal::parse("0.1").unwrap(), Decimal::parse("7").unwrap());
        let counter = [Reading::new(-1, 1000), Reading::new(5, 1025)];
        let counted = partial(&counter, 0, 10, &rule).unwrap().counts();
        let mut energy = Energy::of_kwh_counted(&counted, &tenths).unwrap().unwrap();
        assert_eq!(energy.kwh(), Some(2.5), "a shift is no energy");
        let fractions = counter.map(|reading| Reading::new(reading.at_ms(), reading.value().unwrap() as f64 / 8.0));
        let counted = partial(&fractions, 0, 10, &rule).unwrap().counts();
        let fractional = Energy::of_fractional_kwh_counted(&counted).unwrap().unwrap();
        assert_eq!(fractional.kwh(), Some(3.125));
        energy.merge(&fractional);
        assert_eq!(energy.kwh(), Some(5.625));
        let hour = partial(&[Reading::new(0, 0.1)], 0, HOUR_MS, &rule).unwrap();
        assert_eq!(Energy::of_fractional_watts(&hour).unwrap().kwh(), Some(0.0001));
        assert_eq!(Energy::of_kwh_counted(&Counted::default(), &tenths), Ok(None));
        let finest = Scale::of_decimals(30).unwrap();
        let watts = partial(&[Reading::new(0, 1)], 0, 1, &rule).unwrap();
        assert_eq!(Energy::of_watts(&watts, &finest), Err(AggregateError::SumOverflow));
        // A shift is power: 10 W + 7 W.
        let power = partial(&[Reading::new(0, 100)], 0, HOUR_MS, &rule).unwrap();
        assert_eq!(Energy::of_watts(&power, &tenths).unwrap().kwh(), Some(0.017));
    }

    #[test]
    fn any_split_costs_the_same() {
        let mut random = Random(81);
        let readings = random.readings(2000, 0);
        let rule = Rule::of_period(10);
        let tariff = Tariff::new(&RATES).unwrap();
        let zone = FixedOffset(-1800);
        let scale = Scale::of_decimals(3).unwrap();
        let cost = |start_ms, end_ms| {
            let of =
                |start_ms, end_ms| Energy::of_watts(&partial(&readings, start_ms, end_ms, &rule)?, &scale).map(Some);
            Cost::of_slots(tariff.slots(&zone, start_ms, end_ms), of).unwrap().unwrap()
        };
        let whole = cost(0, 40_000_000);
        for _ in 0..20 {
            let cut = 1 + random.below(39_999_998) as i64;
            let mut parts = cost(cut, 40_000_000);
            parts.merge(&cost(0, cut));
            assert_eq!(parts, whole);
        }
        let rate = Rate { days: 1, from_minute: 5, until_minute: 5, micro_eur_per_kwh: 0 };
        assert_eq!(Tariff::new(&[RATES[0], rate]), Err(AggregateError::TariffRate { index: 1 }));
    }
}
