//! The program in a process of its own, which ends with the test that started it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::client::Client;

/// The administrator's token of every ledger that is started here.
pub(super) const ADMIN: &str = "the-administrators-token";
/// The longest that anything may take. It only ends tests that fail anyway.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);
/// How often something is looked at that tells nobody when it changes.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(5);
/// What the service says before its address.
const LISTENING: &str = "listening on http://";

/// A new directory for one test.
pub(super) fn directory() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().unwrap())
}

/// The program, about the data in `dir`, with nothing of this process's own settings. It runs there, too.
pub(super) fn program(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ledger"));
    undisturbed(&mut command, dir);
    command
}

/// A command that runs in `dir`, with nothing of this process's own settings.
pub(super) fn undisturbed(command: &mut Command, dir: &Path) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LEDGER_")) {
        command.env_remove(name);
    }
    command.current_dir(dir).env("LEDGER_DATA_DIR", dir).env("NO_COLOR", "1").stdin(Stdio::null());
}

/// A process, and what it has said on standard error.
pub(super) struct Process {
    child: Child,
    said: Arc<Said>,
}

#[derive(Default)]
struct Said {
    /// The text, and whether it has ended.
    text: Mutex<(String, bool)>,
    more: Condvar,
}

impl Process {
    pub(super) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Said::default());
        let (lines, heard) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&said));
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut text = heard.text.lock().unwrap();
                text.0.push_str(&line);
                text.0.push('\n');
                heard.more.notify_all();
            }
            heard.text.lock().unwrap().1 = true;
            heard.more.notify_all();
        });
        Self { child, said }
    }

    /// The line with these words, as soon as it is said.
    pub(super) fn hears(&self, words: &str) -> String {
        let find = |text: &str| text.lines().find(|line| line.contains(words)).map(ToOwned::to_owned);
        let text = self.said.text.lock().unwrap();
        let waits = |(text, ended): &mut (String, bool)| find(text).is_none() && !*ended;
        let (text, _) = self.said.more.wait_timeout_while(text, DEADLINE, waits).unwrap();
        find(&text.0).unwrap_or_else(|| panic!("{words:?} was not said, but:\n{}", text.0))
    }

    /// All that was said so far.
    pub(super) fn said(&self) -> String {
        self.said.text.lock().unwrap().0.clone()
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `TERM`.
    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until the process has ended and all that it said was heard.
    pub(super) fn wait(&mut self, at_most: Duration) -> ExitStatus {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < at_most, "still running after {at_most:?}:\n{}", self.said());
            thread::sleep(LOOK_AGAIN_AFTER);
        };
        let text = self.said.text.lock().unwrap();
        drop(self.said.more.wait_timeout_while(text, DEADLINE, |(_, ended)| !*ended).unwrap());
        status
    }

    /// Ends the process as `kill -9` does.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A ledger that serves.
pub(super) struct Ledger {
    pub(super) process: Process,
    dir: Arc<TempDir>,
    authority: String,
}

impl Ledger {
    /// Serves a new ledger.
    pub(super) fn start() -> Self {
        Self::start_in(&directory())
    }

    /// Serves the ledger in `dir`.
    pub(super) fn start_in(dir: &Arc<TempDir>) -> Self {
        Self::start_with(dir, Self::command(dir.path()))
    }

    /// `ledger serve`, as most tests want it.
    pub(super) fn command(dir: &Path) -> Command {
        let mut command = program(dir);
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("LEDGER_ADMIN_TOKEN", ADMIN);
        command
    }

    /// Starts `command`, which serves the ledger in `dir`, and waits until it does.
    pub(super) fn start_with(dir: &Arc<TempDir>, command: Command) -> Self {
        let process = Process::start(command);
        let line = process.hears(LISTENING);
        let authority = line.split_once(LISTENING).unwrap().1.trim().to_owned();
        Self { process, dir: Arc::clone(dir), authority }
    }

    /// The administrator.
    pub(super) fn admin(&self) -> Client {
        self.client(Some(ADMIN))
    }

    /// Somebody with this token, or with none.
    pub(super) fn client(&self, token: Option<&str>) -> Client {
        Client::new(&self.authority, token)
    }

    /// `http://127.0.0.1:…`
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    pub(super) fn dir(&self) -> Arc<TempDir> {
        Arc::clone(&self.dir)
    }

    /// Stops in good order; gives the directory.
    pub(super) fn stop(mut self) -> Arc<TempDir> {
        self.process.signal("TERM");
        let status = self.process.wait(DEADLINE);
        assert!(status.success(), "{status}:\n{}", self.process.said());
        self.dir()
    }

    /// Stops in good order, and starts again.
    pub(super) fn restart(self) -> Self {
        Self::start_in(&self.stop())
    }

    /// Ends as with `kill -9`; gives the directory.
    pub(super) fn kill(mut self) -> Arc<TempDir> {
        self.process.kill();
        self.dir()
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    pub(super) out: String,
    pub(super) err: String,
}

impl Finished {
    /// What was printed, by a command that succeeded.
    pub(super) fn printed(self) -> String {
        assert!(self.status.success(), "{self:#?}");
        self.out
    }

    /// What was said on standard error, by a command that failed in good order.
    pub(super) fn complaint(self) -> String {
        assert_eq!(self.status.code(), Some(1), "{self:#?}");
        assert!(!self.err.contains("panicked"), "{self:#?}");
        self.err
    }
}

/// Runs `ledger` with these arguments on the data in `dir` until it has ended.
pub(super) fn run(dir: &Path, arguments: &[&str]) -> Finished {
    let mut command = program(dir);
    command.args(arguments);
    finish(command, b"")
}

/// Runs `command` with this standard input until it has ended.
pub(super) fn finish(mut command: Command, input: &[u8]) -> Finished {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // Who has heard enough does not listen to the end.
    thread::spawn(move || drop(stdin.write_all(&input)));
    let out = collect(child.stdout.take().unwrap());
    let err = collect(child.stderr.take().unwrap());
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if begin.elapsed() < DEADLINE => thread::sleep(LOOK_AGAIN_AFTER),
            None => {
                child.kill().unwrap();
                break child.wait().unwrap();
            }
        }
    };
    Finished { status, out: out.join().unwrap(), err: err.join().unwrap() }
}

fn collect(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Expects a ledger that does not start; gives what it says.
pub(super) fn refuses_to_start(dir: &Path) -> String {
    finish(Ledger::command(dir), b"").complaint()
}

/// Waits until `look` finds something.
pub(super) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begin.elapsed() < DEADLINE, "{what}: not within {DEADLINE:?}");
        tokio::time::sleep(LOOK_AGAIN_AFTER).await;
    }
}
