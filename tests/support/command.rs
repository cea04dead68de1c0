//! The `rollcall` command as an operator runs it. Each command is a process, on a data folder of the test's own.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use tempfile::TempDir;

/// An operator with a data folder. The operator's commands use that folder.
pub struct Operator {
    folder: TempDir,
}

/// A running `rollcall serve` or `rollcall dynamodb`. Dropping this value kills the process.
pub struct Server {
    process: Child,
    /// The line of JSON that the server printed when it was ready.
    pub ready: Value,
}

impl Operator {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the command runs")
    }

    /// Runs a command that reads this text from standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = streams.spawn().expect("the command starts");
        let mut stdin = process.stdin.take().expect("an input");
        stdin.write_all(input.as_bytes()).expect("the input is read");
        drop(stdin);
        process.wait_with_output().expect("the command ends")
    }

    /// Runs a command that must succeed. Returns its standard output.
    #[track_caller]
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs a command with `--json`. The command must succeed. Returns its standard output as JSON.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.text(&arguments)).expect("JSON")
    }

    /// Runs a command on a terminal with this many columns. The command must succeed. Returns the terminal's text.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn on_terminal(&self, columns: u16, arguments: &[&str]) -> String {
        let command = self.command(arguments);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<String> = words.map(|word| format!("'{}'", word.display())).collect();
        let line = format!("stty rows 25 cols {columns} && {}", words.join(" "));
        let mut terminal = Command::new("script");
        terminal.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        let output = terminal.stdin(Stdio::null()).output().expect("a terminal");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{arguments:?}: {text}");
        text.replace("\r\n", "\n")
    }

    /// Runs a command that must fail. Returns its exit code and error text.
    #[track_caller]
    pub fn failure(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?} must fail");
        let text = String::from_utf8(output.stderr).expect("text");
        (output.status.code().expect("a code"), text)
    }

    /// Starts the server on a free port and waits until the server is ready.
    pub fn serve(&self) -> Server {
        self.start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }

    /// Starts the server on a free port without a command, as `cargo run` does. Waits until the server is ready.
    pub fn serve_by_default(&self) -> Server {
        let mut command = self.command(&[]);
        command.env("ROLLCALL_LISTEN", "127.0.0.1:0");
        self.start(command)
    }

    /// Starts the server on a free port and waits until the server is ready. The server's table is in a DynamoDB API.
    pub fn serve_through(&self, endpoint: &str) -> Server {
        let through = ["--dynamodb-endpoint", endpoint, "serve", "--listen", "127.0.0.1:0"];
        self.start(self.command(&through))
    }

    /// Starts the DynamoDB API on a free port and waits until the API is ready.
    pub fn dynamodb(&self) -> Server {
        self.start(self.command(&["dynamodb", "--listen", "127.0.0.1:0"]))
    }

    /// Starts the demo on a free port and waits until the demo is ready. Its temporary folder is in the operator's
    /// folder.
    pub fn demo(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(&["demo", "--port", "0"]);
        command.args(arguments).env("TMPDIR", self.folder.path());
        self.start(command)
    }

    fn start(&self, mut command: Command) -> Server {
        let mut process = command
            .arg("--json")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let ready = serde_json::from_str(&line).expect("a line of JSON");
        Server { process, ready }
    }

    /// A command that is not started yet. Its environment is empty.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
        command.arg("--data").arg(self.folder.path()).args(arguments).env_clear();
        command
    }
}

impl Server {
    /// The Tenant URL that the server printed.
    pub fn tenant_url(&self) -> String {
        self.ready["tenantUrl"].as_str().expect("a Tenant URL").to_owned()
    }

    /// The Secret Token that the server printed.
    pub fn token(&self) -> String {
        self.ready["scimToken"].as_str().expect("a token").to_owned()
    }

    /// Sends SIGTERM to the process, as a supervisor does, and waits until the process ends.
    pub fn terminate(self) -> ExitStatus {
        self.signal("-TERM")
    }

    /// Sends SIGINT to the process, as Ctrl+C does, and waits until the process ends.
    pub fn interrupt(self) -> ExitStatus {
        self.signal("-INT")
    }

    fn signal(mut self, signal: &str) -> ExitStatus {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill runs");
        assert!(sent.success());
        self.process.wait().expect("it ends")
    }

    /// Kills the process without a warning (`kill -9`), as a power cut does.
    pub fn kill(mut self) {
        self.process.kill().expect("it is running");
        self.process.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a request over a socket. Returns status and body.
pub fn call(method: &str, url: &str, token: &str, body: Option<&Value>) -> (u16, Value) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = http::Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/scim+json")
        .body(body.map(Value::to_string).unwrap_or_default())
        .expect("a request");
    let mut response = agent.run(request).expect("an answer");
    let text = response.body_mut().read_to_string().expect("a body");
    let body =
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") };
    (response.status().as_u16(), body)
}
