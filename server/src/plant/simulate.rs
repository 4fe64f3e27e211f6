//! Plays the devices of a file: signals that move, and registers that show them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parabus_core::modbus::{self, MAX_PDU, RegisterKind, UnitId, server};
use parking_lot::Mutex;
use tokio::task::JoinSet;
use tokio_modbus::{ExceptionCode, Request, Response, SlaveRequest};
use tokio_util::sync::CancellationToken;

use super::file::{File, Network, SimulatedDevice};
use super::own::{Own, Product};
use super::stage::{Caller, Stage};
use super::unit::Unit;
use super::zoo::{Misbehaviour, Units};
use crate::clock;

/// How often the signals move on.
const STEP: Duration = Duration::from_millis(200);

/// One network: its units.
#[derive(Clone)]
pub struct Bus {
    units: Arc<Mutex<HashMap<u8, Unit>>>,
    started_ms: u64,
}

impl Bus {
    fn new(units: HashMap<u8, Unit>) -> Self {
        Bus { units: Arc::new(Mutex::new(units)), started_ms: clock::monotonic_ms() }
    }

    /// Who a controller among the units is: the eleven registers of DOMAIN.md 2.10.
    pub fn identity(&self, unit: u8) -> Option<[u16; 11]> {
        self.units.lock().get(&unit)?.identity()
    }

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

/// Plays every network of the file until `stop`, and the controllers that belong to none. Controllers that
/// dial in call `server`.
pub async fn simulate(file: &File, server: &str, stop: CancellationToken) -> std::io::Result<()> {
    let networks = file.organizations.iter().flat_map(|org| &org.networks);
    let mut stages = JoinSet::new();
    let mut seed = 0;
    for network in networks {
        seed += 1000;
        let bus = bus_of(file, network, seed);
        let connection = network.connection.model();
        let stage = match Product::of(network) {
            Some(product) if network.connection.mac().is_some() => {
                let (server, unit) = (server.to_owned(), network.controller_modbus_unit_id);
                Stage::Backward(Caller { server, unit, product })
            }
            _ => Stage::open(&connection).await.map_err(|error| {
                let text = format!("`{}`: {connection} cannot be opened: {error}", network.name.text);
                std::io::Error::new(error.kind(), text)
            })?,
        };
        println!("{stage} plays `{}` ({} devices)", network.name.text, network.devices.len());
        tokio::spawn(play(bus.clone(), stop.clone()));
        stages.spawn(stage.serve(bus, stop.clone()));
    }
    for controller in &file.simulate_controllers {
        let product = controller.sku.value;
        let unit = controller.modbus_unit_id;
        let own = Own::new(product, unit, controller.mac.map_or([0; 6], |mac| mac.0));
        let bus = Bus::new(HashMap::from([(unit, Unit::controller(own))]));
        let stage = Stage::Backward(Caller { server: server.to_owned(), unit, product });
        println!("{stage} plays a controller of no network");
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
    let mut units: HashMap<u8, Unit> = units.collect();
    if let Some(product) = Product::of(network) {
        let unit = network.controller_modbus_unit_id;
        let own = Own::new(product, unit, network.connection.mac().map_or([0; 6], |mac| mac.0));
        match units.get_mut(&unit) {
            Some(device) => device.own(own),
            None => drop(units.insert(unit, Unit::controller(own))),
        }
    }
    Bus::new(units)
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
