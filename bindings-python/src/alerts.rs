//! Alerts.

use parabus_core::contract::alert::{self, At, EffectAnswer, EventCall, NewAlert, SimulateCall};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString};
use serde::Serialize;

use crate::convert;
use crate::errors;
use crate::sums::{moment, times_of};

/// A number of any type as core takes it: exact ones as text.
fn number<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let value = match value.getattr_opt("item")? {
        Some(item) => item.call0()?,
        None => value.clone(),
    };
    let is_plain = value.is_none() || value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyString>();
    if is_plain {
        return Ok(value);
    }
    let is_decimal = value.get_type().name()?.to_str()? == "Decimal";
    if is_decimal || value.is_instance_of::<PyInt>() {
        let exact = if value.is_instance_of::<PyInt>() { value.call_method0("__int__")? } else { value.clone() };
        return Ok(exact.str()?.into_any());
    }
    let shown = value.repr().map_or_else(|_| "what it is".to_owned(), |text| text.to_string());
    Err(PyTypeError::new_err(format!("a value is {shown}, expected a number, decimal text or None")))
}

/// A dict whose keys are parameters, as core takes it.
fn by_param<'py>(
    what: &str,
    object: &Bound<'py, PyAny>,
    change: impl Fn(&Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let Ok(dict) = object.cast::<PyDict>() else {
        let found = object.get_type().name()?;
        return Err(PyTypeError::new_err(format!("`{what}` is of type {found}, expected a dict by parameter")));
    };
    let plain = PyDict::new(object.py());
    for (param, value) in dict {
        plain.set_item(param.str()?, change(&value)?)?;
    }
    Ok(plain)
}

/// An event with its instant in milliseconds.
fn event(object: &Bound<'_, PyAny>) -> PyResult<EventCall> {
    let Some((kind, call)) =
        object.cast::<PyDict>().ok().filter(|dict| dict.len() == 1).and_then(|dict| dict.iter().next())
    else {
        return Err(PyTypeError::new_err("an event is no dict with one key, expected such as {\"tick\": {\"at\": 0}}"));
    };
    let Ok(call) = call.cast::<PyDict>() else {
        return Err(PyTypeError::new_err(format!("the event `{kind}` is no dict, expected one with `at`")));
    };
    let plain = call.copy()?;
    if let Some(at) = call.get_item("at")? {
        plain.set_item("at", instant(&at)?)?;
    }
    if let Some(readings) = call.get_item("readings")? {
        plain.set_item("readings", by_param("readings", &readings, number)?)?;
    }
    let event = PyDict::new(object.py());
    event.set_item(kind, plain)?;
    convert::fields("event", &event)
}

/// Text is read by core, so that what is wrong with it is told as everywhere.
fn instant<'py>(at: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if at.is_instance_of::<PyString>() {
        return Ok(at.clone());
    }
    Ok(moment(at)?.into_pyobject(at.py())?.into_any())
}

fn at(object: Option<Bound<'_, PyAny>>) -> PyResult<Option<At>> {
    let read = |object: &Bound<'_, PyAny>| match object.cast::<PyString>() {
        Ok(text) => Ok(At::Text(text.to_str()?.to_owned())),
        Err(_) => moment(object).map(At::Ms),
    };
    object.as_ref().filter(|object| !object.is_none()).map(read).transpose()
}

fn plain<'py>(py: Python<'py>, answer: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    Ok(pythonize::pythonize(py, answer)?)
}

/// An alert: a rule, and how things stand. It reads no clock: whoever keeps it tells it what happens.
///
/// Args:
///     rule: the body with which the API creates an alert (`conditionLogic`, `conditions`, `actions`, `followUps`; the
///         same with `_` between words), and besides `periodMs` (of readings; 10 s), `resolveDelayMs` (one period),
///         `holdMs` (for which a reading holds; three periods, at least a minute) and `id`, the alert's number in
///         identifiers of effects. A condition may have `deadband`, `holdMs` and, of `reading-error`, `failures` (3).
///     at: when it is enabled: ms since 1970, text with a zone, or an aware `datetime`.
///     last_record: number of its last record.
///     state: instead of both, what `state()` gave of an alert with this rule.
///
/// Raises:
///     AlertError: a rule that cannot be, with the place of the condition, action or follow-up; a state of another one.
///     ValueDecodeError: a threshold that is no number.
#[pyclass(module = "parabus")]
pub struct Alert(alert::Alert);

#[pymethods]
impl Alert {
    #[new]
    #[pyo3(signature = (rule, *, at = None, last_record = None, state = None))]
    fn new(
        py: Python<'_>,
        rule: &Bound<'_, PyAny>,
        at: Option<Bound<'_, PyAny>>,
        last_record: Option<u32>,
        state: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let state = state.filter(|state| !state.is_none()).map(|state| convert::fields("state", &state)).transpose()?;
        let call = NewAlert { rule: rule_of(rule)?, at: self::at(at)?, last_record, state };
        alert::Alert::new(&call).map(Alert).map_err(|error| errors::raise(py, error))
    }

    /// Takes the alert one event further, and gives its effects in order. What was due before the event has happened
    /// then, each at its own instant: one late tick tells what a hundred would.
    ///
    /// Args:
    ///     event: a dict with one key: `cycle` (`at`, `readings`: values by parameter, None of one that failed),
    ///         `tick` (`at`), `confirm` (`at`), `polling` (`at`, `params`, `on`), `restart` (`at`), `close` (`at`).
    ///
    /// Returns:
    ///     list[dict]: `id`, `kind` (`open`, `resolve`, `confirm`, `flapping`, `action`, `follow-up`), `record`, `due`
    ///     (of `resolve`, when the record closed), `at`; of actions and follow-ups `index`, and `send` with `type` and
    ///     `recepient` if somebody is told.
    fn step<'py>(&mut self, py: Python<'py>, event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let effects: Vec<EffectAnswer> = self.0.step(&self::event(event)?).map_err(|error| errors::raise(py, error))?;
        plain(py, &effects)
    }

    /// How it stands, as a dict that JSON can hold: `record`, `phase` (`quiet`, `active`, `resolved`, `ended`),
    /// `started`, `since`, `closed`, `confirmed`, `flapping`, `conditions` (`param`, `triggered`: None if that is not
    /// known), `next` (the instant of the next tick that does something), `now`, and `stored`, from which all of it
    /// comes back.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.state())
    }
}

fn rule_of(rule: &Bound<'_, PyAny>) -> PyResult<alert::RuleCall> {
    convert::fields("rule", rule)
}

/// What an alert would have done with readings.
///
/// Args:
///     rule: as in `Alert`.
///     series: times and values by parameter, arrays or lists; None and NaN are readings that failed. Those of one
///         instant are one cycle.
///     start: when the alert is enabled; at the first reading without it.
///     end: until when time passes; until the last reading without it.
///
/// Returns:
///     dict: `effects` as `Alert.step` gives them, and the `state` at the end.
///
/// Raises:
///     AlertError: a rule that cannot be.
#[pyfunction]
#[pyo3(signature = (rule, series, *, start = None, end = None))]
pub fn simulate<'py>(
    py: Python<'py>,
    rule: &Bound<'py, PyAny>,
    series: &Bound<'py, PyAny>,
    start: Option<Bound<'py, PyAny>>,
    end: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let points = |pair: &Bound<'py, PyAny>| {
        let parts: Vec<Bound<'py, PyAny>> = pair.try_iter()?.collect::<PyResult<_>>()?;
        let [times, values] = parts.as_slice() else {
            return Err(PyValueError::new_err("a series has other parts than times and values"));
        };
        let values = match values.getattr_opt("tolist")? {
            Some(to_list) => to_list.call0()?,
            None => values.clone(),
        };
        let plain = PyDict::new(py);
        plain.set_item("times", times_of(times)?)?;
        let values: Vec<_> = values.try_iter()?.map(|value| number(&value?)).collect::<PyResult<_>>()?;
        plain.set_item("values", PyList::new(py, values)?)?;
        Ok(plain.into_any())
    };
    let series = pythonize::depythonize(by_param("series", series, points)?.as_any())?;
    let call = SimulateCall { rule: rule_of(rule)?, series, start: at(start)?, end: at(end)? };
    let timeline = py.detach(|| alert::simulate(&call)).map_err(|error| errors::raise(py, error))?;
    plain(py, &timeline)
}
