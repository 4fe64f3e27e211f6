//! Python's values to those of the contract, with an error that says what was expected.

use parabus_core::contract::Error;
use parabus_core::contract::modbus::{BitOrWord, Frame, Span};
use parabus_core::contract::value::RawCode;
use parabus_core::error::ErrorKind;
use parabus_core::value::Source;
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

/// Raw bits that stand for "no value".
pub struct Codes(pub Vec<RawCode>);

impl<'py> FromPyObject<'_, 'py> for Codes {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let mut codes = Vec::new();
        for item in as_list(&object)?.try_iter()? {
            let item = item?;
            codes.push(match item.extract() {
                Ok(text) => RawCode::Text(text),
                Err(_) => RawCode::Number(item.extract().map_err(|error: PyErr| {
                    let message = format!("a code is {}, expected an int 0 to 2**64 - 1", shown(&item));
                    if error.is_instance_of::<PyOverflowError>(item.py()) {
                        PyValueError::new_err(message)
                    } else {
                        PyTypeError::new_err(message)
                    }
                })?),
            });
        }
        Ok(Codes(codes))
    }
}

/// Registers in bulk: the bytes of any object that holds some, and whether they are registers of this machine.
pub struct Bulk<'py> {
    bytes: Bound<'py, PyBytes>,
    is_host: bool,
}

impl<'py> FromPyObject<'_, 'py> for Bulk<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Bulk { bytes: bytes.to_owned(), is_host: false });
        }
        let view = PyMemoryView::from(&object)?;
        let format: String = view.getattr("format")?.extract()?;
        let is_host = match format.as_str() {
            // Big-endian items stand as in a frame.
            "B" | ">H" => false,
            "H" => true,
            _ => {
                return Err(PyTypeError::new_err(format!(
                    "the buffer has items of format `{format}`, expected bytes or uint16"
                )));
            }
        };
        Ok(Bulk { bytes: view.call_method0("tobytes")?.cast_into()?, is_host })
    }
}

impl Bulk<'_> {
    /// What core reads; registers of this machine are copied if they lie askew.
    pub fn source<'a>(&'a self, room: &'a mut Vec<u16>) -> Source<'a> {
        let bytes = self.bytes.as_bytes();
        if !self.is_host {
            return Source::Bytes(bytes);
        }
        // SAFETY: any two bytes are a register.
        match unsafe { bytes.align_to::<u16>() } {
            ([], registers, []) => Source::Registers(registers),
            _ => {
                room.extend(bytes.as_chunks().0.iter().map(|pair| u16::from_ne_bytes(*pair)));
                Source::Registers(room)
            }
        }
    }
}

/// Numbers of 8 bytes in new memory, filled without the interpreter's lock if they are many.
pub fn numbers<'py, T: Copy + Default + Send>(
    py: Python<'py>,
    length: usize,
    fill: impl FnOnce(&mut [T]) -> Result<(), Error> + Send,
) -> PyResult<Bound<'py, PyByteArray>> {
    /// Numbers that take longer than giving the lock away.
    const MANY: usize = 16 * 1024;
    PyByteArray::new_with(py, length * size_of::<T>(), |bytes| {
        let mut room = Vec::new();
        // SAFETY: `T` is f64 or i64, and any eight bytes are one.
        let numbers = match unsafe { bytes.align_to_mut::<T>() } {
            ([], numbers, []) => numbers,
            _ => {
                room.resize(length, T::default());
                room.as_mut_slice()
            }
        };
        let filled = if length < MANY { fill(numbers) } else { py.detach(|| fill(numbers)) };
        filled.map_err(|error| errors::raise(py, error))?;
        if !room.is_empty() {
            // SAFETY: numbers have no bytes that are not theirs.
            let (_, filled, _) = unsafe { room.align_to::<u8>() };
            bytes.copy_from_slice(filled);
        }
        Ok(())
    })
}

/// An array of the caller for numbers of 8 bytes.
pub struct NumbersOut<'py> {
    array: Bound<'py, PyAny>,
    view: Bound<'py, PyMemoryView>,
    format: String,
}

impl<'py> FromPyObject<'_, 'py> for NumbersOut<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let view = PyMemoryView::from(&object)?;
        let format: String = view.getattr("format")?.extract()?;
        let dimensions: usize = view.getattr("ndim")?.extract()?;
        let size: usize = view.getattr("itemsize")?.extract()?;
        if !matches!(format.as_str(), "d" | "l" | "q") || size != 8 || dimensions != 1 {
            return Err(PyTypeError::new_err(format!(
                "`out` has {dimensions} dimensions of format `{format}`, expected a one-dimensional float64 or int64 array"
            )));
        }
        if view.getattr("readonly")?.is_truthy()? {
            return Err(PyValueError::new_err("`out` is read-only"));
        }
        Ok(NumbersOut { view, format, array: object.to_owned() })
    }
}

impl<'py> NumbersOut<'py> {
    /// Whether it takes floats.
    pub fn is_float(&self) -> bool {
        self.format == "d"
    }

    /// Puts the numbers in; gives the array, or a view of its filled part.
    pub fn fill(self, numbers: &Bound<'py, PyByteArray>) -> PyResult<Bound<'py, PyAny>> {
        let (py, count, length) = (self.array.py(), numbers.len() / 8, self.view.len()?);
        if count > length {
            let message = format!("`out` holds {length} values, expected room for {count}");
            return Err(errors::raise(py, Error { kind: ErrorKind::BufferTooSmall, message, offset: None }));
        }
        let numbers = PyMemoryView::from(numbers)?.call_method1("cast", (&self.format,))?;
        let filled = PySlice::new(py, 0, isize::try_from(count)?, 1);
        self.view.set_item(&filled, numbers)?;
        if count == length { Ok(self.array) } else { self.array.get_item(filled) }
    }
}

/// New numbers as an array of NumPy, or as an `array.array` where there is none.
pub fn new_array<'py>(numbers: &Bound<'py, PyByteArray>, is_integer: bool) -> PyResult<Bound<'py, PyAny>> {
    let py = numbers.py();
    match py.import("numpy") {
        Ok(numpy) => numpy.call_method1("frombuffer", (numbers, if is_integer { "int64" } else { "float64" })),
        Err(_) => {
            let array = py.import("array")?.call_method1("array", (if is_integer { "q" } else { "d" },))?;
            array.call_method1("frombytes", (numbers,))?;
            Ok(array)
        }
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
