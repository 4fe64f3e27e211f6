//! The vectors on the emulated microcontroller: a table made at build time, core's contract, and a
//! comparison. A heap is there for the contract alone.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
extern crate alloc;

#[cfg(target_os = "none")]
#[path = "vectors/alerts.rs"]
mod alerts;

#[cfg(target_os = "none")]
mod target {
    extern crate alloc;

    use alloc::format;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;
    use core::fmt::Debug;

    use cortex_m_semihosting::{debug, hprintln};
    use embedded_alloc::LlffHeap;
    use parabus_board_mps2_an386 as _;
    use parabus_core::contract::{Error, aggregate, format, formula, modbus, reference, value};
    use parabus_core::value::Source;

    use crate::alerts::{Case as AlertCase, Event, Rule, State, Timeline, Told, Value, When, alert, timeline, want};

    type Case = (&'static str, fn() -> Result<(), String>);

    /// Bytes of heap; the answers of a hundred segments are far below.
    const HEAP: usize = 256 * 1024;

    #[global_allocator]
    static ALLOCATOR: LlffHeap = LlffHeap::empty();

    fn check<T: PartialEq + Debug>(
        got: Result<T, Error>,
        want: Result<T, (&str, Option<usize>)>,
    ) -> Result<(), String> {
        let got = got.map_err(|error| (error.kind.code(), error.offset));
        if got == want { Ok(()) } else { Err(format!("expected {want:?}\n     got {got:?}")) }
    }

    /// What a client is told.
    enum Step {
        Request(modbus::RequestFrame),
        Receive(modbus::Receive),
        Poll(modbus::PollClient),
        Reset(modbus::PollClient),
    }

    /// What an array held.
    #[derive(Debug, PartialEq)]
    enum Numbers {
        Integers(Vec<i64>),
        /// Bits of binary64 numbers.
        Floats(Vec<u64>),
    }

    fn decode_array(call: &value::DecodeArray, source: Source<'_>) -> Result<Numbers, Error> {
        let decoder = value::ArrayDecoder::new(call)?;
        let length = decoder.length(source.byte_count())?;
        if decoder.is_integer() {
            let mut out = vec![0; length];
            decoder.integers(source, &mut out)?;
            return Ok(Numbers::Integers(out));
        }
        let mut out = vec![0.0; length];
        decoder.floats(source, &mut out)?;
        Ok(Numbers::Floats(out.into_iter().map(f64::to_bits).collect()))
    }

    fn frame_scanner(
        new: &modbus::NewFrameScanner,
        pushes: &[modbus::Receive],
    ) -> Result<Vec<Vec<modbus::Frame>>, Error> {
        let mut scanner = modbus::FrameScanner::new(new)?;
        pushes.iter().map(|push| scanner.push(push)).collect()
    }

    /// A step that is no request has the identity 0.
    fn modbus_client(new: &modbus::NewModbusClient, steps: &[Step]) -> Result<Vec<modbus::Requested>, Error> {
        let mut client = modbus::ModbusClient::new(new)?;
        let mut lead = |step: &Step| {
            let done = match step {
                Step::Request(call) => return client.request(call),
                Step::Receive(call) => client.receive(call)?,
                Step::Poll(call) => client.poll(call)?,
                Step::Reset(call) => client.reset(call)?,
            };
            let modbus::ClientStep { send, events, deadline_ms } = done;
            Ok(modbus::Requested { request_id: 0, send, events, deadline_ms })
        };
        steps.iter().map(&mut lead).collect()
    }

    /// No reply is an empty one.
    fn modbus_server(
        new: &modbus::NewModbusServer,
        mut bank: modbus::Tables,
        receives: &[modbus::Receive],
    ) -> Result<(Vec<Vec<u8>>, modbus::Tables), Error> {
        let mut server = modbus::ModbusServer::new(new)?;
        let replies = receives.iter().map(|call| server.receive(call, &mut bank)).collect::<Result<_, _>>()?;
        Ok((replies, bank))
    }

    include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

    #[cortex_m_rt::entry]
    fn main() -> ! {
        // SAFETY: once, before anything is allocated.
        unsafe {
            embedded_alloc::init!(ALLOCATOR, HEAP);
        }
        let mut passed = 0;
        for (name, run) in CASES {
            match run() {
                Ok(()) => passed += 1,
                Err(difference) => hprintln!("{}\n{}", name, difference),
            }
        }
        hprintln!(r#"vectors: {{"runner":"Cortex-M in QEMU","passed":{},"total":{}}}"#, passed, CASES.len());
        // A runner that cannot fail proves nothing.
        let is_proof = BROKEN.1().is_err();
        if !is_proof {
            hprintln!("a broken case passed");
        }
        let is_good = passed == CASES.len() && is_proof;
        debug::exit(if is_good { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
        loop {
            cortex_m::asm::wfi();
        }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("this program runs on the board: cargo xtask test vectors");
}
