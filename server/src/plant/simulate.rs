//! Plays the devices of a file: signals that move, and registers that show them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use parabus_core::modbus::server::{self, Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{self, Bits, MAX_PDU, RegisterKind, Registers, UnitId};
use parabus_core::value::Codec;
use parking_lot::Mutex;
use tokio::task::JoinSet;
use tokio_modbus::{ExceptionCode, Request, Response, SlaveRequest};
use tokio_util::sync::CancellationToken;

use super::file::{Device, File, Network, SimulatedDevice};
use super::signal::Signal;
use super::stage::Stage;
use super::zoo::{Misbehaviour, Units};
use crate::clock;

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
    misbehaviour: Option<Misbehaviour>,
    noise: u64,
}

impl Unit {
    fn new(file: &File, device: &Device, simulated: Option<&SimulatedDevice>, seed: u64) -> Self {
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
            misbehaviour: simulated.and_then(|simulated| Some(simulated.misbehaviour.as_ref()?.value)),
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

/// One network: its units.
#[derive(Clone)]
pub struct Bus {
    units: Arc<Mutex<HashMap<u8, Unit>>>,
    started_ms: u64,
}

impl Bus {
    fn now(&self) -> f64 {
        (clock::monotonic_ms() - self.started_ms) as f64 / 1000.0
    }

    /// Whether any unit does what a well-kept library's server never would.
    pub fn misbehaves(&self) -> bool {
        self.units.lock().values().any(|unit| unit.misbehaviour.is_some())
    }

    /// Of a serial line: a unit that is not there is silent, and 0 is everyone.
    pub fn answer_on_line(&self, request: SlaveRequest<'static>) -> Result<Option<Response>, ExceptionCode> {
        let there: Vec<u8> =
            self.units.lock().keys().copied().filter(|unit| [*unit, 0].contains(&request.slave)).collect();
        let mut answers =
            there.into_iter().map(|slave| self.answer(SlaveRequest { slave, request: request.request.clone() }));
        if request.slave == 0 {
            answers.for_each(drop);
            return Ok(None);
        }
        answers.next().transpose()
    }

    /// Of a gateway, which answers for a unit that is not there.
    pub fn answer(&self, request: SlaveRequest<'static>) -> Result<Response, ExceptionCode> {
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

/// A bus's units as a misbehaving connection shows them.
pub struct Shown {
    pub bus: Bus,
    /// A gateway answers for units that are not there, a line is silent.
    pub is_gateway: bool,
}

impl Units for Shown {
    fn misbehaviour(&mut self, unit: UnitId) -> Option<Misbehaviour> {
        let now = self.bus.now();
        let misbehaviour = self.bus.units.lock().get(&unit.0).and_then(|unit| unit.misbehaviour);
        misbehaviour.filter(|misbehaviour| misbehaviour.lasts(now))
    }

    fn answer(&mut self, unit: UnitId, pdu: &mut [u8; MAX_PDU], length: usize) -> Option<usize> {
        let mut units = self.bus.units.lock();
        if unit.0 == 0 && !self.is_gateway {
            for each in units.values_mut() {
                server::answer(each, unit, &mut pdu.clone(), length);
            }
            return None;
        }
        match units.get_mut(&unit.0) {
            Some(there) => Some(server::answer(there, unit, pdu, length)),
            None if self.is_gateway => {
                let [function, code, ..] = pdu;
                (*function, *code) =
                    (*function | 0x80, modbus::ExceptionCode::GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND.0);
                Some(2)
            }
            None => None,
        }
    }
}

impl Bank for Unit {
    fn read_bits(
        &mut self,
        _: UnitId,
        kind: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), modbus::ExceptionCode> {
        let registers = &self.registers;
        bits.fill_with(|index| Some(*registers.get(&(kind, at(address, index)?))? != 0)).ok_or(NO_SUCH_ADDRESS)
    }

    fn read_registers(
        &mut self,
        _: UnitId,
        kind: RegisterKind,
        address: u16,
        place: &mut RegistersMut<'_>,
    ) -> Result<(), modbus::ExceptionCode> {
        let registers = &self.registers;
        place.fill_with(|index| registers.get(&(kind, at(address, index)?)).copied()).ok_or(NO_SUCH_ADDRESS)
    }

    fn write_bits(&mut self, _: UnitId, address: u16, bits: Bits<'_>) -> Result<(), modbus::ExceptionCode> {
        let values: Vec<u16> = bits.iter().map(u16::from).collect();
        self.write(RegisterKind::Coil, address, &values).map_err(|_| NO_SUCH_ADDRESS)
    }

    fn write_registers(
        &mut self,
        _: UnitId,
        address: u16,
        registers: Registers<'_>,
    ) -> Result<(), modbus::ExceptionCode> {
        let values: Vec<u16> = registers.iter().collect();
        self.write(RegisterKind::Holding, address, &values).map_err(|_| NO_SUCH_ADDRESS)
    }
}

const NO_SUCH_ADDRESS: modbus::ExceptionCode = modbus::ExceptionCode::ILLEGAL_DATA_ADDRESS;

fn at(address: u16, index: usize) -> Option<u16> {
    address.checked_add(u16::try_from(index).ok()?)
}

/// Plays every network of the file until `stop`.
pub async fn simulate(file: &File, stop: CancellationToken) -> std::io::Result<()> {
    let networks = file.organizations.iter().flat_map(|org| &org.networks);
    let mut stages = JoinSet::new();
    let mut seed = 0;
    for network in networks {
        seed += 1000;
        let bus = bus_of(file, network, seed);
        let connection = network.connection.model();
        let stage = Stage::open(&connection).await.map_err(|error| {
            let text = format!("`{}`: {connection} cannot be opened: {error}", network.name.text);
            std::io::Error::new(error.kind(), text)
        })?;
        println!("{stage} plays `{}` ({} devices)", network.name.text, network.devices.len());
        tokio::spawn(play(bus.clone(), stop.clone()));
        stages.spawn(stage.serve(bus, stop.clone()));
    }
    stop.cancelled().await;
    stages.join_all().await;
    Ok(())
}

fn bus_of(file: &File, network: &Network, seed: u64) -> Bus {
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
