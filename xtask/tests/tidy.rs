//! The house is tidy, and the rules that say so can fail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use xtask::{SourceFile, check_source};

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

fn messages(path: &str, text: &str) -> Vec<String> {
    let findings = check_source(&source(path, text)).unwrap();
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn this_repository_keeps_its_rules() {
    let findings = xtask::tidy(&xtask::repository_root()).unwrap();
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

#[test]
fn a_rust_file_of_501_lines_is_too_long() {
    assert_eq!(messages("crates/a/src/lib.rs", &"\n".repeat(500)).len(), 0);
    assert_eq!(messages("crates/a/src/lib.rs", &"\n".repeat(501)).len(), 1);
}

#[test]
fn a_typescript_file_of_351_lines_is_too_long_unless_generated() {
    let long = "\n".repeat(351);
    assert_eq!(messages("web/src/page.tsx", &long).len(), 1);
    let generated = format!("/* This file was auto-generated */\n{long}");
    assert_eq!(messages("web/src/schema.ts", &generated).len(), 0);
}

#[test]
fn a_function_of_61_lines_is_too_long() {
    let of_lines =
        |lines: usize| format!("fn long() {{\n{}}}\n", "    call();\n".repeat(lines - 2));
    assert_eq!(messages("crates/a/src/lib.rs", &of_lines(60)).len(), 0);
    let found = messages("crates/a/src/lib.rs", &of_lines(61));
    assert!(found[0].contains("fn long has 61 lines"), "{found:?}");
}

#[test]
fn an_unwrap_in_library_code_is_found_with_its_line() {
    let found = messages("crates/a/src/lib.rs", "fn f() {\n    g().unwrap();\n}\n");
    assert!(
        found[0].starts_with("crates/a/src/lib.rs:2: unwrap()"),
        "{found:?}"
    );
}

#[test]
fn an_unwrap_among_the_arguments_of_a_macro_is_found() {
    let text = "fn f() { println!(\"{}\", (g().unwrap())); }";
    assert_eq!(messages("crates/a/src/lib.rs", text).len(), 1);
}

#[test]
fn an_unwrap_in_tests_in_programs_or_with_a_reason_is_fine() {
    let test = "#[cfg(test)]\nmod tests {\n    fn f() { g().unwrap(); }\n}\n";
    assert_eq!(messages("crates/a/src/lib.rs", test).len(), 0);
    let reason = "#[expect(clippy::unwrap_used, reason = \"no\")]\nfn f() { g().unwrap(); }";
    assert_eq!(messages("crates/a/src/lib.rs", reason).len(), 0);
    let program = "fn main() { g().unwrap(); }";
    assert_eq!(messages("crates/a/src/main.rs", program).len(), 0);
}

#[test]
fn a_path_of_one_machine_is_found_and_part_of_an_address_is_not() {
    let path = format!("see /{}/notes\n", "work");
    assert_eq!(messages("docs/a.md", &path).len(), 1);
    let address = format!("see https://site.example/{}/notes\n", "work");
    assert_eq!(messages("docs/a.md", &address).len(), 0);
}
