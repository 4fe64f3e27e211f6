//! The machines of Modbus: scanner, client, server.

use parabus_core::contract::modbus::{self, ClientEvent, Receive};
use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{Bits, ExceptionCode, RegisterKind, Registers, UnitId};
use pyo3::exceptions::{PyKeyError, PyLookupError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::convert::{self, Bytes};
use crate::{errors, frame_dict};

/// Finds the intact frames of one direction in a stream that comes in chunks of any size.
///
/// Noise and damaged frames are passed over. Frames come as `decode_frame` gives them.
///
/// Args:
///     transport: `rtu`, `tcp` or `ascii`.
///     direction: `request` or `response`.
///
/// Raises:
///     FrameError: a transport or direction of another name.
#[pyclass(module = "parabus")]
pub struct FrameScanner(modbus::FrameScanner);

#[pymethods]
impl FrameScanner {
    #[new]
    fn new(py: Python<'_>, transport: String, direction: String) -> PyResult<Self> {
        let scanner = modbus::FrameScanner::new(&modbus::NewFrameScanner { transport, direction });
        scanner.map(FrameScanner).map_err(|error| errors::raise(py, error))
    }

    /// Takes bytes and gives the frames that they end.
    ///
    /// Args:
    ///     data: bytes-like, any length.
    ///     now_ms: milliseconds of any clock that does not go back. A second without bytes ends a frame
    ///         begun, but for TCP, where a segment may be that late.
    #[pyo3(signature = (data, now_ms = 0.0), text_signature = "($self, data, now_ms=0.0)")]
    fn push<'py>(&mut self, py: Python<'py>, data: Bytes, now_ms: f64) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let frames = self.0.push(&Receive { data: data.0, now_ms }).map_err(|error| errors::raise(py, error))?;
        frames.into_iter().map(|frame| frame_dict(py, frame, None)).collect()
    }
}

/// What a client has to do, and what happened.
///
/// Attributes:
///     send (bytes): to be sent now; often empty.
///     events (list[dict]): what happened, in order. Each has a `kind`: `reply` (`request_id`, `frame`;
///         an exception is a reply), `timeout` (`request_id`), `sent` (`request_id`: a broadcast, nobody
///         answers), `lost` (`request_id`: the connection was), `identity` (a controller that dialled in
///         says who it is), `stray` (a frame that answers nothing, with a `reason`: `transaction`, `unit`,
///         `mismatch`, `collision` or `malformed`).
///     deadline_ms (float | None): when to call `poll`, if no bytes come before; None while nothing is
///         under way.
///     request_id (int | None): names the request in events, in the answer to `request`.
#[pyclass(module = "parabus", frozen, get_all, skip_from_py_object)]
pub struct ClientStep {
    send: Py<PyBytes>,
    events: Py<PyList>,
    deadline_ms: Option<f64>,
    request_id: Option<u32>,
}

impl ClientStep {
    fn of(
        py: Python<'_>,
        request_id: Option<u32>,
        send: &[u8],
        events: Vec<ClientEvent>,
        deadline_ms: Option<f64>,
    ) -> PyResult<Self> {
        let list = PyList::empty(py);
        for mut event in events {
            let frame = event.frame.take();
            let dict = pythonize::pythonize(py, &event)?.cast_into::<PyDict>()?;
            if let Some(frame) = frame {
                dict.set_item("frame", frame_dict(py, frame, None)?)?;
            }
            list.append(dict)?;
        }
        Ok(ClientStep { send: PyBytes::new(py, send).unbind(), events: list.unbind(), deadline_ms, request_id })
    }
}

#[pymethods]
impl ClientStep {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (send, events) = (self.send.bind(py).repr()?, self.events.bind(py).repr()?);
        let deadline = self.deadline_ms.into_pyobject(py)?.repr()?;
        let request = self.request_id.into_pyobject(py)?.repr()?;
        Ok(format!("ClientStep(send={send}, events={events}, deadline_ms={deadline}, request_id={request})"))
    }
}

/// The client of a connection without the connection: bytes and time in, bytes and events out.
///
/// A reply counts only if it fits its request; everything else is reported as stray and changes
/// nothing. Requests queue up until the line is free for them. `parabus.session` has the sockets.
///
/// Args:
///     transport: `rtu`, `tcp` or `ascii`.
///     options: a dict, or keyword arguments: `timeout_ms` (1000; how long a reply is waited for beyond
///         its time on the line), `retries` (0; how often a request is sent again), `max_in_flight` (1;
///         requests at once on TCP, 1 to 16), `baud` (None; rate of a serial line, whose silences are
///         kept then), `strict` (False; discards a frame with a silence in it), `echo` (False; what is
///         sent comes back first).
///
/// Raises:
///     FrameError: a transport of another name.
#[pyclass(module = "parabus")]
pub struct ModbusClient(modbus::ModbusClient);

#[pymethods]
impl ModbusClient {
    #[new]
    #[pyo3(signature = (transport, options = None, **named))]
    fn new(
        py: Python<'_>,
        transport: String,
        options: Option<&Bound<'_, PyDict>>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let all = PyDict::new(py);
        for some in [options, named].into_iter().flatten() {
            all.update(some.as_mapping())?;
        }
        let options = convert::fields("options", all.as_any())?;
        let client = modbus::ModbusClient::new(&modbus::NewModbusClient { transport, options });
        client.map(ModbusClient).map_err(|error| errors::raise(py, error))
    }

    /// Sends a request, or queues it.
    ///
    /// Args:
    ///     frame: a dict as `encode_frame` takes it; the client chooses the transaction.
    ///     now_ms: milliseconds of any clock that does not go back.
    ///
    /// Raises:
    ///     FrameError: fields that make no request.
    fn request(&mut self, frame: &Bound<'_, PyAny>, now_ms: f64) -> PyResult<ClientStep> {
        let py = frame.py();
        let call = modbus::RequestFrame { frame: convert::frame(frame)?, now_ms };
        let step = self.0.request(&call).map_err(|error| errors::raise(py, error))?;
        ClientStep::of(py, Some(step.request_id), &step.send, step.events, step.deadline_ms)
    }

    /// Takes bytes that came.
    ///
    /// Args:
    ///     data: bytes-like, any length.
    ///     now_ms: when the last of them came.
    ///
    /// Raises:
    ///     FrameError: a TCP stream that is out of step: close the connection, and `reset`.
    fn receive(&mut self, py: Python<'_>, data: Bytes, now_ms: f64) -> PyResult<ClientStep> {
        let step = self.0.receive(&Receive { data: data.0, now_ms }).map_err(|error| errors::raise(py, error))?;
        ClientStep::of(py, None, &step.send, step.events, step.deadline_ms)
    }

    /// What time brings.
    ///
    /// Args:
    ///     now_ms: milliseconds of any clock that does not go back.
    fn poll(&mut self, py: Python<'_>, now_ms: f64) -> PyResult<ClientStep> {
        let step = self.0.poll(&modbus::PollClient { now_ms }).map_err(|error| errors::raise(py, error))?;
        ClientStep::of(py, None, &step.send, step.events, step.deadline_ms)
    }

    /// Starts over on a new connection: every request is lost, those in the queue among them.
    ///
    /// Args:
    ///     now_ms: milliseconds of any clock that does not go back.
    fn reset(&mut self, py: Python<'_>, now_ms: f64) -> PyResult<ClientStep> {
        let step = self.0.reset(&modbus::PollClient { now_ms }).map_err(|error| errors::raise(py, error))?;
        ClientStep::of(py, None, &step.send, step.events, step.deadline_ms)
    }
}

/// The server of a connection without the connection: bytes in, bytes out.
///
/// Args:
///     unit_ids: the units that it plays; they share the bank.
///     bank: tables by kind, a dict of `coil`, `discrete-input`, `holding`, `input`, each a dict, list or
///         array by address: what is absent is an unknown function, or an illegal address. Or an object
///         with `read(unit_id, kind, address, count)`, which gives as many items, None for an illegal
///         address, or the number of an exception, and `write(unit_id, kind, address, values)`, which
///         gives None, False for an illegal address, or the number of an exception.
///     transport: `rtu`, `tcp` or `ascii`.
///     echo: what is sent comes back first.
///
/// Raises:
///     FrameError: a transport of another name.
#[pyclass(module = "parabus")]
pub struct ModbusServer {
    machine: modbus::ModbusServer,
    bank: Py<PyAny>,
}

#[pymethods]
impl ModbusServer {
    #[new]
    #[pyo3(signature = (unit_ids, bank, *, transport = String::from("rtu"), echo = false),
           text_signature = "(unit_ids, bank, *, transport='rtu', echo=False)")]
    fn new(unit_ids: &Bound<'_, PyAny>, bank: Py<PyAny>, transport: String, echo: bool) -> PyResult<Self> {
        let py = unit_ids.py();
        let ids = unit_ids.try_iter()?.map(|id| id?.extract::<u8>()).collect::<PyResult<_>>();
        let unit_ids = ids.map_err(|_| PyValueError::new_err("`unit_ids` has an item that is no int 0 to 255"))?;
        let machine = modbus::ModbusServer::new(&modbus::NewModbusServer { unit_ids, transport, echo });
        Ok(ModbusServer { machine: machine.map_err(|error| errors::raise(py, error))?, bank })
    }

    /// Takes bytes that came and answers the requests that they end.
    ///
    /// Args:
    ///     data: bytes-like, any length.
    ///     now_ms: milliseconds of any clock that does not go back.
    ///
    /// Returns:
    ///     The bytes to send, None where there are none. On a serial line they are to be sent after a
    ///     silence of 3.5 characters.
    ///
    /// Raises:
    ///     FrameError: a TCP stream that is out of step: close the connection.
    ///     Exception: what the bank raised; no reply is given then.
    #[pyo3(signature = (data, now_ms = 0.0), text_signature = "($self, data, now_ms=0.0)")]
    fn receive<'py>(&mut self, py: Python<'py>, data: Bytes, now_ms: f64) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let mut bank = HostBank { bank: self.bank.bind(py), failure: None };
        let reply = self.machine.receive(&Receive { data: data.0, now_ms }, &mut bank);
        if let Some(failure) = bank.failure {
            return Err(failure);
        }
        let reply = reply.map_err(|error| errors::raise(py, error))?;
        Ok(Some(reply).filter(|reply| !reply.is_empty()).map(|reply| PyBytes::new(py, &reply)))
    }
}

/// A bank that Python keeps.
struct HostBank<'a, 'py> {
    bank: &'a Bound<'py, PyAny>,
    failure: Option<PyErr>,
}

/// What a bank gave: items, or an exception.
type Given<'py> = PyResult<Result<Vec<Bound<'py, PyAny>>, ExceptionCode>>;

const ILLEGAL_ADDRESS: ExceptionCode = ExceptionCode::ILLEGAL_DATA_ADDRESS;

impl<'py> HostBank<'_, 'py> {
    /// What a failed bank raised goes to whoever called; the client gets exception 4 of it.
    fn settle<T>(&mut self, given: PyResult<Result<T, ExceptionCode>>) -> Result<T, ExceptionCode> {
        given.unwrap_or_else(|failure| {
            self.failure.get_or_insert(failure);
            Err(ExceptionCode::SERVER_DEVICE_FAILURE)
        })
    }

    fn table(&self, kind: RegisterKind) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.bank.get_item(kind.code()) {
            Ok(table) => Ok(Some(table).filter(|table| !table.is_none())),
            Err(error) if error.is_instance_of::<PyKeyError>(self.bank.py()) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, unit_id: UnitId, kind: RegisterKind, address: u16, count: usize) -> Given<'py> {
        if let Some(read) = self.bank.getattr_opt("read")? {
            let given = read.call1((unit_id.0, kind.code(), address, count))?;
            if given.is_none() {
                return Ok(Err(ILLEGAL_ADDRESS));
            }
            if let Ok(code) = given.extract() {
                return Ok(Err(ExceptionCode(code)));
            }
            let items = given.try_iter()?.collect::<PyResult<Vec<_>>>()?;
            if items.len() != count {
                let message =
                    format!("the bank gave {} items of {} {address}, expected {count}", items.len(), kind.code());
                return Err(PyValueError::new_err(message));
            }
            return Ok(Ok(items));
        }
        let Some(table) = self.table(kind)? else { return Ok(Err(ExceptionCode::ILLEGAL_FUNCTION)) };
        let mut items = Vec::new();
        for index in 0..count {
            match table.get_item(usize::from(address) + index) {
                Ok(item) => items.push(item),
                Err(error) if error.is_instance_of::<PyLookupError>(table.py()) => return Ok(Err(ILLEGAL_ADDRESS)),
                Err(error) => return Err(error),
            }
        }
        Ok(Ok(items))
    }

    /// Writes all items or none.
    fn write<T: IntoPyObject<'py>>(
        &self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        items: Vec<T>,
    ) -> PyResult<Result<(), ExceptionCode>> {
        let py = self.bank.py();
        if self.bank.getattr_opt("read")?.is_some() {
            let Some(write) = self.bank.getattr_opt("write")? else {
                return Ok(Err(ExceptionCode::ILLEGAL_FUNCTION));
            };
            let values = PyList::new(py, items)?;
            let given = write.call1((unit_id.0, kind.code(), address, values))?;
            return Ok(match given.extract::<bool>() {
                Ok(false) => Err(ILLEGAL_ADDRESS),
                Ok(true) => Ok(()),
                Err(_) => given.extract().map_or(Ok(()), |code| Err(ExceptionCode(code))),
            });
        }
        if let Err(code) = self.read(unit_id, kind, address, items.len())? {
            return Ok(Err(code));
        }
        let Some(table) = self.table(kind)? else { return Ok(Err(ExceptionCode::ILLEGAL_FUNCTION)) };
        for (index, item) in items.into_iter().enumerate() {
            table.set_item(usize::from(address) + index, item)?;
        }
        Ok(Ok(()))
    }
}

impl Bank for HostBank<'_, '_> {
    fn read_bits(
        &mut self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let given = self.read(unit_id, kind, address, bits.len());
        let items = self.settle(given)?;
        let values = items.iter().map(|item| item.is_truthy()).collect::<PyResult<Vec<bool>>>();
        let values = self.settle(values.map(Ok))?;
        bits.fill_with(|index| values.get(index).copied()).ok_or(ExceptionCode::SERVER_DEVICE_FAILURE)
    }

    fn read_registers(
        &mut self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let given = self.read(unit_id, kind, address, registers.len());
        let items = self.settle(given)?;
        let values = items.iter().enumerate().map(|(index, item)| {
            item.extract::<u16>().map_err(|error| {
                let found = item.repr().map_or_else(|_| "what it is".to_owned(), |text| text.to_string());
                let place = usize::from(address) + index;
                let message = format!("the bank has {found} in {} {place}, expected an int 0 to 65535", kind.code());
                if error.is_instance_of::<PyTypeError>(item.py()) {
                    PyTypeError::new_err(message)
                } else {
                    PyValueError::new_err(message)
                }
            })
        });
        let values = values.collect::<PyResult<Vec<u16>>>();
        let values = self.settle(values.map(Ok))?;
        registers.fill_with(|index| values.get(index).copied()).ok_or(ExceptionCode::SERVER_DEVICE_FAILURE)
    }

    fn write_bits(&mut self, unit_id: UnitId, address: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
        let given = self.write(unit_id, RegisterKind::Coil, address, bits.iter().collect());
        self.settle(given)
    }

    fn write_registers(
        &mut self,
        unit_id: UnitId,
        address: u16,
        registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        let given = self.write(unit_id, RegisterKind::Holding, address, registers.iter().collect());
        self.settle(given)
    }
}
