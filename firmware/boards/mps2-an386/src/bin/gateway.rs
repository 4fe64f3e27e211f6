//! The gateway: devices on the first serial port, the server on the second. Its image stands at
//! 0x0030_0000, where `parabus gateway pack` and a programmer put it.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod target {
    use cortex_m_semihosting::hprintln;
    use parabus_board_mps2_an386::panel::{Button, Relay, SLOTS_AT, Slots};
    use parabus_board_mps2_an386::uart::{self, Uart};
    use parabus_board_mps2_an386::{clock, watchdog};
    use parabus_core::gateway::Image;
    use parabus_core::modbus::Line;
    use parabus_gateway::{Gateway, NoPin, Panel, Port, Runner};

    const IMAGE: usize = 0x0030_0000;
    const IMAGE_LENGTH: usize = SLOTS_AT - IMAGE;

    /// Rate of the uplink.
    const UPLINK_BAUD: u32 = 115_200;

    const UNITS: usize = 64;
    const GROUPS: usize = 256;
    const WORDS: usize = 8192;
    const ALERTS: usize = 32;
    const CONDITIONS: usize = 64;

    type Machine = Gateway<UNITS, GROUPS, WORDS, ALERTS, CONDITIONS>;
    type Board = Runner<Uart, NoPin, Uart, NoPin, UNITS, GROUPS, WORDS, ALERTS, CONDITIONS>;

    /// No step waits longer: the watchdog is hungry.
    const LONGEST_SLEEP_US: u64 = 500_000;

    #[cortex_m_rt::entry]
    fn main() -> ! {
        clock::start();
        watchdog::start();
        // SAFETY: this part of the code memory belongs to the image; nothing writes to it while the
        // program runs.
        let bytes = unsafe { core::slice::from_raw_parts(core::hint::black_box(IMAGE as *const u8), IMAGE_LENGTH) };
        let image = match Image::parse(bytes) {
            Ok(image) => image,
            Err(error) => panic!("{error}: put one there, made by `parabus gateway pack`"),
        };
        let (bus_line, uplink_line) = (Line::serial(image.baud()), Line::serial(UPLINK_BAUD));
        let gateway = match Machine::new(&image, bus_line, uplink_line, clock::now_us()) {
            Ok(gateway) => gateway,
            Err(error) => panic!("{error}"),
        };
        let (units, groups, alerts) = (image.units().count(), image.groups().count(), image.alerts().count());
        hprintln!("parabus gateway: {} units, {} groups, {} alerts", units, groups, alerts);
        let bus = Port::new(Uart::bus(image.baud()), NoPin, bus_line);
        let uplink = Port::new(Uart::uplink(UPLINK_BAUD), NoPin, uplink_line);
        // Its place is known to the linker, which so says when memory is short.
        let Some(runner) = cortex_m::singleton!(: Board = Runner { gateway, bus, uplink }) else {
            panic!("the program began twice");
        };
        // The board has no clock of the real time.
        let mut panel = Panel::new(Relay, Button, Slots, &mut runner.gateway, 0, clock::now_us());
        let mut was_closed = false;
        loop {
            let now_us = clock::now_us();
            let until_us = runner.step(now_us).min(panel.step(&mut runner.gateway, now_us));
            if panel.is_closed() != was_closed {
                was_closed = panel.is_closed();
                hprintln!("relay {}", if was_closed { "closed" } else { "open" });
            }
            watchdog::feed();
            clock::sleep_until(until_us.min(now_us + LONGEST_SLEEP_US), uart::has_received);
        }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("this program runs on the board: cargo xtask demo --gateway");
}
