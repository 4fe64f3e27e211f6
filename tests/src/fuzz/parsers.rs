//! What is parsed is emitted the same, and the length is known before.

use parabus_core::modbus::{Expectation, Identity, MAX_PDU, Registers, Request, Response, ascii, rtu, tcp};

/// Longer than any frame.
const ROOM: usize = 600;

/// Checks what `emit` does to buffers of every size that matters, and gives what it wrote.
fn emitted<E>(emit: impl Fn(&mut [u8]) -> Result<usize, E>, length: usize, buffer: &mut [u8; ROOM]) -> &[u8] {
    assert!((1..=MAX_PDU).contains(&length));
    assert!(emit(&mut buffer[..length - 1]).is_err(), "written into a buffer that is too small");
    buffer.fill(0xEE);
    assert_eq!(emit(buffer).ok(), Some(length), "the length that was announced");
    assert!(buffer[length..].iter().all(|byte| *byte == 0xEE), "written behind the end");
    &buffer[..length]
}

pub fn request(data: &[u8]) {
    let Ok(request) = Request::parse(data) else { return };
    let mut buffer = [0; ROOM];
    let bytes = emitted(|buffer| request.emit(buffer), request.buffer_len(), &mut buffer);
    let again = Request::parse(bytes).expect("what was emitted");
    if let Request::WriteMultipleCoils { address, bits } = request {
        // What fills the last byte is not told.
        let Request::WriteMultipleCoils { address: other, bits: others } = again else { panic!("another function") };
        assert!(address == other && bits.len() == others.len() && bits.iter().eq(others.iter()));
    } else {
        assert_eq!((bytes, again), (data, request));
    }
    assert_eq!(Expectation::of(&request), Expectation::of(&again));
    let _ = (request.is_read(), request.writes());
}

pub fn response(data: &[u8]) {
    let Ok(response) = Response::parse(data) else { return };
    let mut buffer = [0; ROOM];
    let bytes = emitted(|buffer| response.emit(buffer), response.buffer_len(), &mut buffer);
    assert_eq!(bytes, data);
    assert_eq!(Response::parse(bytes), Ok(response));
    // Functions whose reply is the request again are answered by what was asked.
    if let Ok(request) = Request::parse(data)
        && matches!(data[0], 5 | 6 | 21 | 22)
    {
        assert!(response.answers(&request));
    }
    let _ = Identity::of_response(&response);
}

pub fn rtu_frame(data: &[u8]) {
    let Ok(frame) = rtu::Frame::parse(data) else { return };
    let mut buffer = [0; rtu::MAX_FRAME];
    buffer[rtu::HEADER..][..frame.pdu.len()].copy_from_slice(frame.pdu);
    assert_eq!(rtu::emit_frame(&mut buffer, frame.unit_id, frame.pdu.len()), Ok(data.len()));
    assert_eq!(&buffer[..data.len()], data);
    request(frame.pdu);
    response(frame.pdu);
}

pub fn tcp_frame(data: &[u8]) {
    if let Ok(Some(length)) = tcp::frame_length(data) {
        assert!(length <= tcp::MAX_FRAME);
    }
    let Ok(frame) = tcp::Frame::parse(data) else { return };
    let mut buffer = [0; tcp::MAX_FRAME];
    buffer[tcp::HEADER..][..frame.pdu.len()].copy_from_slice(frame.pdu);
    let length = tcp::emit_header(&mut buffer, frame.transaction_id, frame.unit_id, frame.pdu.len());
    assert_eq!(length, Ok(data.len()));
    assert_eq!(&buffer[..data.len()], data);
    request(frame.pdu);
    response(frame.pdu);
}

pub fn ascii_frame(data: &[u8]) {
    let mut binary = [0; ascii::MAX_BINARY];
    let Ok(frame) = ascii::Frame::parse(data, &mut binary) else { return };
    let mut text = [0; ascii::MAX_FRAME];
    let length = ascii::emit_frame(&mut text, frame.unit_id, frame.pdu).expect("a PDU of 1 to 253 bytes");
    // The carriage return may have been lost, and digits may be of either case.
    let lost = usize::from(!data.ends_with(b"\r\n"));
    assert_eq!(length - lost, data.len());
    assert_eq!(text[..length - 2], data[..length - 2].to_ascii_uppercase());
    request(frame.pdu);
    response(frame.pdu);
}

pub fn identity(data: &[u8]) {
    let Some(registers) = Registers::new(&data[..data.len() & !1]) else { return };
    let Some(identity) = Identity::of_registers(registers) else { return };
    let bytes: Vec<u8> = identity.registers().iter().flat_map(|register| register.to_be_bytes()).collect();
    let again = Identity::of_registers(Registers::new(&bytes).expect("whole registers")).expect("what was emitted");
    if identity.activation.is_some() {
        assert_eq!(again, identity);
    } else {
        assert_eq!((again.mac, again.device_type), (identity.mac, identity.device_type));
    }
}
