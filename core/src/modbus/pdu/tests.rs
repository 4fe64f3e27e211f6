use super::*;
use crate::error::ErrorKind;
use crate::modbus::FrameError;
use std::vec::Vec;

fn kind_and_offset<T>(result: Result<T, FrameError>) -> (ErrorKind, usize) {
    let error = result.err().unwrap();
    (error.kind(), error.offset())
}

/// The standard's own examples (6.1, 6.3, 6.5, 6.11, 6.12), taken apart and built again.
#[test]
fn examples_of_the_standard() {
    let requests: [&[u8]; 6] = [
        &[1, 0, 0x13, 0, 0x13],
        &[3, 0, 0x6B, 0, 3],
        &[5, 0, 0xAC, 0xFF, 0],
        &[6, 0, 1, 0, 3],
        &[15, 0, 0x13, 0, 10, 2, 0xCD, 1],
        &[16, 0, 1, 0, 2, 4, 0, 10, 1, 2],
    ];
    let responses: [&[u8]; 6] = [
        &[1, 3, 0xCD, 0x6B, 5],
        &[3, 6, 2, 0x2B, 0, 0, 0, 0x64],
        &[5, 0, 0xAC, 0xFF, 0],
        &[6, 0, 1, 0, 3],
        &[15, 0, 0x13, 0, 10],
        &[16, 0, 1, 0, 2],
    ];
    for (asked, answered) in requests.iter().zip(responses) {
        let (request, response) = (Request::parse(asked).unwrap(), Response::parse(answered).unwrap());
        let mut buffer = [0xEE; 260];
        let length = request.emit(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], length), (*asked, request.buffer_len()));
        let length = response.emit(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], length), (answered, response.buffer_len()));
        assert!(response.answers(&request), "{asked:?}");
    }
    let Response::Bits { bits, .. } = Response::parse(responses[0]).unwrap() else { panic!() };
    let first: Vec<u8> = bits.truncated(19).iter().map(u8::from).collect();
    assert_eq!(first, [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1]);
}

#[test]
fn refusals_say_where() {
    use ErrorKind::*;
    for (bytes, want) in [
        (&[][..], (FrameTooShort, 0)),
        (&[0, 0, 0, 0, 1], (FunctionCode, 0)),
        (&[0x83, 2], (FunctionCode, 0)),
        (&[3, 0, 0, 0], (FrameTooShort, 4)),
        (&[3, 0, 0, 0, 0], (Quantity, 3)),
        (&[3, 0, 0, 0, 126], (Quantity, 3)),
        (&[3, 0xFF, 0xFF, 0, 2], (AddressRange, 1)),
        (&[3, 0, 0, 0, 1, 0], (FrameTooLong, 5)),
        (&[5, 0, 0, 1, 0], (CoilValue, 3)),
        (&[15, 0, 0, 0, 9, 1, 0xFF], (ByteCount, 5)),
        (&[16, 0, 0, 0, 1, 3, 1, 2, 3], (ByteCount, 5)),
        (&[16, 0, 0, 0, 1, 2, 1], (ByteCount, 5)),
    ] {
        assert_eq!(kind_and_offset(Request::parse(bytes)), want, "{bytes:?}");
    }
    for (bytes, want) in [
        (&[3, 3, 0, 0, 0][..], (ByteCount, 1)),
        (&[3, 0], (ByteCount, 1)),
        (&[3, 2, 0], (ByteCount, 1)),
        (&[0x83], (FrameTooShort, 1)),
        (&[0x83, 2, 0], (FrameTooLong, 2)),
        (&[0x80, 1], (FunctionCode, 0)),
    ] {
        assert_eq!(kind_and_offset(Response::parse(bytes)), want, "{bytes:?}");
    }
}

#[test]
fn a_reply_to_another_request_is_told_apart() {
    let asked = Request::parse(&[3, 0, 0, 0, 2]).unwrap();
    for other in [&[4, 4, 0, 0, 0, 0][..], &[3, 2, 0, 0], &[3, 6, 0, 0, 0, 0, 0, 0], &[0x84, 2]] {
        assert!(!Response::parse(other).unwrap().answers(&asked), "{other:?}");
    }
    let asked = Request::WriteSingleRegister { address: 1, value: 3 };
    assert!(!Response::parse(&[6, 0, 2, 0, 3]).unwrap().answers(&asked));
    assert!(!Response::parse(&[6, 0, 1, 0, 4]).unwrap().answers(&asked));
}

/// Any bytes are taken or refused, never more; what is taken is emitted the same but for the
/// padding of the last byte of coils.
#[test]
fn random_bytes_never_panic_and_round_trip() {
    let mut state = 1u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut buffer = [0; 300];
    for _ in 0..200_000 {
        let mut bytes: Vec<u8> = (0..random() % 24).map(|_| random()).collect();
        if let Some(first) = bytes.first_mut() {
            *first %= 24;
        }
        if let Ok(request) = Request::parse(&bytes) {
            let length = request.emit(&mut buffer).unwrap();
            assert_eq!(Request::parse(&buffer[..length]).unwrap().buffer_len(), bytes.len());
        }
        if let Ok(response) = Response::parse(&bytes) {
            let length = response.emit(&mut buffer).unwrap();
            assert_eq!(&buffer[..length], &bytes[..]);
        }
    }
}
