//! Core as a microcontroller would use it: one function for each area, without `alloc`. The size of
//! each section of the linked library is what that area costs in flash, and an area from whose code a
//! panic can be reached does not link at all.
#![cfg_attr(target_os = "none", no_std)]

mod alerts;
mod chunks;
mod machines;
mod sums;

use core::fmt::{self, Write as _};
use core::hint::black_box;
use core::net::Ipv4Addr;

use parabus_core::gateway::{Image, Watched};
use parabus_core::modbus::plan::{Point, Refused, plan_reads, plan_writes};
use parabus_core::modbus::{RegisterKind, Request, Response, WriteFunction, ascii, rtu, tcp};
use parabus_core::reference::{Address, Directory, Found, ParamPlace, tokens};
use parabus_core::schedule::{BackOff, DeviceSchedule};
use parabus_core::time::Instant;
use parabus_core::value::{Codec, DataType, Decimal, Digits, Format, Grouping, Lang, NumberFormat, Numbers, Source};

/// Bytes of the caller, as text.
///
/// # Safety
/// `data` points to `length` bytes.
unsafe fn text<'a>(data: *const u8, length: usize) -> &'a str {
    // SAFETY: promised by the caller.
    core::str::from_utf8(unsafe { core::slice::from_raw_parts(data, length) }).unwrap_or_default()
}

/// A writer that only counts.
struct Count(usize);

impl fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.wrapping_add(black_box(text).len());
        Ok(())
    }
}

fn printed(value: &impl fmt::Display) -> u32 {
    let mut count = Count(0);
    write!(count, "{value}").ok();
    count.0 as u32
}

/// A plant that knows as much as the compiler cannot.
struct Plant;

fn ids() -> impl Iterator<Item = u64> {
    (0..black_box(2)).map(black_box)
}

impl Directory for Plant {
    fn has_net(&self, id: u64) -> bool {
        black_box(id) > 0
    }
    fn has_device(&self, id: u64) -> bool {
        black_box(id) > 0
    }
    fn has_param(&self, id: u64) -> bool {
        black_box(id) > 0
    }
    fn nets_by_slug(&self, _: &str) -> impl Iterator<Item = u64> {
        ids()
    }
    fn nets_by_ip(&self, _: Ipv4Addr) -> impl Iterator<Item = u64> {
        ids()
    }
    fn nets_by_mac(&self, _: [u8; 6]) -> impl Iterator<Item = u64> {
        ids()
    }
    fn devices_by_slug(&self, _: &str) -> impl Iterator<Item = u64> {
        ids()
    }
    fn devices_by_unit(&self, _: u64, _: u8) -> impl Iterator<Item = u64> {
        ids()
    }
    fn params_by_slug(&self, _: &str) -> impl Iterator<Item = u64> {
        ids()
    }
    fn params_of(&self, _: u64) -> impl Iterator<Item = ParamPlace<'_>> {
        let address = Address { register: black_box(1), bit: black_box(None), bits: 0 };
        ids().map(move |id| ParamPlace { id, slug: black_box("a"), kind: RegisterKind::Holding, address })
    }
}

/// Parses a list of references, prints each and looks it up.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_reference(data: *const u8, length: usize) -> u32 {
    // SAFETY: promised by the caller.
    let list = unsafe { text(data, length) };
    tokens(list).fold(0, |total: u32, token| {
        let length = match token.reference {
            Ok(reference) => match reference.resolve(&Plant) {
                Ok(Found::Constant(number)) => printed(&number),
                Ok(Found::Connection { net: id } | Found::Param { param: id, .. }) => printed(&reference) ^ id as u32,
                Err(error) => printed(&error),
            },
            Err(error) => printed(&error),
        };
        total.wrapping_add(length)
    })
}

/// Decodes a value with scale, prints it, prints it for people and encodes it again.
///
/// # Safety
/// `data` points to `length` bytes, `registers` to 125 registers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_value(data: *const u8, length: usize, registers: *mut [u16; 125], bit: u8) -> u32 {
    // SAFETY: promised by the caller.
    let (code, registers) = unsafe { (text(data, length), &mut *registers) };
    let (Ok(data_type), Ok(multiplier), Ok(lang)) =
        (DataType::from_code(code), Decimal::parse(code), Lang::from_code(code))
    else {
        return 0;
    };
    let Ok(codec) = Codec::new(data_type).multiplier(multiplier).shift(multiplier).precision(Some(bit)).bit(bit) else {
        return 0;
    };
    let codec = codec.bits(bit).unwrap_or(codec).not_available([Some(bit.into()), None]);
    let value = codec.decode(registers.get(..codec.register_count()).unwrap_or_default());
    let shown = match value {
        Ok(value) => {
            let texts = [("1", "on")];
            let format = Format { lang, numbers: Numbers::Plain, unit: Some("kW"), decimals: Some(bit), texts: &texts };
            printed(&value)
                + printed(&value.format(&format))
                + value.decimal().map_or(0.0, |number| number.to_f64()) as u32
        }
        Err(error) => printed(&error),
    };
    codec.encode(code, registers).map_or(0, |count| shown.wrapping_add(count as u32))
}

/// Decodes an array to numbers and to integers.
///
/// # Safety
/// `data` points to `length` bytes, `floats` and `integers` to 125 places each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_array(
    data: *const u8,
    length: usize,
    floats: *mut [f64; 125],
    integers: *mut [i64; 125],
) -> u32 {
    // SAFETY: promised by the caller.
    let (bytes, floats, integers) =
        unsafe { (core::slice::from_raw_parts(data, length), &mut *floats, &mut *integers) };
    // SAFETY: as above.
    let code = unsafe { text(data, length) };
    let (Ok(data_type), Ok(scale)) = (DataType::from_code(code), Decimal::parse(code)) else { return 0 };
    let codec = Codec::new(data_type).multiplier(scale).shift(scale).not_available([Some(length as u64), None]);
    let decoded = codec.decode_array(Source::Bytes(bytes), floats).map_or(0, |decoded| decoded.values);
    decoded.wrapping_add(codec.decode_array_integers(Source::Bytes(bytes), integers).unwrap_or(0)) as u32
}

/// Prints a number as a language writes it, and tells the form of a word behind it.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_number(data: *const u8, length: usize, min: u8, max: u8) -> u32 {
    // SAFETY: promised by the caller.
    let text = unsafe { text(data, length) };
    let (Ok(lang), Ok(grouping), Ok(digits)) = (Lang::from_code(text), Grouping::from_code(text), Digits::parse(text))
    else {
        return 0;
    };
    let category = lang.plural_category(&digits);
    let Ok(format) = NumberFormat::new(lang).grouping(grouping).fraction(min, Some(max)) else {
        return 0;
    };
    let mut count = Count(0);
    format.write_digits(digits, &mut count).ok();
    (count.0 + category.code().len()) as u32
}

/// Reads an instant and prints it.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_time(data: *const u8, length: usize) -> u32 {
    // SAFETY: promised by the caller.
    Instant::parse(unsafe { text(data, length) }).map_or(0, |instant| printed(&instant.display_millis()))
}

/// Frames of every transport, taken apart and built again, requests and responses.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_frame(data: *const u8, length: usize) -> u32 {
    // SAFETY: promised by the caller.
    let bytes = unsafe { core::slice::from_raw_parts(data, length) };
    let mut buffer = [0; tcp::MAX_FRAME];
    let mut total = 0;
    let tcp = tcp::Frame::parse(bytes).map(|frame| (frame.transaction_id, frame.unit_id, frame.pdu));
    let rtu = rtu::Frame::parse(bytes).map(|frame| (0, frame.unit_id, frame.pdu));
    let mut binary = [0; ascii::MAX_BINARY];
    let ascii = ascii::Frame::parse(bytes, &mut binary).map(|frame| (0, frame.unit_id, frame.pdu));
    for (transaction_id, unit_id, pdu) in [tcp, rtu, ascii].into_iter().flatten() {
        let built = match (Request::parse(pdu), Response::parse(pdu)) {
            (Ok(request), Ok(response)) if response.answers(&request) => request.emit(&mut buffer),
            (Ok(_), Ok(response)) | (Err(_), Ok(response)) => response.emit(&mut buffer),
            (Ok(request), Err(_)) => request.emit(&mut buffer),
            (Err(error), Err(_)) => {
                total += printed(&error);
                continue;
            }
        };
        let Ok(length) = built else { continue };
        total += tcp::emit_header(&mut buffer, transaction_id, unit_id, length).unwrap_or(0) as u32;
        total += rtu::emit_frame(&mut buffer, unit_id, length).unwrap_or(0) as u32;
        let mut text = [0; ascii::MAX_FRAME];
        total += ascii::emit_frame(&mut text, unit_id, buffer.get(..length).unwrap_or_default()).unwrap_or(0) as u32;
    }
    total
}

/// Reads a gateway's image.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_image(data: *const u8, length: usize) -> u32 {
    // SAFETY: promised by the caller.
    let bytes = unsafe { core::slice::from_raw_parts(data, length) };
    let watched =
        |alert: Watched<'_>| alert.conditions().count() + alert.actions().count() + alert.follow_ups().count();
    let count = |image: Image<'_>| {
        let polled = image.units().count() + image.groups().count();
        polled
            + image.points().filter_map(|point| point.codec().ok()).count()
            + image.alerts().map(watched).sum::<usize>()
    };
    Image::parse(bytes).map_or(0, |image| count(image) as u32)
}

/// Plans reads and writes.
///
/// # Safety
/// `addresses` points to `length` addresses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_plan(addresses: *const u16, length: usize, gap: u16) -> u32 {
    // SAFETY: promised by the caller.
    let addresses = unsafe { core::slice::from_raw_parts(addresses, length) };
    let mut points = [Point { kind: RegisterKind::Input, address: 0, count: 1 }; 16];
    points.iter_mut().zip(addresses).for_each(|(point, address)| point.address = *address);
    let refused = [Refused { kind: RegisterKind::Input, address: gap, quantity: gap }];
    let quantity: u32 = plan_reads(&points, gap, gap, &refused).map(|group| u32::from(group.quantity)).sum();
    let function = if gap == 6 { WriteFunction::Always6 } else { WriteFunction::Normal };
    let parts =
        plan_writes(RegisterKind::Holding, length, function).map_or(0, |parts| parts.map(|part| part.count).sum());
    quantity.wrapping_add(parts as u32)
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
    unsafe extern "C" {
        /// Defined nowhere: what needs it does not link.
        fn a_panic_can_be_reached() -> !;
    }
    // SAFETY: no program that contains this call exists.
    unsafe { a_panic_can_be_reached() }
}
