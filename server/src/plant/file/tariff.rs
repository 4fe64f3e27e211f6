//! What a plant file says of prices of energy.

use std::fmt;

use parabus_core::aggregate::{Rate, zone_by_name};
use parabus_core::value::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::Organization;
use super::read::Fault;
use super::schema;
use super::values::{Exact, Spanned};
use crate::energy::{self, DAYS, EVERY_DAY};

/// Minutes of a day.
const DAY: u16 = 1440;

/// Prices by the clocks of a time zone.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tariff {
    /// An IANA name.
    pub time_zone: Spanned<String>,
    /// Of two that fit, the first counts. Without any there is no tariff.
    pub rates: Vec<TariffRate>,
}

/// A price on some days of the week, from one time to before another.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TariffRate {
    /// Such as `mon-fri` or `sat, sun`; every day, where it is not said.
    #[serde(default, skip_serializing_if = "Days::is_every_day")]
    #[schemars(schema_with = "schema::days")]
    pub days: Days,
    #[serde(default = "midnight", skip_serializing_if = "is_midnight")]
    #[schemars(schema_with = "schema::time_of_day")]
    pub from: TimeOfDay,
    #[serde(default = "end_of_day", skip_serializing_if = "is_end_of_day")]
    #[schemars(schema_with = "schema::time_of_day")]
    pub until: TimeOfDay,
    /// Euros, in millionths at the finest.
    pub eur_per_kwh: Spanned<Exact>,
}

/// Days of the week, bit 0 for Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days(u8);

/// Minutes since midnight, 0 to 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(u16);

impl Default for Days {
    fn default() -> Self {
        Days(EVERY_DAY)
    }
}

impl Days {
    fn is_every_day(&self) -> bool {
        self.0 == EVERY_DAY
    }

    fn parse(text: &str) -> Option<Days> {
        let day = |name: &str| DAYS.iter().position(|day| day.eq_ignore_ascii_case(name.trim()));
        let mut bits = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (day(first)?, day(last)?);
            // A row may go over the end of the week, as `sat-mon`.
            let length = (last + DAYS.len() - first) % DAYS.len();
            bits = (first..=first + length).fold(bits, |bits, day| bits | 1 << (day % DAYS.len()));
        }
        Some(Days(bits))
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&energy::days_text(self.0))
    }
}

impl TimeOfDay {
    fn parse(text: &str) -> Option<TimeOfDay> {
        let (hour, minute) = text.split_once(':')?;
        let number = |text: &str, most: u16| {
            let is_plain = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u16>().ok().filter(|number| is_plain && *number <= most)
        };
        let of_day = number(hour, 24)? * 60 + number(minute, 59)?;
        (of_day <= DAY).then_some(TimeOfDay(of_day))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&energy::minute_text(self.0))
    }
}

macro_rules! by_text {
    ($type:ident, $expected:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let error = || serde::de::Error::custom(format!("`{text}`: expected {}", $expected));
                $type::parse(&text).ok_or_else(error)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

by_text!(Days, "days such as `mon-fri` or `sat, sun`");
by_text!(TimeOfDay, "a time from `\"00:00\"` to `\"24:00\"`, in quotes");

const fn midnight() -> TimeOfDay {
    TimeOfDay(0)
}

fn is_midnight(time: &TimeOfDay) -> bool {
    *time == midnight()
}

const fn end_of_day() -> TimeOfDay {
    TimeOfDay(DAY)
}

fn is_end_of_day(time: &TimeOfDay) -> bool {
    *time == end_of_day()
}

/// Millionths of a euro, if it is a whole number of them.
fn micro_eur(price: Decimal) -> Option<i64> {
    price.checked_mul(Decimal::from(1_000_000i64))?.to_i128()?.try_into().ok()
}

impl TariffRate {
    fn rate(&self) -> Option<Rate> {
        Some(Rate {
            days: self.days.0,
            from_minute: self.from.0,
            until_minute: self.until.0,
            micro_eur_per_kwh: micro_eur(self.eur_per_kwh.value.0)?,
        })
    }
}

impl Tariff {
    /// The tariff as the file says it.
    pub fn model(&self) -> energy::Tariff {
        let rates = self.rates.iter().filter_map(TariffRate::rate).collect();
        energy::Tariff { time_zone: self.time_zone.value.clone(), rates }
    }

    /// One of the store.
    pub fn of(tariff: &energy::Tariff) -> Tariff {
        let rates = tariff.rates.iter().map(|rate| TariffRate {
            days: Days(rate.days),
            from: TimeOfDay(rate.from_minute),
            until: TimeOfDay(rate.until_minute),
            eur_per_kwh: Spanned::from(Exact(energy::price(rate.micro_eur_per_kwh))),
        });
        Tariff { time_zone: Spanned::from(tariff.time_zone.clone()), rates: rates.collect() }
    }
}

/// Rules of an organization's tariff that concern more than one field.
pub(super) fn check_tariff(org: &Organization, faults: &mut Vec<Fault>) {
    let Some(tariff) = &org.tariff else { return };
    if zone_by_name(&tariff.time_zone.value).is_err() {
        let text =
            format!("tariff: timeZone: unknown `{}`, expected one such as Europe/Warsaw", tariff.time_zone.value);
        faults.push((Some(tariff.time_zone.place), text));
    }
    for rate in &tariff.rates {
        let mut fault = |text: String| faults.push((Some(rate.eur_per_kwh.place), format!("tariff: rates: {text}")));
        if rate.from.0 >= rate.until.0 {
            let (from, until) = (rate.from, rate.until);
            fault(format!("from {from} until {until} is no time; over midnight, expected two rates"));
        }
        if micro_eur(rate.eur_per_kwh.value.0).is_none() {
            let price = rate.eur_per_kwh.value.0;
            fault(format!(
                "eurPerKwh: `{price}`: expected at most 6 digits after the point, and no more than billions"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read_and_written() {
        for (text, bits, written) in [
            ("mon", 1, "mon"),
            ("mon-fri", 0b001_1111, "mon-fri"),
            ("sat, Sun", 0b110_0000, "sat-sun"),
            ("sat-mon", 0b110_0001, "mon, sat-sun"),
            ("mon,wed,fri", 0b001_0101, "mon, wed, fri"),
            ("mon-sun", 0x7F, "mon-sun"),
        ] {
            let days = Days::parse(text);
            assert_eq!(days, Some(Days(bits)), "{text}");
            assert_eq!(Days(bits).to_string(), written);
            assert_eq!(Days::parse(written), days);
        }
        for text in ["", "monday", "mon-", "1-5", "mon fri"] {
            assert_eq!(Days::parse(text), None, "{text}");
        }
        for (text, minute) in [("00:00", 0), ("6:05", 365), ("23:59", 1439), ("24:00", 1440)] {
            assert_eq!(TimeOfDay::parse(text), Some(TimeOfDay(minute)), "{text}");
        }
        for text in ["", "24:01", "12:60", "12", "+1:00", "1:+5", "001:00"] {
            assert_eq!(TimeOfDay::parse(text), None, "{text}");
        }
    }

    #[test]
    fn prices_are_exact_or_refused() {
        let micro = |text: &str| micro_eur(Decimal::parse(text).unwrap());
        assert_eq!(micro("0.182"), Some(182_000));
        assert_eq!(micro("-0.0000010"), Some(-1));
        assert_eq!(micro("1e1"), Some(10_000_000));
        assert_eq!(micro("0.0000001"), None);
        assert_eq!(micro("1e30"), None);
    }
}
