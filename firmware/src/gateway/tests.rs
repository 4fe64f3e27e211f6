//! Bus, gateway and server on fake ports and a fake clock.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::vec::Vec;

use embedded_hal::digital::{ErrorType as PinErrorType, InputPin, OutputPin};
use embedded_io::{ErrorType, Read, ReadReady, Write};
use parabus_core::gateway::{Group, Unit, emit};
use parabus_core::modbus::client::{Event, Poll};
use parabus_core::modbus::rtu::{Client, MAX_FRAME};
use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{Bits, FunctionCode, Registers, Values};

use super::*;
use crate::{NoPin, Panel, Port, RECORD, Runner};

mod alerts;

/// One end of a wire; what is written waits until the other end's clock comes.
#[derive(Clone, Default)]
struct Wire {
    sent: Rc<RefCell<Vec<u8>>>,
    received: Rc<RefCell<VecDeque<u8>>>,
    is_broken: Rc<RefCell<bool>>,
}

impl ErrorType for Wire {
    type Error = embedded_io::ErrorKind;
}

impl Read for Wire {
    fn read(&mut self, room: &mut [u8]) -> Result<usize, Self::Error> {
        if std::mem::take(&mut *self.is_broken.borrow_mut()) {
            return Err(embedded_io::ErrorKind::InvalidData);
        }
        let mut received = self.received.borrow_mut();
        let count = room.len().min(received.len());
        room.iter_mut().zip(received.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }
}

impl ReadReady for Wire {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(!self.received.borrow().is_empty())
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.sent.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Remembers when it rose and fell.
#[derive(Clone, Default)]
struct Pin {
    clock: Rc<RefCell<u64>>,
    edges: Rc<RefCell<Vec<(u64, bool)>>>,
}

impl PinErrorType for Pin {
    type Error = core::convert::Infallible;
}

impl OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Self::Error> {
        self.edges.borrow_mut().push((*self.clock.borrow(), false));
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Self::Error> {
        self.edges.borrow_mut().push((*self.clock.borrow(), true));
        Ok(())
    }
}

/// A button, and whether it is pressed.
#[derive(Clone, Default)]
struct Button(Rc<RefCell<bool>>);

impl PinErrorType for Button {
    type Error = core::convert::Infallible;
}

impl InputPin for Button {
    fn is_high(&mut self) -> Result<bool, Self::Error> {
        Ok(*self.0.borrow())
    }

    fn is_low(&mut self) -> Result<bool, Self::Error> {
        Ok(!*self.0.borrow())
    }
}

/// Slots that outlive the gateway; a write can be cut short.
#[derive(Clone)]
struct Flash {
    slots: Rc<RefCell<Vec<[u8; RECORD]>>>,
    written: Rc<RefCell<usize>>,
    /// Of the next write only so many bytes are done.
    cut: Rc<RefCell<Option<usize>>>,
}

impl Default for Flash {
    fn default() -> Self {
        let slots = Rc::new(RefCell::new(std::vec![[0xFF; RECORD]; 8]));
        Flash { slots, written: Rc::default(), cut: Rc::default() }
    }
}

impl Memory for Flash {
    type Error = ();

    fn read(&mut self, slot: usize, bytes: &mut [u8; RECORD]) -> Result<(), ()> {
        *bytes = self.slots.borrow()[slot];
        Ok(())
    }

    fn write(&mut self, slot: usize, bytes: &[u8; RECORD]) -> Result<(), ()> {
        *self.written.borrow_mut() += 1;
        let done = self.cut.borrow_mut().take().unwrap_or(RECORD);
        self.slots.borrow_mut()[slot][..done].copy_from_slice(&bytes[..done]);
        if done < RECORD { Err(()) } else { Ok(()) }
    }
}

/// A unit on the bus: registers by kind and address; it answers unless it is off.
#[derive(Default)]
struct Device {
    items: BTreeMap<(RegisterKind, u16), u16>,
    is_off: bool,
    requests: usize,
}

struct Devices(BTreeMap<u8, Device>);

impl Devices {
    fn read(&self, unit_id: UnitId, kind: RegisterKind, address: u16, index: usize) -> Option<u16> {
        self.0.get(&unit_id.0)?.items.get(&(kind, address + index as u16)).copied()
    }

    fn write(&mut self, unit_id: UnitId, kind: RegisterKind, address: u16, values: Vec<u16>) {
        for (index, value) in values.into_iter().enumerate() {
            for (_, device) in self.0.iter_mut().filter(|(unit, _)| unit_id.0 == 0 || **unit == unit_id.0) {
                device.items.insert((kind, address + index as u16), value);
            }
        }
    }
}

impl Bank for Devices {
    fn read_bits(
        &mut self,
        unit: UnitId,
        kind: RegisterKind,
        at: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        bits.fill_with(|index| Some(self.read(unit, kind, at, index)? == 1)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn read_registers(
        &mut self,
        unit: UnitId,
        kind: RegisterKind,
        at: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        registers.fill_with(|index| self.read(unit, kind, at, index)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn write_bits(&mut self, unit: UnitId, at: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
        self.write(unit, RegisterKind::Coil, at, bits.iter().map(u16::from).collect());
        Ok(())
    }

    fn write_registers(&mut self, unit: UnitId, at: u16, registers: Registers<'_>) -> Result<(), ExceptionCode> {
        self.write(unit, RegisterKind::Holding, at, registers.iter().collect());
        Ok(())
    }
}

type Gateways = Runner<Wire, Pin, Wire, NoPin, 4, 8, 300, 4, 8>;

/// A plant: units 1 (ten input registers, 20 coils) and 2 (two holding registers), read once a second.
struct Plant {
    clock: Rc<RefCell<u64>>,
    pin: Pin,
    bus: Wire,
    uplink: Wire,
    relay: Pin,
    button: Button,
    flash: Flash,
    runner: Gateways,
    panel: Panel<Pin, Button, Flash>,
    server: Server,
    devices: Devices,
    client: Client,
}

/// Once a second.
const fn unit(unit_id: u8, retries: u8) -> Unit {
    Unit { unit_id: UnitId(unit_id), retries, period_ms: 1000 }
}

const ONE: [Group; 2] = [
    Group { kind: RegisterKind::Input, address: 100, quantity: 10 },
    Group { kind: RegisterKind::Coil, address: 0, quantity: 20 },
];
const TWO: [Group; 1] = [Group { kind: RegisterKind::Holding, address: 7, quantity: 2 }];

const LINE: Line = Line::serial(19_200);
const TICK_US: u64 = 250;

impl Plant {
    fn new() -> Self {
        let mut image = [0; 100];
        emit(19_200, 300, &[(unit(1, 1), &ONE), (unit(2, 0), &TWO)], &mut image).unwrap();
        Plant::with(&image, Plant::devices(), Flash::default())
    }

    fn devices() -> Devices {
        let mut devices = Devices([(1, Device::default()), (2, Device::default())].into());
        devices.write(UnitId(1), RegisterKind::Input, 100, (0..10).map(|n| 1000 + n).collect());
        devices.write(UnitId(1), RegisterKind::Coil, 0, (0..20).map(|n| n % 3 % 2).collect());
        devices.write(UnitId(2), RegisterKind::Holding, 7, std::vec![70, 80]);
        devices.write(UnitId(2), RegisterKind::Holding, 500, std::vec![5]);
        devices
    }

    /// A gateway that begins, among devices and with a memory that may have been there before.
    fn with(image: &[u8], devices: Devices, flash: Flash) -> Self {
        let image = Image::parse(image).unwrap();
        let (pin, bus, uplink) = (Pin::default(), Wire::default(), Wire::default());
        let (relay, button) = (Pin { clock: pin.clock.clone(), ..Pin::default() }, Button::default());
        let mut runner = Runner {
            gateway: Gateway::new(&image, LINE, Line::stream(), 0).unwrap(),
            bus: Port::new(bus.clone(), pin.clone(), LINE),
            uplink: Port::new(uplink.clone(), NoPin, Line::stream()),
        };
        let panel = Panel::new(relay.clone(), button.clone(), flash.clone(), &mut runner.gateway, 0, 0);
        let units = [UnitId(1), UnitId(2)].into_iter().collect();
        let (server, client) = (Server::new(units, LINE), Client::new(Line::stream()));
        let clock = pin.clock.clone();
        Plant { clock, pin, bus, uplink, relay, button, flash, runner, panel, server, devices, client }
    }

    fn now(&self) -> u64 {
        *self.clock.borrow()
    }

    /// One step of everything.
    fn tick(&mut self) {
        let now = self.now() + TICK_US;
        *self.clock.borrow_mut() = now;
        self.runner.step(now);
        self.panel.step(&mut self.runner.gateway, now);
        let asked = std::mem::take(&mut *self.bus.sent.borrow_mut());
        self.server.receive(&asked, now);
        if let Some(request) = self.server.request() {
            let device = self.devices.0.get_mut(&request.unit_id.0);
            let is_off = device.is_some_and(|device| {
                device.requests += 1;
                device.is_off
            });
            if is_off { self.server.ignore() } else { self.server.answer(&mut self.devices) }
        }
        if let ServerPoll::Send(reply) = self.server.poll(now) {
            self.bus.received.borrow_mut().extend(reply);
        }
    }

    fn run(&mut self, ms: u64) {
        let until = self.now() + ms * 1000;
        while self.now() < until {
            self.tick();
        }
    }

    /// Asks through the uplink: values, or an exception code; nothing after two seconds.
    fn ask(&mut self, unit: u8, request: &Request<'_>) -> Option<Result<Vec<u16>, u8>> {
        let mut frame = [0; MAX_FRAME];
        let (_, length) = self.client.request(UnitId(unit), request, self.now(), 2_000_000, &mut frame).unwrap();
        self.uplink.received.borrow_mut().extend(&frame[..length]);
        loop {
            self.tick();
            let reply = std::mem::take(&mut *self.uplink.sent.borrow_mut());
            match self.client.receive(&reply, self.now()).1 {
                Some(Event::Reply { response: Response::Registers { registers, .. }, .. }) => {
                    return Some(Ok(registers.iter().collect()));
                }
                Some(Event::Reply { response: Response::Bits { bits, .. }, .. }) => {
                    return Some(Ok(bits.iter().map(u16::from).collect()));
                }
                Some(Event::Reply { response: Response::Exception { code, .. }, .. }) => return Some(Err(code.0)),
                Some(Event::Reply { .. }) => return Some(Ok(Vec::new())),
                _ => {}
            }
            if matches!(self.client.poll(self.now()), Poll::TimedOut(_) | Poll::Sent(_)) {
                return None;
            }
        }
    }

    fn read(&mut self, unit: u8, kind: RegisterKind, address: u16, quantity: u16) -> Option<Result<Vec<u16>, u8>> {
        self.ask(unit, &Request::Read { function: kind.read_function(), address, quantity })
    }
}

#[test]
fn last_values_are_served_without_asking_the_bus() {
    let mut plant = Plant::new();
    plant.run(1500);
    assert_eq!(plant.runner.gateway.fresh(plant.now()), (3, 3));
    let asked = plant.devices.0[&1].requests;
    assert_eq!(plant.read(1, RegisterKind::Input, 103, 3), Some(Ok(std::vec![1003, 1004, 1005])));
    assert_eq!(plant.read(1, RegisterKind::Coil, 1, 5), Some(Ok(std::vec![1, 0, 0, 1, 0])));
    assert_eq!(plant.devices.0[&1].requests, asked);
    assert_eq!(plant.runner.gateway.health().answered, 2);
    plant.devices.write(UnitId(1), RegisterKind::Input, 103, std::vec![42]);
    plant.run(1100);
    assert_eq!(plant.read(1, RegisterKind::Input, 103, 1), Some(Ok(std::vec![42])));
}

#[test]
fn what_is_not_polled_and_every_write_goes_to_the_bus() {
    let mut plant = Plant::new();
    plant.run(1500);
    assert_eq!(plant.read(2, RegisterKind::Holding, 500, 1), Some(Ok(std::vec![5])));
    assert_eq!(plant.read(2, RegisterKind::Holding, 501, 1), Some(Err(2)), "the unit's own refusal");
    let write = Request::WriteMultipleRegisters { address: 7, values: Values::Host(&[71, 81]) };
    assert_eq!(plant.ask(2, &write), Some(Ok(Vec::new())));
    assert_eq!(plant.devices.read(UnitId(2), RegisterKind::Holding, 8, 0), Some(81));
    // What was written is read back at once, not from what was read before.
    assert_eq!(plant.read(2, RegisterKind::Holding, 7, 2), Some(Ok(std::vec![71, 81])));
    assert_eq!(plant.ask(1, &Request::WriteSingleCoil { address: 3, value: true }), Some(Ok(Vec::new())));
    assert_eq!(plant.ask(2, &Request::Other { function: FunctionCode(99), data: &[1] }), Some(Err(1)));
    assert_eq!(
        plant.ask(0, &Request::WriteSingleRegister { address: 900, value: 9 }),
        None,
        "a broadcast has no reply"
    );
    plant.run(500);
    assert_eq!(plant.devices.read(UnitId(1), RegisterKind::Holding, 900, 0), Some(9));
    assert_eq!(plant.devices.read(UnitId(2), RegisterKind::Holding, 900, 0), Some(9));
    assert_eq!(plant.read(9, RegisterKind::Holding, 0, 1), None, "a unit that is not its own");
}

/// A unit that is slower than the patience of whoever asks: its reply is never given to the next question.
#[test]
fn the_reply_to_a_question_given_up_answers_no_other() {
    let mut plant = Plant::new();
    plant.run(1500);
    plant.devices.0.get_mut(&2).unwrap().is_off = true;
    let ask = |plant: &mut Plant, value: u16| {
        let mut frame = [0; MAX_FRAME];
        let write = Request::WriteMultipleRegisters { address: 7, values: Values::Host(&[value]) };
        let mut client = Client::new(Line::stream());
        let (_, length) = client.request(UnitId(2), &write, 0, 1, &mut frame).unwrap();
        plant.uplink.received.borrow_mut().extend(&frame[..length]);
    };
    ask(&mut plant, 1);
    plant.run(50);
    ask(&mut plant, 2);
    plant.run(100);
    // The unit's late answer to the first write.
    let mut late = std::vec![2, 16, 0, 7, 0, 1];
    late.extend(parabus_core::modbus::rtu::crc16(&late).to_le_bytes());
    plant.bus.received.borrow_mut().extend(late);
    plant.run(1);
    assert!(plant.uplink.sent.borrow().is_empty(), "nothing is known of the second write yet");
    plant.devices.0.get_mut(&2).unwrap().is_off = false;
    plant.run(2000);
    assert_eq!(plant.devices.read(UnitId(2), RegisterKind::Holding, 7, 0), Some(2), "the second write was done");
    assert_eq!(plant.uplink.sent.borrow().len(), 8, "and answered once");
}

/// Nobody waits for a broadcast, and it waits for the bus all the same.
#[test]
fn a_broadcast_is_not_lost_to_the_next_request() {
    let mut plant = Plant::new();
    plant.run(1500);
    plant.devices.0.get_mut(&2).unwrap().is_off = true;
    plant.run(450);
    let broadcast = [0, 6, 3, 132, 0, 9];
    let mut frame = broadcast.to_vec();
    frame.extend(parabus_core::modbus::rtu::crc16(&broadcast).to_le_bytes());
    plant.uplink.received.borrow_mut().extend(frame);
    plant.run(20);
    assert_eq!(plant.read(1, RegisterKind::Input, 100, 1), Some(Ok(std::vec![1000])));
    plant.run(2000);
    assert_eq!(plant.devices.read(UnitId(1), RegisterKind::Holding, 900, 0), Some(9));
}

#[test]
fn a_dead_unit_is_told_from_its_neighbours() {
    let mut plant = Plant::new();
    plant.run(1500);
    plant.devices.0.get_mut(&2).unwrap().is_off = true;
    plant.run(4000);
    assert_eq!(plant.read(2, RegisterKind::Holding, 7, 2), Some(Err(11)));
    assert_eq!(plant.read(2, RegisterKind::Holding, 500, 1), Some(Err(11)), "passed on, and not answered");
    assert_eq!(plant.read(1, RegisterKind::Input, 100, 1), Some(Ok(std::vec![1000])));
    let (asked, of_dead) = (plant.devices.0[&1].requests, plant.devices.0[&2].requests);
    plant.run(60_000);
    assert!(plant.devices.0[&1].requests - asked >= 2 * 59, "the neighbour keeps its pace");
    assert!(plant.devices.0[&2].requests - of_dead <= 8, "the dead one is asked less and less");
    plant.devices.0.get_mut(&2).unwrap().is_off = false;
    plant.run(70_000);
    assert_eq!(plant.read(2, RegisterKind::Holding, 7, 2), Some(Ok(std::vec![70, 80])));
}

#[test]
fn old_values_are_not_shown() {
    let mut plant = Plant::new();
    plant.run(1500);
    plant.devices.0.get_mut(&1).unwrap().is_off = true;
    plant.run(5000);
    assert_eq!(plant.read(1, RegisterKind::Input, 100, 1), Some(Err(11)));
    assert_eq!(plant.runner.gateway.fresh(plant.now()), (1, 3));
}

#[test]
fn the_driver_is_enabled_exactly_while_a_frame_goes_out() {
    let mut plant = Plant::new();
    plant.run(3000);
    let edges = plant.pin.edges.borrow();
    assert_eq!(edges[0], (0, false));
    let frames: Vec<_> = edges[1..].chunks_exact(2).collect();
    assert!(frames.len() >= 6, "{edges:?}");
    for frame in frames {
        let [(up, true), (down, false)] = frame else { panic!("{edges:?}") };
        let late = down - up - LINE.duration_us(8);
        assert!(late <= TICK_US, "{late} us after the last bit");
    }
}

#[test]
fn noise_and_faults_on_either_side_pass() {
    let mut plant = Plant::new();
    plant.run(1500);
    plant.uplink.received.borrow_mut().extend([1, 3, 0xFF, 2, 16]);
    plant.bus.received.borrow_mut().extend([0; 700]);
    *plant.bus.is_broken.borrow_mut() = true;
    plant.run(1500);
    assert_eq!(plant.runner.bus.errors(), 1);
    assert_eq!(plant.read(1, RegisterKind::Input, 100, 1), Some(Ok(std::vec![1000])));
}

#[test]
fn what_does_not_fit_is_said() {
    let unit = Unit { unit_id: UnitId(1), retries: 0, period_ms: 1 };
    let group = Group { kind: RegisterKind::Input, address: 0, quantity: 100 };
    let mut bytes = [0; 100];
    emit(9600, 300, &[(unit, &[group, group])], &mut bytes).unwrap();
    let image = Image::parse(&bytes).unwrap();
    let words = Gateway::<1, 2, 199>::new(&image, LINE, LINE, 0).unwrap_err();
    assert_eq!(words, CapacityError::Words(199));
    assert_eq!(Gateway::<1, 1, 200>::new(&image, LINE, LINE, 0).unwrap_err(), CapacityError::Groups(1));
    assert_eq!(Gateway::<0, 2, 200>::new(&image, LINE, LINE, 0).unwrap_err(), CapacityError::Units(0));
}
