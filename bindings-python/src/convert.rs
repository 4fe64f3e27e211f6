//! Python's values to those of the contract, with an error that says what was expected.

use parabus_core::contract::Error;
use parabus_core::contract::modbus::{BitOrWord, Frame, Span};
use parabus_core::error::ErrorKind;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyInt, PyList, PyMemoryView, PySequence, PySlice, PyString};
use serde::de::DeserializeOwned;

use crate::errors;

/// A number 0 to 255.
pub struct Small(u8);

impl Small {
    /// 0.
    pub const ZERO: Small = Small(0);

    /// What the contract takes.
    pub fn number(small: Option<Small>) -> Option<u8> {
        small.map(|small| small.0)
    }
}

impl<'py> FromPyObject<'_, 'py> for Small {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        object.extract().map(Small).map_err(|error| in_range(error, "the number is", &object, u8::MAX.into()))
    }
}

/// Registers: a sequence of ints, a NumPy array, whatever gives a list.
pub struct Registers(pub Vec<u16>);

impl<'py> FromPyObject<'_, 'py> for Registers {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let list = as_list(&object)?;
        // The bytes of a frame are not registers.
        let is_bytes = list.is_instance_of::<PyBytes>() || list.is_instance_of::<PyByteArray>();
        let Some(items) = list.cast::<PySequence>().ok().filter(|_| !is_bytes) else {
            let found = object.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "registers are of type {found}, expected a sequence of ints or a uint16 array"
            )));
        };
        let register = |(index, item): (usize, PyResult<Bound<'py, PyAny>>)| {
            let item = item?;
            item.extract().map_err(|error| in_range(error, &format!("register {index} is"), &item, u16::MAX))
        };
        items.try_iter()?.enumerate().map(register).collect::<PyResult<_>>().map(Registers)
    }
}

/// Spans of registers: tuples or lists of kind, address and count.
pub struct Spans(pub Vec<Span>);

impl<'py> FromPyObject<'_, 'py> for Spans {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let mut spans = Vec::new();
        for (index, span) in object.try_iter()?.enumerate() {
            let span = span?;
            let parts: Vec<Bound<'_, PyAny>> = span.try_iter()?.collect::<PyResult<_>>()?;
            let [kind, address, count] = parts.as_slice() else {
                let message = format!("point {index} is {}, expected kind, address and count", shown(&span));
                return Err(PyValueError::new_err(message));
            };
            let number = |what: &str, item: &Bound<'_, PyAny>| {
                let what = format!("the {what} of point {index} is");
                item.extract().map_err(|error| in_range(error, &what, item, u16::MAX))
            };
            spans.push((kind.extract()?, number("address", address)?, number("count", count)?));
        }
        Ok(Spans(spans))
    }
}

/// Values to write: bits, registers, or arrays of them.
pub fn bits_or_words(object: &Bound<'_, PyAny>) -> PyResult<Vec<BitOrWord>> {
    let mut values = Vec::new();
    for (index, item) in as_list(object)?.try_iter()?.enumerate() {
        let item = item?;
        values.push(match item.extract() {
            Ok(bit) => BitOrWord::Bit(bit),
            Err(_) => BitOrWord::Word(
                item.extract().map_err(|error| in_range(error, &format!("value {index} is"), &item, u16::MAX))?,
            ),
        });
    }
    Ok(values)
}

/// Bytes of any object that holds some.
pub struct Bytes(pub Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for Bytes {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Bytes(bytes.as_bytes().to_owned()));
        }
        let view = PyMemoryView::from(&object)?;
        let format: String = view.getattr("format")?.extract()?;
        if format != "B" {
            return Err(PyTypeError::new_err(format!("data has items of format `{format}`, expected bytes")));
        }
        let bytes = view.call_method0("tobytes")?;
        Ok(Bytes(bytes.cast::<PyBytes>()?.as_bytes().to_owned()))
    }
}

/// An array of the caller that register values are put into.
pub struct Out<'py> {
    array: Bound<'py, PyAny>,
    view: Bound<'py, PyMemoryView>,
}

impl<'py> FromPyObject<'_, 'py> for Out<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        // The buffer says what the array is without a dependency on NumPy's own interface.
        let view = PyMemoryView::from(&object)?;
        let format: String = view.getattr("format")?.extract()?;
        let dimensions: usize = view.getattr("ndim")?.extract()?;
        if format != "H" || dimensions != 1 {
            return Err(PyTypeError::new_err(format!(
                "`out` has {dimensions} dimensions of format `{format}`, expected a one-dimensional uint16 array"
            )));
        }
        if view.getattr("readonly")?.is_truthy()? {
            return Err(PyValueError::new_err("`out` is read-only"));
        }
        Ok(Out { view, array: object.to_owned() })
    }
}

impl<'py> Out<'py> {
    /// Puts the values in; gives a view of them.
    pub fn fill(self, values: &[u16]) -> PyResult<Bound<'py, PyAny>> {
        let (py, count, length) = (self.array.py(), values.len(), self.view.len()?);
        if count > length {
            let message = format!("`out` holds {length} registers, the frame has {count}");
            return Err(errors::raise(py, Error { kind: ErrorKind::BufferTooSmall, message, offset: None }));
        }
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
        let registers = PyMemoryView::from(&PyBytes::new(py, &bytes))?.call_method1("cast", ("H",))?;
        let filled = PySlice::new(py, 0, isize::try_from(count)?, 1);
        self.view.set_item(&filled, registers)?;
        self.array.get_item(filled)
    }
}

/// A frame of a dict. What most frames have is read directly; everything else, and what is wrong, goes the
/// way of [`fields`].
pub fn frame(object: &Bound<'_, PyAny>) -> PyResult<Frame> {
    match object.cast_exact::<PyDict>().ok().and_then(plain_frame) {
        Some(frame) => Ok(frame),
        None => fields("frame", object),
    }
}

fn plain_frame(dict: &Bound<'_, PyDict>) -> Option<Frame> {
    fn number<'py, T: for<'a> FromPyObject<'a, 'py>>(value: &Bound<'py, PyAny>) -> Option<T> {
        value.cast_exact::<PyInt>().ok()?.extract().ok()
    }
    let mut frame = Frame::default();
    for (key, value) in dict {
        match key.cast_exact::<PyString>().ok()?.to_str().ok()? {
            "transaction_id" => frame.transaction_id = Some(number(&value)?),
            "unit_id" => frame.unit_id = Some(number(&value)?),
            "function_code" => frame.function_code = number(&value)?,
            "address" => frame.address = Some(number(&value)?),
            "quantity" => frame.quantity = Some(number(&value)?),
            "value" => frame.value = Some(BitOrWord::Word(number(&value)?)),
            "values" => {
                let list = value.cast_exact::<PyList>().ok()?.iter();
                frame.values = Some(list.map(|item| number(&item)).collect::<Option<_>>()?);
            }
            _ => return None,
        }
    }
    Some(frame)
}

/// The fields of a dict as a structure of the contract.
pub fn fields<T: DeserializeOwned>(name: &str, object: &Bound<'_, PyAny>) -> PyResult<T> {
    let Ok(dict) = object.cast::<PyDict>() else {
        return Err(PyTypeError::new_err(format!(
            "`{name}` is of type {}, expected a dict",
            object.get_type().name()?
        )));
    };
    let plain = PyDict::new(dict.py());
    for (key, value) in dict {
        plain.set_item(key, as_list(&value)?)?;
    }
    pythonize::depythonize(&plain).map_err(|error| {
        // The field that is refused alone too is the one to blame.
        let culprit = plain.iter().find_map(|(key, value)| {
            let field = PyDict::new(key.py());
            field.set_item(&key, &value).ok()?;
            let error = pythonize::depythonize::<T>(&field).err()?;
            let is_unknown = error.to_string().starts_with("unknown field");
            let what = if is_unknown { "no such field".to_owned() } else { format!("it cannot be {}", shown(&value)) };
            Some((error, format!("{name}, field `{key}`: {what}")))
        });
        let (error, message) = culprit.unwrap_or_else(|| {
            let message = format!("{name}: {error}");
            (error, message)
        });
        if PyErr::from(error).is_instance_of::<PyTypeError>(dict.py()) {
            PyTypeError::new_err(message)
        } else {
            PyValueError::new_err(message)
        }
    })
}

/// Arrays and scalars of NumPy, `array.array` and `memoryview` give Python's own values by `tolist`.
fn as_list<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    match object.getattr_opt("tolist")? {
        Some(to_list) => to_list.call0(),
        None => Ok(object.clone()),
    }
}

/// An int that does not fit is a `ValueError` that says what fits; no int stays a `TypeError`.
fn in_range(error: PyErr, what: &str, found: &Bound<'_, PyAny>, most: u16) -> PyErr {
    let message = format!("{what} {}, expected an int 0 to {most}", shown(found));
    if error.is_instance_of::<PyOverflowError>(found.py()) {
        PyValueError::new_err(message)
    } else {
        PyTypeError::new_err(message)
    }
}

/// An object as Python writes it.
fn shown(object: &Bound<'_, PyAny>) -> String {
    object.repr().map_or_else(|_| "what it is".to_owned(), |text| text.to_string())
}
