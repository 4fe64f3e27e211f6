//! One unit as the simulator plays it: signals, and the registers that show them.

use std::collections::{BTreeMap, HashMap};

use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{self, Bits, RegisterKind, Registers, UnitId};
use parabus_core::value::Codec;
use tokio_modbus::ExceptionCode;

use super::file::{Device, File, SimulatedDevice};
use super::own::Own;
use super::signal::Signal;
use super::zoo::Misbehaviour;

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
pub struct Unit {
    outputs: Vec<Output>,
    registers: BTreeMap<(RegisterKind, u16), u16>,
    pub misbehaviour: Option<Misbehaviour>,
    /// Of a unit that is a controller: what its own registers do.
    own: Option<Own>,
    noise: u64,
}

impl Unit {
    pub fn new(file: &File, device: &Device, simulated: Option<&SimulatedDevice>, seed: u64) -> Self {
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
            own: None,
            noise: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        };
        unit.show_texts();
        unit.show();
        unit
    }

    /// A controller without anything else.
    pub fn controller(own: Own) -> Self {
        let mut unit =
            Unit { outputs: Vec::new(), registers: BTreeMap::new(), misbehaviour: None, own: None, noise: 1 };
        unit.own(own);
        unit
    }

    /// Gives the unit the registers of a controller.
    pub fn own(&mut self, own: Own) {
        let holding = own.registers().into_iter().map(|(address, value)| ((RegisterKind::Holding, address), value));
        self.registers.extend(holding);
        self.own = Some(own);
    }

    /// Who it is, if it is a controller.
    pub fn identity(&self) -> Option<[u16; 11]> {
        self.own.as_ref()?.identity(|address| self.registers.get(&(RegisterKind::Holding, address)).copied())
    }

    /// Between -1 and 1: xorshift, the same for the same seed.
    fn noise(&mut self) -> f64 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        f64::from(u32::try_from(self.noise >> 32).unwrap_or(0)) / f64::from(u32::MAX) * 2.0 - 1.0
    }

    pub fn step(&mut self, now: f64, step: f64) {
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

    /// Puts texts into the registers, where they stay.
    fn show_texts(&mut self) {
        for output in &self.outputs {
            let Signal::Text(text) = &output.signal else { continue };
            let mut registers = vec![0; output.codec.register_count()];
            // A text that is too long for its registers leaves them empty.
            output.codec.encode(text, &mut registers).ok();
            let places = (output.address..).map(|address| (output.kind, address));
            self.registers.extend(places.zip(registers));
        }
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
                data_type if data_type.is_numeric() => format!("{:.6}", output.value),
                // A signal is no text: the registers keep what was written to them.
                _ => {
                    self.registers.extend(places.into_iter().zip(registers));
                    continue;
                }
            };
            // A value beyond its registers leaves them as they are.
            output.codec.encode(&text, &mut registers).ok();
            self.registers.extend(places.into_iter().zip(registers));
        }
    }

    pub fn read(&self, kind: RegisterKind, address: u16, count: u16) -> Result<Vec<u16>, ExceptionCode> {
        let end = address.checked_add(count).ok_or(ExceptionCode::IllegalDataAddress)?;
        let read = (address..end).map(|at| self.registers.get(&(kind, at)).copied());
        read.collect::<Option<_>>().ok_or(ExceptionCode::IllegalDataAddress)
    }

    /// Takes what a client writes: the values follow the registers.
    pub fn write(&mut self, kind: RegisterKind, address: u16, values: &[u16]) -> Result<(), ExceptionCode> {
        self.read(kind, address, values.len() as u16)?;
        if let (Some(own), RegisterKind::Holding) = (&self.own, kind)
            && !own.takes(address, values)
        {
            return Err(ExceptionCode::IllegalDataValue);
        }
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
            if let (true, Ok(value)) = (touched, output.codec.decode(&registers).map(|value| value.decimal())) {
                output.value = value.map_or(output.value, |value| value.to_f64());
            }
        }
        if let (Some(own), RegisterKind::Holding) = (&self.own, kind) {
            let present = |at| self.registers.get(&(RegisterKind::Holding, at)).copied();
            for (at, value) in own.done(address, values, present) {
                self.registers.insert((RegisterKind::Holding, at), value);
            }
        }
        Ok(())
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
        self.write(RegisterKind::Coil, address, &values).map_err(exception)
    }

    fn write_registers(
        &mut self,
        _: UnitId,
        address: u16,
        registers: Registers<'_>,
    ) -> Result<(), modbus::ExceptionCode> {
        let values: Vec<u16> = registers.iter().collect();
        self.write(RegisterKind::Holding, address, &values).map_err(exception)
    }
}

const NO_SUCH_ADDRESS: modbus::ExceptionCode = modbus::ExceptionCode::ILLEGAL_DATA_ADDRESS;

/// The same in core's words.
fn exception(code: ExceptionCode) -> modbus::ExceptionCode {
    modbus::ExceptionCode(code.into())
}

fn at(address: u16, index: usize) -> Option<u16> {
    address.checked_add(u16::try_from(index).ok()?)
}
