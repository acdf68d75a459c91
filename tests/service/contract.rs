//! The service answers as its OpenAPI document says: Schemathesis makes requests of all kinds from the document, right
//! ones and wrong ones, and looks at every answer.

use std::process::Command;
use std::time::Duration;

use super::harness::{ADMIN, Ledger, directory, program};

/// Where the program is, when it is not in the search path.
const PROGRAM: &str = "LEDGER_TEST_SCHEMATHESIS";
/// What is looked at.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method";
/// Requests that are made up for each operation.
const EXAMPLES: &str = "25";
/// The longest that it may take. It only ends a test that fails anyway.
const DEADLINE: Duration = Duration::from_mins(5);

/// Nobody asks for a position beyond the end of the log: such a read waits for seconds, and is then told so with 503.
const SETTINGS: &str = r#"
[parameters]
"query.min_position" = 1

[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503]
"#;

#[test]
fn every_answer_is_one_that_the_document_describes() {
    let dir = directory();
    let mut demo = program(dir.path());
    demo.args(["demo", "--orders=100", "--days=20", "--listen=127.0.0.1:0"]).env("LEDGER_ADMIN_TOKEN", ADMIN);
    let ledger = Ledger::start_with(&dir, demo);
    ledger.process.hears("the past is played");

    let settings = dir.path().join("schemathesis.toml");
    std::fs::write(&settings, SETTINGS).unwrap();
    let name = std::env::var(PROGRAM).unwrap_or_else(|_| "schemathesis".to_owned());
    let mut command = Command::new(&name);
    command
        .current_dir(dir.path())
        .arg("--config-file")
        .arg(&settings)
        .arg("--no-color")
        .args(["run", &format!("{}/openapi.json", ledger.url())])
        .args(["--header", &format!("Authorization: Bearer {ADMIN}")])
        // It goes on and on.
        .args(["--exclude-path", "/v1/stream"])
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES])
        .args(["--seed", "1", "--generation-deterministic", "--suppress-health-check", "all"]);
    let output = output(command, &name);
    assert!(output.0, "{}\n{}", output.1, ledger.process.said());
}

/// Whether the command succeeded, and what it said.
fn output(mut command: Command, name: &str) -> (bool, String) {
    use std::process::Stdio;
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap_or_else(|error| {
        panic!("{name} cannot be started ({error}): run .ci/install schemathesis and name it in {PROGRAM}, as make test does")
    });
    let (send, receive) = std::sync::mpsc::channel();
    let id = child.id();
    std::thread::spawn(move || send.send(child.wait_with_output()));
    let Ok(ended) = receive.recv_timeout(DEADLINE) else {
        let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
        panic!("not done within {DEADLINE:?}");
    };
    let ended = ended.unwrap();
    (ended.status.success(), String::from_utf8_lossy(&ended.stdout).into_owned())
}
