//! What energy costs an organization (AGGREGATION.md 4.9).

use parabus_core::aggregate::{Rate, zone_by_name};
use parabus_core::value::Decimal;

/// Days of the week as tariffs call them; bit 0 of a rate's days is the first.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// All bits of a rate's days.
pub const EVERY_DAY: u8 = 0x7F;

/// Prices by the clocks of a time zone; of two rates that fit, the first counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Tariff {
    /// An IANA name.
    pub time_zone: String,
    pub rates: Vec<Rate>,
}

/// A part of a span with one price, in millionths of a euro a kilowatt hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// `[start, end)`, milliseconds.
    pub part: (i64, i64),
    /// Which of the spans it belongs to.
    pub span: usize,
    pub price: Option<i64>,
}

/// The spans as they are, where no price is known.
pub fn without_prices(spans: &[(i64, i64)]) -> Vec<Priced> {
    spans.iter().zip(0..).map(|(part, span)| Priced { part: *part, span, price: None }).collect()
}

impl Tariff {
    /// Spans cut where the price changes. A zone or rates that nobody knows give no price: both were looked at when
    /// they were set.
    pub fn priced(&self, spans: &[(i64, i64)]) -> Vec<Priced> {
        let tariff = parabus_core::aggregate::Tariff::new(&self.rates);
        let (Ok(tariff), Ok(zone)) = (tariff, zone_by_name(&self.time_zone)) else { return without_prices(spans) };
        let mut parts: Vec<Priced> = Vec::with_capacity(spans.len());
        for ((start, end), span) in spans.iter().zip(0..) {
            for slot in tariff.slots(&zone, *start, *end) {
                let (part, price) = ((slot.start_ms, slot.end_ms), slot.micro_eur_per_kwh);
                match parts.last_mut() {
                    Some(last) if last.span == span && last.price == price => last.part.1 = part.1,
                    _ => parts.push(Priced { part, span, price }),
                }
            }
        }
        parts
    }
}

/// Days in a row as `mon-fri`, others as `sat, mon`.
pub fn days_text(days: u8) -> String {
    let is_on = |day: usize| day < DAYS.len() && days >> day & 1 == 1;
    let mut parts = Vec::new();
    let mut day = 0;
    while day < DAYS.len() {
        let length = (day..).take_while(|day| is_on(*day)).count();
        let name = |day: usize| DAYS.get(day).copied().unwrap_or_default();
        match length {
            0 => {}
            1 => parts.push(name(day).to_owned()),
            _ => parts.push(format!("{}-{}", name(day), name(day + length - 1))),
        }
        day += length + 1;
    }
    parts.join(", ")
}

/// A minute of the day as the clock shows it, the last one as `24:00`.
pub fn minute_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Euros a kilowatt hour.
pub fn price(micro_eur: i64) -> Decimal {
    Decimal::new(micro_eur.into(), -6).map_or(Decimal::ZERO, Decimal::trimmed)
}

/// Rates for people, as `mon-fri 06:00-22:00 0.2`.
pub fn rates_text(rates: &[Rate]) -> String {
    let rate = |rate: &Rate| {
        let Rate { days, from_minute, until_minute, micro_eur_per_kwh } = *rate;
        let (from, until) = (minute_text(from_minute), minute_text(until_minute));
        format!("{} {from}-{until} {}", days_text(days), price(micro_eur_per_kwh))
    };
    rates.iter().map(rate).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn rate(from_hour: u16, until_hour: u16, micro_eur_per_kwh: i64) -> Rate {
        Rate { days: 0x7F, from_minute: 60 * from_hour, until_minute: 60 * until_hour, micro_eur_per_kwh }
    }

    #[test]
    fn spans_are_cut_where_the_price_changes_and_nowhere_else() {
        let rates = vec![rate(6, 22, 200_000), rate(0, 24, 90_000)];
        let tariff = Tariff { time_zone: "Europe/Kyiv".to_owned(), rates };
        let spans = [(0, 5 * HOUR_MS), (5 * HOUR_MS, 30 * HOUR_MS)];
        let parts: Vec<_> = tariff.priced(&spans).into_iter().map(|each| (each.part, each.span, each.price)).collect();
        let hours = |from: i64, till: i64| (from * HOUR_MS, till * HOUR_MS);
        // In 1970 Kyiv was three hours ahead of UTC. Midnight is no change of the price.
        assert_eq!(
            parts,
            [
                (hours(0, 3), 0, Some(90_000)),
                (hours(3, 5), 0, Some(200_000)),
                (hours(5, 19), 1, Some(200_000)),
                (hours(19, 27), 1, Some(90_000)),
                (hours(27, 30), 1, Some(200_000)),
            ]
        );
    }

    #[test]
    fn what_no_rate_covers_has_no_price() {
        let tariff = Tariff { time_zone: "UTC".to_owned(), rates: vec![rate(1, 2, 5)] };
        let prices: Vec<_> = tariff.priced(&[(0, 3 * HOUR_MS)]).into_iter().map(|each| each.price).collect();
        assert_eq!(prices, [None, Some(5), None]);
        let unknown = Tariff { time_zone: "Nowhere".to_owned(), ..tariff };
        assert_eq!(unknown.priced(&[(0, 3 * HOUR_MS)]), without_prices(&[(0, 3 * HOUR_MS)]));
    }
}
