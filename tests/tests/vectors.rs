//! The vectors on the Rust host.

use std::collections::BTreeSet;

use parabus_tests::{Case, HOST_ALONE, load, run};

#[test]
fn every_vector_passes_on_the_rust_host() {
    let (mut passed, mut alone, mut failures) = (0, 0, Vec::new());
    for (file, cases) in load() {
        let is_alone = HOST_ALONE.iter().any(|area| file.starts_with(area));
        let mut names = BTreeSet::new();
        for case in &cases.cases {
            assert!(names.insert(&case.name), "{file}: `{}` stands twice", case.name);
            assert!(!case.source.is_empty(), "{file}: `{}` has no source", case.name);
            match run(case) {
                Ok(()) if is_alone => alone += 1,
                Ok(()) => passed += 1,
                Err(difference) => failures.push(format!("{file}: {}\n{difference}", case.name)),
            }
        }
    }
    println!("vectors: {{\"runner\":\"Rust host\",\"passed\":{passed},\"total\":{}}}", passed + failures.len());
    println!("of areas that no binding offers yet: {alone}");
    assert!(failures.is_empty() && alone > 0, "{}", failures.join("\n"));
}

/// A runner that cannot fail proves nothing.
#[test]
fn a_broken_case_fails() {
    let (_, file) = load().into_iter().next().expect("there are vectors");
    let case = file.cases.into_iter().find(|case| case.want.is_some()).expect("a case with an answer");
    let broken = Case { want: Some("nonsense".into()), ..case };
    let difference = run(&broken).expect_err("the broken case passed");
    assert!(difference.contains("expected") && difference.contains("got"), "{difference}");
}
