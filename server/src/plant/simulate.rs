//! Plays the devices of a file on servers of tokio-modbus, a part that we did not write: Modbus TCP,
//! RTU over TCP, and RTU on pseudo-terminals.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use parabus_core::modbus::RegisterKind;
use parabus_core::value::Codec;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio_modbus::server::{rtu_over_tcp, tcp};
use tokio_modbus::{ExceptionCode, Request, Response, SlaveRequest};
use tokio_serial::{SerialPort as _, SerialStream};
use tokio_util::sync::CancellationToken;

use super::file::{self, Device, Fault, Network, SimulatedDevice};
use super::signal::Signal;
use crate::clock;
use crate::model::{Connection, Framing};

/// How often the signals move on.
const STEP: Duration = Duration::from_millis(200);

/// One parameter of a simulated device.
struct Output {
    name: String,
    kind: RegisterKind,
    address: u16,
    codec: Codec,
    signal: Signal,
    value: f64,
}

/// One unit: its outputs, and the registers that a client sees.
struct Unit {
    outputs: Vec<Output>,
    registers: BTreeMap<(RegisterKind, u16), u16>,
    fault: Option<Fault>,
    noise: u64,
}

impl Unit {
    fn new(file: &file::File, device: &Device, simulated: Option<&SimulatedDevice>, seed: u64) -> Self {
        let outputs = file.parameters(device).map(|param| {
            let signal = simulated.and_then(|simulated| simulated.signals.get(&param.name.text));
            let signal = signal.map_or(Signal::Hold(0.0), |signal| signal.value.clone());
            Output {
                name: param.name.text.clone(),
                kind: param.register_kind,
                address: param.address,
                codec: param.codec(),
                value: signal.start(),
                signal,
            }
        });
        let mut unit = Unit {
            outputs: outputs.collect(),
            registers: BTreeMap::new(),
            fault: simulated.and_then(|simulated| simulated.fault),
            noise: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        };
        unit.show();
        unit
    }

    /// Between -1 and 1: xorshift, the same for the same seed.
    fn noise(&mut self) -> f64 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        f64::from(u32::try_from(self.noise >> 32).unwrap_or(0)) / f64::from(u32::MAX) * 2.0 - 1.0
    }

    fn step(&mut self, now: f64, step: f64) {
        let values: HashMap<String, f64> =
            self.outputs.iter().map(|output| (output.name.clone(), output.value)).collect();
        for index in 0..self.outputs.len() {
            let noise = self.noise();
            if let Some(output) = self.outputs.get_mut(index) {
                output.value = output.signal.next(output.value, &values, now, step, noise);
            }
        }
        self.show();
    }

    /// Puts the values into the registers.
    fn show(&mut self) {
        for output in &self.outputs {
            let places: Vec<(RegisterKind, u16)> = (0..output.codec.register_count() as u16)
                .map(|n| (output.kind, output.address.wrapping_add(n)))
                .collect();
            let mut registers: Vec<u16> =
                places.iter().map(|place| self.registers.get(place).copied().unwrap_or(0)).collect();
            let text = match output.codec.data_type() {
                parabus_core::value::DataType::Bit => (if output.value == 0.0 { "0" } else { "1" }).to_owned(),
                _ => format!("{:.6}", output.value),
            };
            // A value beyond its registers leaves them as they are.
            output.codec.encode(&text, &mut registers).ok();
            self.registers.extend(places.into_iter().zip(registers));
        }
    }

    fn read(&self, kind: RegisterKind, address: u16, count: u16) -> Result<Vec<u16>, ExceptionCode> {
        let end = address.checked_add(count).ok_or(ExceptionCode::IllegalDataAddress)?;
        let read = (address..end).map(|at| self.registers.get(&(kind, at)).copied());
        read.collect::<Option<_>>().ok_or(ExceptionCode::IllegalDataAddress)
    }

    /// Takes what a client writes: the values follow the registers.
    fn write(&mut self, kind: RegisterKind, address: u16, values: &[u16]) -> Result<(), ExceptionCode> {
        self.read(kind, address, values.len() as u16)?;
        for (place, value) in (address..).zip(values) {
            self.registers.insert((kind, place), *value);
        }
        for output in &mut self.outputs {
            let count = output.codec.register_count() as u16;
            let places =
                (0..count).map(|n| self.registers.get(&(output.kind, output.address.wrapping_add(n))).copied());
            let registers: Vec<u16> = places.map(Option::unwrap_or_default).collect();
            let touched = output.kind == kind
                && u32::from(output.address) < u32::from(address) + values.len() as u32
                && u32::from(address) < u32::from(output.address) + u32::from(count);
            if let (true, Ok(value)) = (touched, output.codec.decode(&registers)) {
                output.value = value.decimal().to_f64();
            }
        }
        Ok(())
    }
}

/// One network: units behind one listening address.
#[derive(Clone)]
struct Bus {
    units: Arc<Mutex<HashMap<u8, Unit>>>,
    started_ms: u64,
}

impl Bus {
    fn now(&self) -> f64 {
        (clock::monotonic_ms() - self.started_ms) as f64 / 1000.0
    }

    /// Seconds until a unit's fault is over; 0 while there is none.
    fn fault_left(&self, unit: u8) -> f64 {
        let fault = self.units.lock().get(&unit).and_then(|unit| unit.fault);
        let Some(fault) = fault else { return 0.0 };
        let place = self.now().rem_euclid(fault.every_sec);
        let begins = fault.every_sec - fault.for_sec;
        if place < begins { 0.0 } else { fault.every_sec - place }
    }

    fn answer(&self, request: SlaveRequest<'static>) -> Result<Response, ExceptionCode> {
        let mut units = self.units.lock();
        let unit = units.get_mut(&request.slave).ok_or(ExceptionCode::GatewayTargetDevice)?;
        let bits = |words: Vec<u16>| words.into_iter().map(|word| word != 0).collect();
        let words = |bits: &[bool]| bits.iter().map(|bit| u16::from(*bit)).collect::<Vec<_>>();
        use RegisterKind::{Coil, DiscreteInput, Holding, Input};
        match request.request {
            Request::ReadCoils(at, count) => Ok(Response::ReadCoils(bits(unit.read(Coil, at, count)?))),
            Request::ReadDiscreteInputs(at, count) => {
                Ok(Response::ReadDiscreteInputs(bits(unit.read(DiscreteInput, at, count)?)))
            }
            Request::ReadHoldingRegisters(at, count) => {
                Ok(Response::ReadHoldingRegisters(unit.read(Holding, at, count)?))
            }
            Request::ReadInputRegisters(at, count) => Ok(Response::ReadInputRegisters(unit.read(Input, at, count)?)),
            Request::WriteSingleCoil(at, value) => {
                unit.write(Coil, at, &words(&[value]))?;
                Ok(Response::WriteSingleCoil(at, value))
            }
            Request::WriteSingleRegister(at, value) => {
                unit.write(Holding, at, &[value])?;
                Ok(Response::WriteSingleRegister(at, value))
            }
            Request::WriteMultipleCoils(at, values) => {
                unit.write(Coil, at, &words(&values))?;
                Ok(Response::WriteMultipleCoils(at, values.len() as u16))
            }
            Request::WriteMultipleRegisters(at, values) => {
                unit.write(Holding, at, &values)?;
                Ok(Response::WriteMultipleRegisters(at, values.len() as u16))
            }
            _ => Err(ExceptionCode::IllegalFunction),
        }
    }
}

/// A bus as a client meets it. On a serial line a unit that is not there stays silent; a gateway says
/// so by an exception.
#[derive(Clone)]
struct Player {
    bus: Bus,
    is_serial: bool,
}

impl tokio_modbus::server::Service for Player {
    type Request = SlaveRequest<'static>;
    type Response = Option<Response>;
    type Exception = ExceptionCode;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, ExceptionCode>> + Send>>;

    fn call(&self, request: SlaveRequest<'static>) -> Self::Future {
        let Player { bus, is_serial } = self.clone();
        Box::pin(async move {
            if is_serial && !bus.units.lock().contains_key(&request.slave) {
                return Ok(None);
            }
            let left = bus.fault_left(request.slave);
            tokio::time::sleep(Duration::from_secs_f64(left)).await;
            bus.answer(request).map(Some)
        })
    }
}

/// Plays every network of the file until `stop`.
pub async fn simulate(file: &file::File, stop: CancellationToken) -> std::io::Result<()> {
    let networks = file.organizations.iter().flat_map(|org| &org.networks);
    let mut seed = 0;
    let mut ports = Vec::new();
    for network in networks {
        seed += 1000;
        let bus = bus_of(file, network, seed);
        tokio::spawn(play(bus.clone(), stop.clone()));
        let connection = network.connection.model();
        let player = Player { bus, is_serial: !matches!(connection, Connection::Direct { framing: Framing::Tcp, .. }) };
        let in_network = |error: std::io::Error| {
            std::io::Error::new(
                error.kind(),
                format!("`{}`: {connection} cannot be opened: {error}", network.name.text),
            )
        };
        match &connection {
            Connection::Direct { host, port, framing } => {
                let listener = TcpListener::bind((host.as_str(), *port)).await.map_err(in_network)?;
                match framing {
                    Framing::Tcp => tokio::spawn(serve_tcp(listener, player)),
                    Framing::Rtu => tokio::spawn(serve_rtu(listener, player)),
                };
            }
            Connection::Serial(port) => {
                let (line, pseudo) = PseudoTerminal::open(port.path.as_ref()).map_err(in_network)?;
                ports.push(pseudo);
                tokio::spawn(async move {
                    let ended = tokio_modbus::server::rtu::Server::new(line).serve_forever(player).await;
                    tracing::error!(?ended, "a simulated line ended");
                });
            }
        }
        println!("{connection} plays `{}` ({} devices)", network.name.text, network.devices.len());
    }
    stop.cancelled().await;
    Ok(())
}

async fn serve_tcp(listener: TcpListener, player: Player) {
    let on_connected = |stream, peer: SocketAddr| {
        let player = player.clone();
        async move { tcp::accept_tcp_connection(stream, peer, |_| Ok(Some(player.clone()))) }
    };
    let ended = tcp::Server::new(listener).serve(&on_connected, client_ended).await;
    tracing::error!(?ended, "a simulated network ended");
}

async fn serve_rtu(listener: TcpListener, player: Player) {
    let on_connected = |stream, peer: SocketAddr| {
        let player = player.clone();
        async move { rtu_over_tcp::accept_tcp_connection(stream, peer, |_| Ok(Some(player.clone()))) }
    };
    let ended = rtu_over_tcp::Server::new(listener).serve(&on_connected, client_ended).await;
    tracing::error!(?ended, "a simulated network ended");
}

fn client_ended(error: std::io::Error) {
    tracing::debug!(%error, "a client's connection ended");
}

/// A pseudo-terminal in place of a serial port: a link at the port's path leads to it, and goes with it.
struct PseudoTerminal {
    path: PathBuf,
    /// Held open, so that the line does not end with its client.
    _held: File,
}

impl PseudoTerminal {
    fn open(path: &Path) -> std::io::Result<(SerialStream, PseudoTerminal)> {
        if path.symlink_metadata().is_ok_and(|found| !found.is_symlink()) {
            let text = "a file or device is there, expected a free path for the pseudo-terminal";
            return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, text));
        }
        let (line, far_end) = SerialStream::pair()?;
        let name = far_end.name().ok_or_else(|| std::io::Error::other("the pseudo-terminal has no name"))?;
        // As a plain file: the stream would keep others away by its lock.
        let held = File::options().read(true).write(true).open(&name)?;
        // One that was left behind by a simulator that was killed.
        std::fs::remove_file(path).ok();
        std::os::unix::fs::symlink(name, path)?;
        Ok((line, PseudoTerminal { path: path.to_owned(), _held: held }))
    }
}

impl Drop for PseudoTerminal {
    fn drop(&mut self) {
        std::fs::remove_file(&self.path).ok();
    }
}

fn bus_of(file: &file::File, network: &Network, seed: u64) -> Bus {
    let units = network.devices.iter().zip(seed..).map(|(device, seed)| {
        let is_this = |simulated: &&SimulatedDevice| {
            simulated.network.value == network.name.text && simulated.device.value == device.name.text
        };
        (device.unit_id, Unit::new(file, device, file.simulate.iter().find(is_this), seed))
    });
    Bus { units: Arc::new(Mutex::new(units.collect())), started_ms: clock::monotonic_ms() }
}

async fn play(bus: Bus, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(STEP);
    let mut last = bus.now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = bus.now();
        bus.units.lock().values_mut().for_each(|unit| unit.step(now, now - last));
        last = now;
    }
}
