//! The machines of Modbus in whatever state the caller has them: nothing is known of it when this is
//! compiled, so a panic that any state can reach would be found.

use core::hint::black_box;

use parabus_core::modbus::client::{Event, Machine as _, Poll};
use parabus_core::modbus::relay::{Action, Relay};
use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut, ServerPoll};
use parabus_core::modbus::{
    Bits, ExceptionCode, Identity, Line, RegisterKind, Registers, Request, Response, UnitId, UnitSet, Values, ascii,
    client, rtu, server, tcp,
};

/// What a client's user does: asks, hears, waits, connects anew.
fn lead_client(client: &mut impl client::Machine, bytes: &[u8], now: u64) -> usize {
    let mut frame = [0; ascii::MAX_FRAME];
    let mut total = client.in_flight();
    if let Ok(request) = Request::parse(bytes)
        && let Ok((_, length)) = client.request(UnitId(now as u8), &request, now, now, &mut frame)
    {
        total = total.wrapping_add(black_box(frame.get(..length)).map_or(0, <[u8]>::len));
    }
    match client.receive(bytes, now) {
        Ok((_, Some(Event::Reply { response: Response::Registers { registers, .. }, .. }))) => {
            total = total.wrapping_add(registers.iter().count());
        }
        Ok((taken, event)) => total = total.wrapping_add(taken).wrapping_add(usize::from(black_box(event).is_some())),
        Err(_) => client.reset(now),
    }
    total.wrapping_add(match client.poll(now) {
        Poll::WaitUntil(at) => at as usize,
        other => usize::from(black_box(other) == Poll::Idle),
    })
}

/// Registers in memory.
struct Memory<'a>(&'a mut [u16]);

impl Bank for Memory<'_> {
    fn read_bits(
        &mut self,
        _: UnitId,
        _: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let bit = |index| self.0.get(usize::from(address).wrapping_add(index)).map(|word| *word != 0);
        bits.fill_with(bit).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn read_registers(
        &mut self,
        _: UnitId,
        _: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let register = |index| self.0.get(usize::from(address).wrapping_add(index)).copied();
        registers.fill_with(register).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn write_bits(&mut self, _: UnitId, address: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
        let places = self.0.iter_mut().skip(address.into());
        places.zip(bits.iter()).for_each(|(place, bit)| *place = bit.into());
        Ok(())
    }

    fn write_registers(&mut self, _: UnitId, address: u16, registers: Registers<'_>) -> Result<(), ExceptionCode> {
        let places = self.0.iter_mut().skip(address.into());
        places.zip(Values::Wire(registers).iter()).for_each(|(place, value)| *place = value);
        Ok(())
    }
}

/// What a server's user does: hears, answers from memory or from elsewhere, sends.
fn lead_server(server: &mut impl server::Machine, bytes: &[u8], registers: &mut [u16], now: u64) -> usize {
    let taken = server.receive(bytes, now).unwrap_or_default();
    match server.request().map(|request| (request.id, request.pdu.len())) {
        Some((_, 1)) => server.ignore(),
        Some((id, 2)) => {
            black_box(server.reply(id, bytes));
        }
        _ => server.answer(&mut Memory(registers)),
    }
    match server.poll(now) {
        ServerPoll::Send(reply) => black_box(reply).len(),
        ServerPoll::WaitUntil(at) => at as usize,
        ServerPoll::Idle => taken,
    }
}

macro_rules! lead_clients {
    ($($name:ident: $machine:ty),+ $(,)?) => {$(
        /// One step of a client.
        ///
        /// # Safety
        /// `client` points to one, `data` to `length` bytes.
        #[unsafe(no_mangle)]
        #[allow(improper_ctypes_definitions, reason = "only Rust makes one")]
        pub unsafe extern "C" fn $name(client: *mut $machine, data: *const u8, length: usize, now: u64) -> usize {
            // SAFETY: promised by the caller.
            let (client, bytes) = unsafe { (&mut *client, core::slice::from_raw_parts(data, length)) };
            lead_client(client, bytes, now)
        }
    )+};
}

lead_clients! {
    size_tcp_client: tcp::Client<2>,
    size_rtu_client: rtu::Client,
    size_ascii_client: ascii::Client,
}

macro_rules! lead_servers {
    ($($name:ident: $machine:ty),+ $(,)?) => {$(
        /// One step of a server.
        ///
        /// # Safety
        /// `server` points to one, `data` to `length` bytes, `registers` to 100 registers.
        #[unsafe(no_mangle)]
        #[allow(improper_ctypes_definitions, reason = "only Rust makes one")]
        pub unsafe extern "C" fn $name(
            server: *mut $machine,
            data: *const u8,
            length: usize,
            registers: *mut [u16; 100],
            now: u64,
        ) -> usize {
            // SAFETY: promised by the caller.
            let bytes = unsafe { core::slice::from_raw_parts(data, length) };
            // SAFETY: promised by the caller.
            let (server, registers) = unsafe { (&mut *server, &mut *registers) };
            lead_server(server, bytes, registers, now)
        }
    )+};
}

lead_servers! {
    size_tcp_server: tcp::Server,
    size_rtu_server: rtu::Server,
    size_ascii_server: ascii::Server,
}

/// One chunk for each scanner.
///
/// # Safety
/// The scanners point to some, `data` to `length` bytes.
#[unsafe(no_mangle)]
#[allow(improper_ctypes_definitions, reason = "only Rust makes them")]
pub unsafe extern "C" fn size_scanner(
    rtu: *mut rtu::Scanner,
    tcp: *mut tcp::Scanner,
    ascii: *mut ascii::Scanner,
    data: *const u8,
    length: usize,
    now: u64,
) -> usize {
    // SAFETY: promised by the caller.
    let (rtu, tcp, ascii) = unsafe { (&mut *rtu, &mut *tcp, &mut *ascii) };
    // SAFETY: promised by the caller.
    let bytes = unsafe { core::slice::from_raw_parts(data, length) };
    let mut total = 0_usize;
    rtu.push(bytes, now, |frame| total = total.wrapping_add(black_box(frame.pdu).len()));
    tcp.push(bytes, |frame| total = total.wrapping_add(black_box(frame.pdu).len()));
    ascii.push(bytes, now, |frame| total = total.wrapping_add(black_box(frame.pdu).len()));
    total
}

/// One step of a transparent gateway.
///
/// # Safety
/// `relay` points to one, `data` to `length` bytes.
#[unsafe(no_mangle)]
#[allow(improper_ctypes_definitions, reason = "only Rust makes one")]
pub unsafe extern "C" fn size_relay(
    relay: *mut Relay<tcp::Server, rtu::Client, { rtu::MAX_FRAME }>,
    data: *const u8,
    length: usize,
    now: u64,
) -> usize {
    // SAFETY: promised by the caller.
    let (relay, bytes) = unsafe { (&mut *relay, core::slice::from_raw_parts(data, length)) };
    let taken = relay.receive(bytes, now).unwrap_or_default();
    relay.receive_port(bytes, now).ok();
    match relay.poll(now) {
        Action::Send(bytes) | Action::SendPort(bytes) => black_box(bytes).len(),
        Action::WaitUntil(at) => taken.wrapping_add(at as usize),
    }
}

/// Who a controller is.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_identity(data: *const u8, length: usize) -> usize {
    // SAFETY: promised by the caller.
    let bytes = unsafe { core::slice::from_raw_parts(data, length) };
    let identity = Response::parse(bytes).ok().and_then(|response| Identity::of_response(&response));
    identity.map_or(0, |identity| black_box(identity.registers()).len())
}

/// New machines, as a program makes them.
#[unsafe(no_mangle)]
pub extern "C" fn size_new(baud: u32, unit: u8) -> usize {
    let (units, line) = (UnitSet::EMPTY.with(UnitId(unit)), Line::serial(baud).strict().with_echo());
    black_box(rtu::Client::new(line).with_retries(unit)).in_flight()
        + black_box(ascii::Client::new(Line::ascii(baud))).in_flight()
        + usize::from(black_box(rtu::Server::new(units, line)).request().is_some())
        + usize::from(black_box(tcp::Server::new(units)).request().is_some())
}
