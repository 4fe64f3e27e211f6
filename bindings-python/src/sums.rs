//! Sums over time and formulas.

use std::collections::BTreeMap;

use parabus_core::contract::aggregate::{
    self, Answer, Answering, Flow, Options, Pushed, Readings, SegmentAnswer, Spans, Summing,
};
use parabus_core::contract::{Error, formula};
use parabus_core::error::ErrorKind;
use parabus_core::time::Instant;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PySlice, PyString};

use crate::errors;

/// Items of an array that are looked at at once: few enough for the processor's own memory, so many that asking for
/// them costs little.
const PIECE: usize = 1 << 14;

/// Milliseconds since 1970 UTC: an int, ISO 8601 text with a zone, an aware `datetime` or a `datetime64`.
pub struct Moment(i64);

impl<'py> FromPyObject<'_, 'py> for Moment {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        moment(&object).map(Moment)
    }
}

pub fn moment(object: &Bound<'_, PyAny>) -> PyResult<i64> {
    let of_text = |text: &str| {
        Instant::parse(text).map(Instant::as_millis).map_err(|error| {
            PyValueError::new_err(format!("`{text}` is no instant: {error}; a time needs its zone, such as `Z`"))
        })
    };
    if object.is_instance_of::<PyInt>() && !object.is_instance_of::<PyBool>() {
        return object.extract();
    }
    if let Ok(text) = object.cast::<PyString>() {
        return of_text(text.to_str()?);
    }
    if object.hasattr("dtype")? {
        let dtype = object.getattr("dtype")?;
        let kind: String = dtype.getattr("kind")?.extract()?;
        if kind == "M" {
            return milliseconds(object)?.call_method1("item", ())?.extract();
        }
        return object.call_method0("item")?.extract();
    }
    if let Some(to_text) = object.getattr_opt("isoformat")? {
        return of_text(&to_text.call0()?.extract::<String>()?);
    }
    let found = object.get_type().name()?;
    Err(PyTypeError::new_err(format!("a time is of type {found}, expected an int of milliseconds, text or a datetime")))
}

/// `datetime64` of any unit as integers.
fn milliseconds<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    object.call_method1("astype", ("datetime64[ms]",))?.call_method1("astype", ("int64",))
}

/// An array or series of NumPy or pandas, if it is one.
fn array<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<(Bound<'py, PyAny>, String)>> {
    let object = match object.getattr_opt("to_numpy")? {
        Some(to_numpy) => to_numpy.call0()?,
        None => object.clone(),
    };
    let Some(dtype) = object.getattr_opt("dtype")? else { return Ok(None) };
    let kind: String = dtype.getattr("kind")?.extract()?;
    Ok(Some((object, kind)))
}

fn words<const SIZE: usize, T>(
    object: &Bound<'_, PyAny>,
    dtype: &str,
    of_bytes: fn([u8; SIZE]) -> T,
) -> PyResult<Vec<T>> {
    let bytes = object.call_method1("astype", (dtype,))?.call_method0("tobytes")?;
    let bytes = bytes.cast::<PyBytes>()?;
    let (chunks, _) = bytes.as_bytes().as_chunks::<SIZE>();
    Ok(chunks.iter().map(|chunk| of_bytes(*chunk)).collect())
}

pub fn times_of(object: &Bound<'_, PyAny>) -> PyResult<Vec<i64>> {
    if let Some((array, kind)) = array(object)? {
        return match kind.as_str() {
            "M" => words(&milliseconds(&array)?, "int64", i64::from_ne_bytes),
            "i" | "u" => words(&array, "int64", i64::from_ne_bytes),
            _ => array.call_method0("tolist")?.try_iter()?.map(|time| moment(&time?)).collect(),
        };
    }
    object.try_iter()?.map(|time| moment(&time?)).collect()
}

enum Values {
    Whole(Vec<Option<i64>>),
    Fraction(Vec<f64>),
}

fn values_of(object: &Bound<'_, PyAny>) -> PyResult<Values> {
    if let Some((array, kind)) = array(object)? {
        let is_wide = kind == "u" && array.getattr("dtype")?.getattr("itemsize")?.extract::<usize>()? == 8;
        match kind.as_str() {
            "i" | "u" | "b" if !is_wide => {
                return Ok(Values::Whole(words(&array, "int64", i64::from_ne_bytes)?.into_iter().map(Some).collect()));
            }
            "f" => return Ok(Values::Fraction(words(&array, "float64", f64::from_ne_bytes)?)),
            _ => return listed(&array.call_method0("tolist")?),
        }
    }
    listed(object)
}

/// Ints and None are whole numbers; one float makes all of them fractions.
fn listed(object: &Bound<'_, PyAny>) -> PyResult<Values> {
    let items: Vec<Bound<'_, PyAny>> = object.try_iter()?.collect::<PyResult<_>>()?;
    if items.iter().any(|item| item.is_instance_of::<PyFloat>()) {
        let number = |item: &Bound<'_, PyAny>| if item.is_none() { Ok(f64::NAN) } else { item.extract() };
        return items.iter().map(number).collect::<PyResult<_>>().map(Values::Fraction);
    }
    let whole = |(index, item): (usize, &Bound<'_, PyAny>)| {
        if item.is_none() {
            return Ok(None);
        }
        item.extract().map(Some).map_err(|_| {
            let shown = item.repr().map_or_else(|_| "what it is".to_owned(), |text| text.to_string());
            PyValueError::new_err(format!("value {index} is {shown}, expected an int below 2**63, a float or None"))
        })
    };
    items.iter().enumerate().map(whole).collect::<PyResult<_>>().map(Values::Whole)
}

/// The readings of a call, gathered without the interpreter's lock.
fn readings(
    py: Python<'_>,
    times: &Bound<'_, PyAny>,
    values: &Bound<'_, PyAny>,
    decimals: Option<u16>,
) -> PyResult<Readings> {
    let (times, values) = (times_of(times)?, values_of(values)?);
    let gathered = py.detach(|| match &values {
        Values::Whole(values) => Readings::whole(&times, values.iter().copied(), decimals),
        Values::Fraction(values) => Readings::fraction(&times, values, decimals),
    });
    gathered.map_err(|error| errors::raise(py, error))
}

/// Arrays of times and numbers that can be looked at piece by piece, where they lie.
struct Arrays<'py> {
    times: Bound<'py, PyAny>,
    /// Whether they are `datetime64`.
    is_datetime: bool,
    values: Numbers<'py>,
    count: usize,
}

/// A one-dimensional array of numbers that fit.
enum Numbers<'py> {
    Whole(Bound<'py, PyAny>),
    Fraction(Bound<'py, PyAny>),
}

impl<'py> Numbers<'py> {
    /// `None` of what is no such array.
    fn of(object: &Bound<'py, PyAny>) -> PyResult<Option<Numbers<'py>>> {
        let Some((array, kind)) = array(object)? else { return Ok(None) };
        let size: usize = array.getattr("dtype")?.getattr("itemsize")?.extract()?;
        if array.getattr("ndim")?.extract::<usize>()? != 1 {
            return Ok(None);
        }
        Ok(match (kind.as_str(), size) {
            ("u", 8) => None,
            ("i" | "u" | "b", _) => Some(Numbers::Whole(array)),
            ("f", ..=8) => Some(Numbers::Fraction(array)),
            _ => None,
        })
    }
}

/// A part of an array.
fn piece<'py>(array: &Bound<'py, PyAny>, from: usize, until: usize) -> PyResult<Bound<'py, PyAny>> {
    let place = |place: usize| isize::try_from(place).map_err(|_| PyValueError::new_err("an array too long"));
    array.get_item(PySlice::new(array.py(), place(from)?, place(until)?, 1))
}

/// Where pieces of an array of so many items begin and end.
fn pieces(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).step_by(PIECE).map(move |from| (from, count.min(from.saturating_add(PIECE))))
}

impl<'py> Arrays<'py> {
    /// `None` of anything else.
    fn of(times: &Bound<'py, PyAny>, values: &Bound<'py, PyAny>) -> PyResult<Option<Arrays<'py>>> {
        let (Some((times, kind)), Some(values)) = (array(times)?, Numbers::of(values)?) else { return Ok(None) };
        let (Numbers::Whole(of_values) | Numbers::Fraction(of_values)) = &values;
        let (count, of_values) = (times.len()?, of_values.len()?);
        let is_datetime = kind == "M";
        let is_one = count == of_values && times.getattr("ndim")?.extract::<usize>()? == 1;
        let is_known = is_datetime || kind == "i" || kind == "u";
        Ok((is_one && is_known).then_some(Arrays { times, is_datetime, values, count }))
    }

    /// The segments; `None` if the readings are in another order than that of time.
    fn segments(
        &self,
        py: Python<'py>,
        spans: &Spans,
        options: Options,
        decimals: Option<u16>,
    ) -> PyResult<Option<Vec<SegmentAnswer>>> {
        match &self.values {
            Numbers::Whole(values) => {
                let flow = Flow::new(spans, options, decimals).map_err(|error| errors::raise(py, error))?;
                self.flow(py, flow, |from, until| words(&piece(values, from, until)?, "int64", i64::from_ne_bytes))
            }
            Numbers::Fraction(values) => {
                let flow = Flow::new(spans, options, decimals).map_err(|error| errors::raise(py, error))?;
                self.flow(py, flow, |from, until| words(&piece(values, from, until)?, "float64", f64::from_ne_bytes))
            }
        }
    }

    fn flow<N: Answering + Send + Sync>(
        &self,
        py: Python<'py>,
        mut flow: Flow<N>,
        values: impl Fn(usize, usize) -> PyResult<Vec<N>>,
    ) -> PyResult<Option<Vec<SegmentAnswer>>>
    where
        Flow<N>: Send,
    {
        for (from, until) in pieces(self.count) {
            let times = piece(&self.times, from, until)?;
            let times = if self.is_datetime { milliseconds(&times)? } else { times };
            let (times, values) = (words(&times, "int64", i64::from_ne_bytes)?, values(from, until)?);
            match py.detach(|| flow.push(&times, &values)) {
                Err(Error { kind: ErrorKind::ReadingOrder, .. }) => return Ok(None),
                pushed => pushed.map_err(|error| errors::raise(py, error))?,
            }
        }
        py.detach(|| flow.finish()).map(Some).map_err(|error| errors::raise(py, error))
    }
}

/// What is known of each segment, without copies of arrays that are in order of time.
fn segments_of(
    py: Python<'_>,
    (times, values, decimals): (&Bound<'_, PyAny>, &Bound<'_, PyAny>, Option<u16>),
    spans: &Spans,
    options: Options,
) -> PyResult<Vec<SegmentAnswer>> {
    if let Some(arrays) = Arrays::of(times, values)?
        && let Some(found) = arrays.segments(py, spans, options, decimals)?
    {
        return Ok(found);
    }
    let readings = readings(py, times, values, decimals)?;
    py.detach(|| aggregate::segments(&readings, spans, options)).map_err(|error| errors::raise(py, error))
}

/// The same of a range alone.
fn range_of(
    py: Python<'_>,
    readings: (&Bound<'_, PyAny>, &Bound<'_, PyAny>, Option<u16>),
    start: Moment,
    end: Moment,
    options: Options,
) -> PyResult<Option<SegmentAnswer>> {
    Ok(segments_of(py, readings, &spans(None, None, None, start, end), options)?.pop())
}

fn python<'py>(py: Python<'py>, answer: Option<Answer>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match answer {
        Some(Answer::Int(int)) => int.into_pyobject(py)?.into_any(),
        Some(Answer::Float(float)) => float.into_pyobject(py)?.into_any(),
        None => py.None().into_bound(py),
    })
}

fn spans(cadence: Option<String>, segment: Option<String>, tz: Option<String>, start: Moment, end: Moment) -> Spans {
    Spans { cadence, segment, tz, zone: None, start: start.0, end: end.0 }
}

/// Everything known of each segment of a range; the same bits whatever the order of the readings.
///
/// A value holds until the next reading, a failed one, or `hold_ms`, whichever comes first; time that nothing
/// covers is left out of means and integrals.
///
/// Args:
///     times: milliseconds since 1970 UTC (int64 array or ints), `datetime64` array, or a list of datetimes or
///         ISO 8601 texts with zones; in any order, and of two at one instant the later one counts.
///     values: ints, floats, or an array of them; None and NaN are readings that failed.
///     cadence: `1m`, `5m`, `15m`, `1h` or `1d`: whole segments of UTC, from the one that `start` lies in.
///     segment: instead of it `half-hour`, `hour` or `day` of local time in `tz`; without both the range is one.
///     tz: name of the IANA database, such as `Europe/Warsaw`.
///     start: first instant: milliseconds, ISO 8601 text, datetime or datetime64.
///     end: the instant after the last.
///     hold_ms: milliseconds for which a value holds; until the next reading without it.
///     decimals: of integers, each of which stands for `value * 10**-decimals`.
///     width_bits: of a counter that runs over: 16, 32, 48 or 64.
///
/// Returns:
///     A list of dicts, one for each segment, empty ones among them: `start` (milliseconds), `count`, `mean`,
///     `min`, `max`, `first`, `last`, `integral` (value times milliseconds), `increase` (what a counter counted,
///     from the reading before the segment on), `cover` (milliseconds with a value). Of integers without
///     `decimals`, the least, largest, first, last and the increase are exact ints; everything else is the
///     float nearest to the exact result. None where there is none.
///
/// Raises:
///     AggregateError: a range that ends before it begins, an unknown cadence, segment or zone, a width that
///         there is not; as many times as values are needed.
#[pyfunction]
#[pyo3(signature = (times, values, *, start, end, cadence = None, segment = None, tz = None, hold_ms = None, decimals = None, width_bits = None))]
#[expect(clippy::too_many_arguments, reason = "the contract's names are the arguments' names")]
pub fn segments<'py>(
    py: Python<'py>,
    times: &Bound<'py, PyAny>,
    values: &Bound<'py, PyAny>,
    start: Moment,
    end: Moment,
    cadence: Option<String>,
    segment: Option<String>,
    tz: Option<String>,
    hold_ms: Option<u64>,
    decimals: Option<u16>,
    width_bits: Option<u8>,
) -> PyResult<Bound<'py, PyAny>> {
    let spans = spans(cadence, segment, tz, start, end);
    let found = segments_of(py, (times, values, decimals), &spans, Options { hold_ms, width_bits })?;
    Ok(pythonize::pythonize(py, &found)?)
}

/// A value for each of so many equal parts of a range.
///
/// Args:
///     times, values, start, end, hold_ms, decimals: as in `segments`.
///     points: number of parts, from 1.
///     sampling: `first`: the first value that was read in the part; `hold`: the one that holds when it begins.
///
/// Returns:
///     A list of dicts with `start` (milliseconds) and `value` (None where there is none).
///
/// Raises:
///     AggregateError: an empty range, no points, an unknown sampling.
#[pyfunction]
#[pyo3(signature = (times, values, *, start, end, points, sampling = String::from("first"), hold_ms = None, decimals = None),
       text_signature = "(times, values, *, start, end, points, sampling='first', hold_ms=None, decimals=None)")]
#[expect(clippy::too_many_arguments, reason = "the contract's names are the arguments' names")]
pub fn dispersed<'py>(
    py: Python<'py>,
    times: &Bound<'py, PyAny>,
    values: &Bound<'py, PyAny>,
    start: Moment,
    end: Moment,
    points: usize,
    sampling: String,
    hold_ms: Option<u64>,
    decimals: Option<u16>,
) -> PyResult<Bound<'py, PyAny>> {
    let readings = readings(py, times, values, decimals)?;
    let options = Options { hold_ms, width_bits: None };
    let found = py.detach(|| aggregate::dispersed(&readings, (start.0, end.0), points, &sampling, options));
    Ok(pythonize::pythonize(py, &found.map_err(|error| errors::raise(py, error))?)?)
}

/// The least and the largest reading with `start <= t <= end`, each with its earliest instant.
///
/// Args:
///     times, values, decimals: as in `segments`; start and end may be left out.
///
/// Returns:
///     A dict with `min`, `min_at`, `max`, `max_at` (milliseconds); None if there is no reading with a value.
#[pyfunction]
#[pyo3(signature = (times, values, *, start = None, end = None, decimals = None))]
pub fn min_max<'py>(
    py: Python<'py>,
    times: &Bound<'py, PyAny>,
    values: &Bound<'py, PyAny>,
    start: Option<Moment>,
    end: Option<Moment>,
    decimals: Option<u16>,
) -> PyResult<Bound<'py, PyAny>> {
    let readings = readings(py, times, values, decimals)?;
    let (start, end) = (start.map_or(i64::MIN, |start| start.0), end.map_or(i64::MAX, |end| end.0));
    let found = py.detach(|| aggregate::min_max(&readings, start, end));
    Ok(pythonize::pythonize(py, &found.map_err(|error| errors::raise(py, error))?)?)
}

/// The mean of a value over the time for which it is known; None if it is not known at all.
///
/// Args:
///     times, values, start, end, hold_ms, decimals: as in `segments`.
#[pyfunction]
#[pyo3(signature = (times, values, *, start, end, hold_ms = None, decimals = None))]
pub fn time_weighted_mean(
    py: Python<'_>,
    times: &Bound<'_, PyAny>,
    values: &Bound<'_, PyAny>,
    start: Moment,
    end: Moment,
    hold_ms: Option<u64>,
    decimals: Option<u16>,
) -> PyResult<Option<f64>> {
    let options = Options { hold_ms, width_bits: None };
    Ok(range_of(py, (times, values, decimals), start, end, options)?.and_then(|found| found.mean))
}

/// A value times the milliseconds for which it is known; None if it is not known at all. Of watts, watt hours
/// are this divided by 3,600,000.
///
/// Args:
///     times, values, start, end, hold_ms, decimals: as in `segments`.
#[pyfunction]
#[pyo3(signature = (times, values, *, start, end, hold_ms = None, decimals = None))]
pub fn integrate(
    py: Python<'_>,
    times: &Bound<'_, PyAny>,
    values: &Bound<'_, PyAny>,
    start: Moment,
    end: Moment,
    hold_ms: Option<u64>,
    decimals: Option<u16>,
) -> PyResult<Option<f64>> {
    let options = Options { hold_ms, width_bits: None };
    Ok(range_of(py, (times, values, decimals), start, end, options)?.and_then(|found| found.integral))
}

/// What a counter counted with `start <= t < end`, each step from the reading before it, whenever that was; over
/// resets, over the end of its register, and over small steps back. None without readings in the range, or none
/// before them.
///
/// Args:
///     times, values, start, end, decimals, width_bits: as in `segments`.
#[pyfunction]
#[pyo3(signature = (times, values, *, start, end, width_bits = None, decimals = None))]
pub fn increase<'py>(
    py: Python<'py>,
    times: &Bound<'py, PyAny>,
    values: &Bound<'py, PyAny>,
    start: Moment,
    end: Moment,
    width_bits: Option<u8>,
    decimals: Option<u16>,
) -> PyResult<Bound<'py, PyAny>> {
    let options = Options { hold_ms: None, width_bits };
    python(py, range_of(py, (times, values, decimals), start, end, options)?.and_then(|found| found.increase))
}

/// The sum of numbers: of ints an int, of floats the float nearest to the exact sum.
///
/// Raises:
///     ValueDecodeError: kind `not-finite` for NaN and infinities, with the index.
///     AggregateError: a sum beyond the range of float.
#[pyfunction]
pub fn exact_sum<'py>(py: Python<'py>, values: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if let Some(numbers) = Numbers::of(values)? {
        return sum_of_array(py, &numbers);
    }
    let answer = match values_of(values)? {
        Values::Whole(values) => {
            let missing = values.iter().position(Option::is_none);
            if let Some(index) = missing {
                return Err(PyTypeError::new_err(format!("value {index} is None, expected a number")));
            }
            let values: Vec<i64> = values.into_iter().flatten().collect();
            Answer::Int(py.detach(|| aggregate::exact_sum_of_integers(&values)))
        }
        Values::Fraction(values) => {
            let sum = py.detach(|| aggregate::exact_sum(&values));
            Answer::Float(sum.map_err(|error| errors::raise(py, error))?)
        }
    };
    python(py, Some(answer))
}

fn sum_of_array<'py>(py: Python<'py>, numbers: &Numbers<'py>) -> PyResult<Bound<'py, PyAny>> {
    match numbers {
        Numbers::Whole(array) => {
            let mut sum = 0i128;
            for (from, until) in pieces(array.len()?) {
                let values = words(&piece(array, from, until)?, "int64", i64::from_ne_bytes)?;
                sum = sum.wrapping_add(py.detach(|| aggregate::exact_sum_of_integers(&values)));
            }
            python(py, Some(Answer::Int(sum)))
        }
        Numbers::Fraction(array) => {
            let mut sum = Summing::default();
            for (from, until) in pieces(array.len()?) {
                let values = words(&piece(array, from, until)?, "float64", f64::from_ne_bytes)?;
                py.detach(|| sum.push(&values)).map_err(|error| errors::raise(py, error))?;
            }
            python(py, Some(Answer::Float(sum.finish().map_err(|error| errors::raise(py, error))?)))
        }
    }
}

/// Readings that come in any order, for questions in between: each answer has the bits that `segments` gives for
/// the same readings.
///
/// Args:
///     hold_ms, decimals, width_bits: as in `segments`.
///
/// The first value says whether the series is one of ints or of floats.
#[pyclass(module = "parabus")]
pub struct Series(aggregate::Series);

#[pymethods]
impl Series {
    #[new]
    #[pyo3(signature = (*, hold_ms = None, decimals = None, width_bits = None))]
    fn new(py: Python<'_>, hold_ms: Option<u64>, decimals: Option<u16>, width_bits: Option<u8>) -> PyResult<Self> {
        let series = aggregate::Series::new(Options { hold_ms, width_bits }, decimals);
        series.map(Series).map_err(|error| errors::raise(py, error))
    }

    /// Adds a reading, in the place of one at the same instant; None and NaN are readings that failed. Arrays or
    /// lists of times and values add many.
    fn push(&mut self, py: Python<'_>, times: &Bound<'_, PyAny>, values: &Bound<'_, PyAny>) -> PyResult<()> {
        let is_one = values.extract::<f64>().is_ok();
        let (times, values) = if values.is_none() {
            (vec![moment(times)?], Values::Whole(vec![None]))
        } else if is_one {
            let value = pyo3::types::PyList::new(py, [values])?.into_any();
            (vec![moment(times)?], listed(&value)?)
        } else {
            (times_of(times)?, values_of(values)?)
        };
        let pushed: Vec<Pushed> = match values {
            Values::Whole(values) => {
                values.into_iter().map(|value| value.map_or(Pushed::Failed, Pushed::Int)).collect()
            }
            Values::Fraction(values) => values.into_iter().map(Pushed::Float).collect(),
        };
        if times.len() != pushed.len() {
            let message = format!("{} times and {} values, expected as many", times.len(), pushed.len());
            return Err(PyValueError::new_err(message));
        }
        let each = times.into_iter().zip(pushed);
        let pushed = each.into_iter().try_for_each(|(time, value)| self.0.push(time, value));
        pushed.map_err(|error| errors::raise(py, error))
    }

    /// Adds all readings of another series; those replace ours at the same instants.
    fn merge(&mut self, py: Python<'_>, other: &Bound<'_, Series>) -> PyResult<()> {
        // A series may be merged with itself.
        let Ok(other) = other.try_borrow() else { return Ok(()) };
        self.0.merge(&other.0).map_err(|error| errors::raise(py, error))
    }

    /// As `segments`.
    #[pyo3(signature = (*, start, end, cadence = None, segment = None, tz = None))]
    fn query<'py>(
        &self,
        py: Python<'py>,
        start: Moment,
        end: Moment,
        cadence: Option<String>,
        segment: Option<String>,
        tz: Option<String>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = self.0.query(&spans(cadence, segment, tz, start, end));
        Ok(pythonize::pythonize(py, &found.map_err(|error| errors::raise(py, error))?)?)
    }

    /// How many readings there are, failed ones among them.
    fn __len__(&self) -> usize {
        self.0.count()
    }
}

/// A formula of a report, such as `(#561 + 10) / 2 + #558`.
///
/// Args:
///     text: `+ - * / Mod ^`, parentheses, unary minus, decimal numbers, and operands `#id`; all operations from
///         left to right.
///
/// Raises:
///     FormulaSyntaxError: with the byte at which it stops being a formula.
#[pyclass(module = "parabus", frozen)]
pub struct Formula(formula::Formula);

#[pymethods]
impl Formula {
    #[new]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        formula::Formula::new(text).map(Formula).map_err(|error| errors::raise(py, error))
    }

    /// The identifiers of its operands, each once, in the order of the text.
    fn operands(&self) -> Vec<u64> {
        self.0.operands()
    }

    /// The result for values by identifier; None if one is missing or None, for a division by zero, and where
    /// there is no finite number.
    fn evaluate(&self, values: BTreeMap<u64, Option<f64>>) -> Option<f64> {
        let known = values.into_iter().filter_map(|(id, value)| Some((id, value?))).collect();
        self.0.evaluate(&known)
    }
}
