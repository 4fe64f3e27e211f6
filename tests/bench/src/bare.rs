//! A bare loop of tokio-modbus: units read once a second, and nothing done with what they say.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_modbus::prelude::*;

/// Units of each connection, and registers of each.
const UNITS: u8 = 10;
const REGISTERS: u16 = 10;

/// Reads for so many seconds; prints how many reads there were.
pub fn run(seconds: &str, ports: &[String]) -> ExitCode {
    static READS: AtomicU64 = AtomicU64::new(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let seconds: u64 = seconds.parse().expect("seconds");
    runtime.block_on(async {
        for port in ports {
            let address = format!("127.0.0.1:{port}").parse().expect("a port");
            tokio::spawn(async move {
                let mut client = tcp::connect(address).await.expect("a device");
                let mut ticks = tokio::time::interval(Duration::from_secs(1));
                loop {
                    ticks.tick().await;
                    for unit in 1..=UNITS {
                        client.set_slave(Slave(unit));
                        let registers = client.read_holding_registers(0, REGISTERS).await;
                        let registers = registers.expect("a reply").expect("no exception");
                        READS.fetch_add(u64::from(registers.len() == usize::from(REGISTERS)), Ordering::Relaxed);
                    }
                }
            });
        }
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    });
    println!("{}", READS.load(Ordering::Relaxed));
    ExitCode::SUCCESS
}
