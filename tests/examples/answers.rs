//! Answers calls, one of JSON a line: `{"call": …, "args": …}`. For programs in `make/` that compare them with
//! what they know otherwise.

use std::io::BufRead as _;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let call: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("a call");
        let (name, args) = (call["call"].as_str().expect("a name"), call["args"].as_object().expect("arguments"));
        println!("{}", parabus_tests::answer_to(name, args));
    }
}
