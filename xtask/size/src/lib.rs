//! Core as a microcontroller would use it: one function for each area, without `alloc`. The size of
//! each section of the linked library is what that area costs in flash.
#![cfg_attr(target_os = "none", no_std)]

use parabus_core::modbus::client::{Event, Poll};
use parabus_core::modbus::tcp::Client;
use parabus_core::modbus::{FunctionCode, Request, Response, UnitId};
use parabus_core::reference::Reference;
use parabus_core::schedule::{BackOff, DeviceSchedule};
use parabus_core::value::{Codec, DataType, Decimal};

/// Parses a reference; 1 for a good one.
#[unsafe(no_mangle)]
pub extern "C" fn size_reference(pick: u32) -> u32 {
    let texts = ["boiler>holding>100", "#5", "conn?main", "!10"];
    let text = texts.get(pick as usize % texts.len()).copied().unwrap_or_default();
    u32::from(Reference::parse(core::hint::black_box(text)).is_ok())
}

/// Decodes a value with scale and encodes it again.
#[unsafe(no_mangle)]
pub extern "C" fn size_value(high: u16, low: u16) -> u32 {
    let codes = ["f32-be", "u32-mle", "i16-be", "bit"];
    let code = codes.get(usize::from(low) % codes.len()).copied().unwrap_or_default();
    let (Ok(data_type), Ok(multiplier)) = (DataType::from_code(core::hint::black_box(code)), Decimal::parse("0.1"))
    else {
        return 0;
    };
    let codec = Codec::new(data_type).multiplier(multiplier);
    let mut registers = [high, low];
    let value = codec.decode(registers.get(..codec.register_count()).unwrap_or_default());
    let written = codec.encode("25.5", &mut registers);
    u32::from(value.is_ok()) + written.map_or(0, |count| count as u32)
}

/// One exchange of the client's state machine.
#[unsafe(no_mangle)]
pub extern "C" fn size_client(now: u32, quantity: u16) -> u32 {
    let mut client = Client::<1>::new(1);
    let mut frame = [0; 260];
    let request = Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 0, quantity };
    let Ok((_, length)) = client.request(UnitId(1), &request, now.into(), 1000, &mut frame) else { return 0 };
    let bytes = core::hint::black_box(frame);
    let values = match client.receive(bytes.get(..length).unwrap_or_default()) {
        Ok((_, Some(Event::Reply { response: Response::Registers { registers, .. }, .. }))) => registers.iter().count(),
        _ => 0,
    };
    u32::from(matches!(client.poll(now.into()), Poll::Idle)) + values as u32
}

/// One step of a schedule.
#[unsafe(no_mangle)]
pub extern "C" fn size_schedule(now: u32) -> u32 {
    let mut device = DeviceSchedule::staggered(1000, 1, 4, now.into());
    device.succeed(u64::from(now) + 5);
    device.fail(u64::from(now) + 9, now, &BackOff::default());
    device.due_at() as u32
}

#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
