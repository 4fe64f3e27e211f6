//! What the branches of a tree used in spans of time (AGGREGATION.md 4.9): exact sums over sensors, each counted once,
//! so that a branch is the sum of those below it to the last bit.

use std::collections::BTreeMap;

use parabus_core::aggregate::{Cost, Energy, ExactSum, Rule, Tree};
use parabus_core::value::Decimal;
use uuid::Uuid;

use super::tariff::{Priced, without_prices};
use super::{EnergyTree, Sensor, map_of};
use crate::model::{Device, Directory, Net, ParamId};
use crate::storage::{Counts, Store, StoreError, Sums};

/// Readings of a device may come so much later than its period says.
const LEAST_LATENESS_MS: u32 = 5000;

/// What is known of one span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Watts: the sum of the mean powers of the sensors of which one is known.
    power: Option<ExactSum>,
    energy: Option<Energy>,
    /// Of the energy that has a price.
    cost: Option<Cost>,
    /// Amperes: the sum of the last currents read.
    current: Option<Decimal>,
}

impl Figures {
    pub fn power_kw(&self) -> Option<f64> {
        self.power.as_ref()?.divided_by(1000)
    }

    pub fn energy_kwh(&self) -> Option<f64> {
        self.energy.as_ref()?.kwh()
    }

    pub fn cost_eur(&self) -> Option<f64> {
        self.cost.as_ref()?.eur()
    }

    pub const fn current_a(&self) -> Option<Decimal> {
        self.current
    }

    pub const fn is_empty(&self) -> bool {
        self.power.is_none() && self.energy.is_none() && self.cost.is_none() && self.current.is_none()
    }

    /// Adds what others used in the same span, or the same ones in another.
    pub fn merge(&mut self, other: &Figures) {
        merge(&mut self.power, other.power.as_ref(), ExactSum::merge);
        merge(&mut self.energy, other.energy.as_ref(), Energy::merge);
        merge(&mut self.cost, other.cost.as_ref(), Cost::merge);
        merge(&mut self.current, other.current.as_ref(), |own, other| {
            // Amperes of a plant have few digits.
            *own = own.checked_add(*other).unwrap_or(*own);
        });
    }
}

fn merge<T: Clone>(own: &mut Option<T>, other: Option<&T>, add: impl FnOnce(&mut T, &T)) {
    match (own.as_mut(), other) {
        (Some(own), Some(other)) => add(own, other),
        (None, Some(other)) => *own = Some(other.clone()),
        (_, None) => {}
    }
}

/// Figures of a tree: of itself, and of each branch in their order, by span.
pub struct TreeFigures {
    pub whole: Vec<Figures>,
    pub branches: Vec<Vec<Figures>>,
}

/// Parameters of a sensor that tell what is to be known of it, by the map of its device.
struct Bound {
    hold_ms: Option<u64>,
    power: Vec<ParamId>,
    current: Vec<ParamId>,
    energy: Option<ParamId>,
}

impl Bound {
    /// Those that tell these quantities.
    fn of(directory: &Directory, sensor: &Sensor, quantities: Quantities) -> Option<Bound> {
        let (device, net) = place(directory, sensor)?;
        let map = map_of(net.sku.as_deref());
        let at = |place: u16| {
            let address = map.address(sensor.index, place);
            let mut params = directory.params_of(device.id);
            params.find(|param| (param.kind, param.address) == (map.kind, address)).map(|param| param.id)
        };
        let phases = |places: [u16; 3]| -> Vec<ParamId> {
            places.into_iter().take(if sensor.is_three_phase { 3 } else { 1 }).filter_map(at).collect()
        };
        let energy = at(map.energy);
        let has_all = quantities == Quantities::All;
        Some(Bound {
            hold_ms: Rule::of_period(device.update_period_sec).hold_ms(),
            power: if has_all || energy.is_none() { phases(map.power) } else { Vec::new() },
            current: if has_all { phases(map.current) } else { Vec::new() },
            energy,
        })
    }
}

fn place<'d>(directory: &'d Directory, sensor: &Sensor) -> Option<(&'d Device, &'d Net)> {
    let device = directory.devices.get(&sensor.device_id)?;
    Some((device, directory.nets.get(&device.net_id)?))
}

impl EnergyTree {
    /// Its sensors, each once.
    fn sensors<'d>(&self, directory: &'d Directory) -> Vec<&'d Sensor> {
        let mut ids: Vec<Uuid> = self.branches.iter().flat_map(|branch| branch.sensors.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.iter().filter_map(|id| directory.sensors.get(id)).collect()
    }

    /// The parameters that its figures come from.
    pub fn params(&self, directory: &Directory) -> Vec<ParamId> {
        let bounds =
            self.sensors(directory).into_iter().filter_map(|sensor| Bound::of(directory, sensor, Quantities::All));
        bounds.flat_map(|bound| bound.power.into_iter().chain(bound.current).chain(bound.energy)).collect()
    }

    /// How long readings are waited for after the end of a span: two periods, at least 5 s.
    pub fn lateness_ms(&self, directory: &Directory) -> u32 {
        let periods = self.sensors(directory).into_iter().filter_map(|sensor| place(directory, sensor));
        let longest = periods.map(|(device, _)| device.update_period_sec.saturating_mul(2000)).max();
        longest.unwrap_or(0).max(LEAST_LATENESS_MS)
    }
}

/// What is to be known of spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantities {
    /// Energy and its cost alone.
    Energy,
    /// Power and current, too.
    All,
}

/// What each branch of a tree used in each of a row of spans `[start, end)`, which come in order of time.
///
/// # Errors
/// Those of the store.
pub fn figures(
    directory: &Directory,
    store: &Store,
    tree: &EnergyTree,
    quantities: Quantities,
    spans: &[(i64, i64)],
) -> Result<TreeFigures, StoreError> {
    let parts = match directory.tariffs.get(&tree.org_id) {
        Some(tariff) => tariff.priced(spans),
        None => without_prices(spans),
    };
    let range = Range { parts: &parts, cuts: parts.iter().map(|part| part.part).collect(), count: spans.len() };
    let sensors = tree.sensors(directory);
    let mut of_sensors = Vec::with_capacity(sensors.len());
    for sensor in &sensors {
        of_sensors.push(match Bound::of(directory, sensor, quantities) {
            Some(bound) => bound.figures(store, &range)?,
            None => vec![Figures::default(); spans.len()],
        });
    }
    // The tree itself stands before its branches.
    let places: BTreeMap<Uuid, usize> = tree.branches.iter().map(|branch| branch.id).zip(1..).collect();
    let above = |parent: Option<Uuid>| Some(parent.and_then(|parent| places.get(&parent).copied()).unwrap_or(0));
    let parents: Vec<Option<usize>> =
        std::iter::once(None).chain(tree.branches.iter().map(|branch| above(branch.parent))).collect();
    let sensor_places: BTreeMap<Uuid, usize> = sensors.iter().map(|sensor| sensor.id).zip(0..).collect();
    let references: Vec<(usize, usize)> = tree
        .branches
        .iter()
        .zip(1..)
        .flat_map(|(branch, place)| {
            let sensors = branch.sensors.iter().filter_map(|id| sensor_places.get(id));
            sensors.map(move |sensor| (place, *sensor))
        })
        .collect();
    let sums = Tree::new(&parents, &references).map_err(|error| StoreError::Refused(error.to_string()))?;
    let mut rows = vec![Vec::with_capacity(spans.len()); parents.len()];
    for span in 0..spans.len() {
        let known = |sensor: usize| of_sensors.get(sensor)?.get(span).filter(|figures| !figures.is_empty());
        for (row, sum) in rows.iter_mut().zip(sums.sums(known, Figures::merge)) {
            row.push(sum.unwrap_or_default());
        }
    }
    let mut rows = rows.into_iter();
    Ok(TreeFigures { whole: rows.next().unwrap_or_default(), branches: rows.collect() })
}

/// Spans, cut where the price of energy changes.
struct Range<'r> {
    parts: &'r [Priced],
    /// The same without prices.
    cuts: Vec<(i64, i64)>,
    /// How many spans.
    count: usize,
}

impl Range<'_> {
    /// The sums of the spans, of those of the parts.
    fn whole(&self, sums: &Sums) -> Sums {
        sums.joined(self.spans(), self.count)
    }

    /// Of each part, which span it belongs to.
    fn spans(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().map(|part| part.span)
    }

    /// What the energy of each part cost, added to its span's figures.
    fn add_costs(&self, all: &mut [Figures], energy: impl Fn(usize) -> Option<Energy>) -> Result<(), StoreError> {
        for (part, index) in self.parts.iter().zip(0..) {
            if let (Some(price), Some(energy), Some(figures)) = (part.price, energy(index), all.get_mut(part.span)) {
                let cost = figures.cost.get_or_insert_default();
                cost.add(&energy, price).map_err(|error| StoreError::Refused(error.to_string()))?;
            }
        }
        Ok(())
    }
}

impl Bound {
    fn figures(&self, store: &Store, range: &Range<'_>) -> Result<Vec<Figures>, StoreError> {
        let mut all = vec![Figures::default(); range.count];
        for param in &self.power {
            let parts = store.sums(*param, self.hold_ms, &range.cuts)?;
            if self.energy.is_none() {
                range.add_costs(&mut all, |index| power_of(&parts, index).1)?;
            }
            let sums = range.whole(&parts);
            for (index, figures) in all.iter_mut().enumerate() {
                let (mean, energy) = power_of(&sums, index);
                let mut power = mean.map(|_| ExactSum::default());
                if let (Some(power), Some(mean)) = (&mut power, mean) {
                    power.add(mean, 1);
                }
                let energy = energy.filter(|_| self.energy.is_none());
                figures.merge(&Figures { power, energy, ..Figures::default() });
            }
        }
        for param in &self.current {
            let sums = range.whole(&store.sums(*param, self.hold_ms, &range.cuts)?);
            for (index, figures) in all.iter_mut().enumerate() {
                figures.merge(&Figures { current: last_of(&sums, index), ..Figures::default() });
            }
        }
        if let Some(param) = self.energy {
            let parts = store.counts(param, &range.cuts)?;
            range.add_costs(&mut all, |index| counted_of(&parts, index))?;
            let counts = parts.joined(range.spans(), range.count);
            for (index, figures) in all.iter_mut().enumerate() {
                // A sensor has one.
                figures.energy = counted_of(&counts, index);
            }
        }
        Ok(all)
    }
}

/// Mean power in watts and energy of a span; nothing without cover.
fn power_of(sums: &Sums, index: usize) -> (Option<f64>, Option<Energy>) {
    match sums {
        Sums::Whole(partials, scale) => match partials.get(index).filter(|partial| partial.cover_ms() > 0) {
            Some(partial) => (scale.mean(partial).ok().flatten(), Energy::of_watts(partial, scale).ok()),
            None => (None, None),
        },
        Sums::Fraction(partials) => match partials.get(index).filter(|partial| partial.cover_ms() > 0) {
            Some(partial) => (partial.mean(), Energy::of_fractional_watts(partial).ok()),
            None => (None, None),
        },
    }
}

fn last_of(sums: &Sums, index: usize) -> Option<Decimal> {
    match sums {
        Sums::Whole(partials, scale) => scale.value(partials.get(index)?.last()?.1),
        Sums::Fraction(partials) => Decimal::from_f64(partials.get(index)?.last()?.1),
    }
}

fn counted_of(counts: &Counts, index: usize) -> Option<Energy> {
    match counts {
        Counts::Whole(counted, scale) => Energy::of_kwh_counted(counted.get(index)?, scale).ok().flatten(),
        Counts::Fraction(counted) => Energy::of_fractional_kwh_counted(counted.get(index)?).ok().flatten(),
    }
}
