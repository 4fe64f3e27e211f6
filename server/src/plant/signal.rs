//! Believable signals: what a simulated parameter does over time.

use std::cmp::Ordering;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// How one parameter's value comes about. Other parameters of the device are named by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Signal {
    /// A value that stays, until it is written.
    Hold(f64),
    /// A text that stays, until it is written.
    Text(String),
    /// A sine with noise.
    Wave(Wave),
    /// `offset + factor × (the sum of others, less the sum of some)`.
    Sum(Combination),
    /// `offset + factor × the product of others`.
    Product(Combination),
    /// Another signal added up over time.
    Integral(Integral),
    /// 1 or 0: on below one limit, off above another, as long as `enabledBy` is not 0.
    Switch(Switch),
    /// 1 above a limit, else 0.
    Over(Over),
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Over {
    input: String,
    limit: f64,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wave {
    mean: f64,
    #[serde(default)]
    amplitude: f64,
    #[serde(default = "minute")]
    period_sec: f64,
    /// Degrees.
    #[serde(default)]
    phase: f64,
    /// Largest deviation of the noise.
    #[serde(default)]
    noise: f64,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Combination {
    of: Vec<String>,
    /// Taken off a sum.
    #[serde(default)]
    less: Vec<String>,
    #[serde(default = "one")]
    factor: f64,
    #[serde(default)]
    offset: f64,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Integral {
    of: String,
    /// What one of the other signal adds in a second.
    per_second: f64,
    #[serde(default)]
    start: f64,
    #[serde(default = "lowest")]
    min: f64,
    #[serde(default = "highest")]
    max: f64,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Switch {
    input: String,
    on_below: Limit,
    off_above: Limit,
    enabled_by: Option<String>,
}

/// A number, or the parameter that holds it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Limit {
    Number(f64),
    Of(String),
}

const fn minute() -> f64 {
    60.0
}

const fn one() -> f64 {
    1.0
}

const fn lowest() -> f64 {
    f64::MIN
}

const fn highest() -> f64 {
    f64::MAX
}

impl Signal {
    /// Names of the parameters that it depends on.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        let names: Vec<&String> = match self {
            Signal::Hold(_) | Signal::Text(_) | Signal::Wave(_) => Vec::new(),
            Signal::Sum(all) | Signal::Product(all) => all.of.iter().chain(&all.less).collect(),
            Signal::Over(over) => vec![&over.input],
            Signal::Integral(integral) => vec![&integral.of],
            Signal::Switch(switch) => {
                let limits = [&switch.on_below, &switch.off_above].into_iter().filter_map(|limit| match limit {
                    Limit::Of(name) => Some(name),
                    Limit::Number(_) => None,
                });
                std::iter::once(&switch.input).chain(&switch.enabled_by).chain(limits).collect()
            }
        };
        names.into_iter().map(String::as_str)
    }

    /// Numbers that no signal can follow.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Signal::Wave(wave) if wave.period_sec.is_nan() || wave.period_sec <= 0.0 => {
                Err(format!("periodSec: `{}`, expected more than 0", wave.period_sec))
            }
            Signal::Integral(integral) if integral.min.partial_cmp(&integral.max).is_none_or(Ordering::is_gt) => {
                Err(format!("min: `{}` is larger than max `{}`", integral.min, integral.max))
            }
            _ => Ok(()),
        }
    }

    /// The value at the start.
    pub fn start(&self) -> f64 {
        match self {
            Signal::Hold(value) => *value,
            Signal::Wave(wave) => wave.mean,
            Signal::Sum(all) | Signal::Product(all) => all.offset,
            Signal::Integral(integral) => integral.start,
            Signal::Text(_) | Signal::Switch(_) | Signal::Over(_) => 0.0,
        }
    }

    /// The next value: `now` seconds after the start and `step` seconds after the last one, from
    /// the values of all signals then, its own among them. `noise` is between -1 and 1.
    pub fn next(&self, own: f64, values: &HashMap<String, f64>, now: f64, step: f64, noise: f64) -> f64 {
        let value = |name: &String| values.get(name).copied().unwrap_or(0.0);
        match self {
            Signal::Hold(_) | Signal::Text(_) => own,
            Signal::Wave(wave) => {
                let angle = (now / wave.period_sec).mul_add(std::f64::consts::TAU, wave.phase.to_radians());
                angle.sin().mul_add(wave.amplitude, wave.mean) + wave.noise * noise
            }
            Signal::Sum(all) => {
                let sum = all.of.iter().map(value).sum::<f64>() - all.less.iter().map(value).sum::<f64>();
                all.factor.mul_add(sum, all.offset)
            }
            Signal::Over(over) => f64::from(u8::from(value(&over.input) > over.limit)),
            Signal::Product(all) => all.factor.mul_add(all.of.iter().map(value).product::<f64>(), all.offset),
            Signal::Integral(integral) => {
                let added = value(&integral.of) * integral.per_second * step;
                (own + added).max(integral.min).min(integral.max)
            }
            Signal::Switch(switch) => {
                let input = value(&switch.input);
                let enabled = switch.enabled_by.as_ref().is_none_or(|name| value(name) != 0.0);
                let limit = |limit: &Limit| match limit {
                    Limit::Number(number) => *number,
                    Limit::Of(name) => value(name),
                };
                let on = input < limit(&switch.on_below) || own != 0.0 && input <= limit(&switch.off_above);
                f64::from(u8::from(enabled && on))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_keeps_its_state_between_its_limits() {
        let switch = Signal::Switch(Switch {
            input: "level".into(),
            on_below: Limit::Number(1.0),
            off_above: Limit::Of("full".into()),
            enabled_by: Some("auto".into()),
        });
        let at = |own, level, auto| {
            let values =
                HashMap::from([("level".to_owned(), level), ("auto".to_owned(), auto), ("full".to_owned(), 2.0)]);
            switch.next(own, &values, 0.0, 1.0, 0.0)
        };
        assert_eq!([at(0.0, 0.9, 1.0), at(1.0, 1.5, 1.0), at(0.0, 1.5, 1.0), at(1.0, 2.1, 1.0)], [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(at(1.0, 0.5, 0.0), 0.0);
    }

    #[test]
    fn an_integral_adds_up_within_its_limits() {
        let integral = Signal::Integral(Integral { of: "w".into(), per_second: 0.5, start: 0.0, min: 0.0, max: 10.0 });
        let values = HashMap::from([("w".to_owned(), 4.0)]);
        assert_eq!(integral.next(1.0, &values, 0.0, 2.0, 0.0), 5.0);
        assert_eq!(integral.next(9.0, &values, 0.0, 2.0, 0.0), 10.0);
    }
}
