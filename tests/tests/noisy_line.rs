//! Core's machines on a noisy line: `parabus_tests::line` says what is checked.
//!
//! `PARABUS_LINE=rtu:2:1234` plays one line again: transport, retries, seed.

use parabus_tests::line::{self, Totals, Transport};

#[test]
fn no_wrong_value_and_no_reply_passed_over() {
    if let Ok(name) = std::env::var("PARABUS_LINE") {
        println!("{:?}", line::replay(&name).unwrap());
        return;
    }
    for transport in Transport::ALL {
        let mut totals = Totals::default();
        let failures = line::run_many(transport, 0, 7000, &mut totals);
        println!("{}: {totals}", transport.name());
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        // A line on which nothing goes wrong proves nothing, nor does one on which nothing goes right.
        assert!(totals.replies * 2 > totals.transactions && totals.timed_out > 0 && totals.late > 0, "{totals}");
    }
}
