//! A job-orch worker in Rust for Unix: one file, standard library only. Speaks LJP/1 (docs/protocol.md). Requests and responses are JSON
//! texts: bring the JSON library you like. Jobs run one after the other; one that panics fails. See conformance.rs for a program.
#![allow(dead_code)] // a program uses what it needs
use std::os::{fd::{FromRawFd, IntoRawFd, OwnedFd}, unix::net::UnixStream};
use std::{collections::HashMap, io::{Read, Write}, sync::atomic::{AtomicBool, Ordering::SeqCst}, time::{Duration, Instant}};
use std::{env, fs::File, net::TcpStream, panic::{catch_unwind, AssertUnwindSafe}, process::exit, thread};
const MAX_LINE_BYTES: usize = 8 << 20; const MAX_JSON_BYTES: usize = MAX_LINE_BYTES - 32; // what comes before it in its line is shorter
static DRAINING: AtomicBool = AtomicBool::new(false); static IDLE: AtomicBool = AtomicBool::new(false); // nothing runs, nothing is left to be said
const FLUSH: Duration = Duration::from_millis(1); #[repr(C)] struct PollFd { fd: i32, events: i16, revents: i16 }
extern "C" {
    fn poll(fds: *mut PollFd, count: std::ffi::c_ulong, timeout_ms: i32) -> i32;
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize; fn dup2(from: i32, to: i32) -> i32; fn _exit(code: i32) -> !;
}
fn wait_for(fd: i32, events: i16, timeout_ms: i32) -> i32 { unsafe { poll(&mut PollFd { fd, events, revents: 0 }, 1, timeout_ms) } }
extern "C" fn on_sigterm(_: i32) { DRAINING.store(true, SeqCst); if IDLE.load(SeqCst) { unsafe { _exit(0) } } }
/// Why a job failed. `retry`: "later", "never" or "unknown".
pub struct Failure { pub name: &'static str, pub message: String, pub code: &'static str, pub retry: &'static str }
pub fn failure(name: &'static str, message: &str, code: &'static str, retry: &'static str) -> Failure { Failure { name, message: message.into(), code, retry } }
pub fn cancelled() -> Failure { failure("CancelledError", "The host cancelled the request", "ERR_CANCELLED", "never") }
pub type Job = Box<dyn Fn(&str, &mut Context) -> Result<String, Failure>>;
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Result<String, Failure> {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    Err(failure("Panic", text.unwrap_or("The job panicked"), "ERR_PROCESS", "unknown"))
}
/// JSON may be laid out; a frame is a line, and has a limit.
fn one_line(json: String) -> Result<String, Failure> {
    if json.len() > MAX_JSON_BYTES { return Err(failure("TooLargeError", "The response is over the limit of 8 MiB", "ERR_TOO_LARGE", "never")) }
    Ok(if json.contains('\n') { json.replace('\n', " ") } else { json })
}
/// A text as JSON.
pub fn quote(text: &str) -> String {
    let escape = |c: char| match c { '"' | '\\' => format!("\\{c}"), c if c < ' ' => format!("\\u{:04x}", c as u32), c => c.into() };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}
/// What a job may know of its request. `meta` is the JSON of its M frame, or `{}`.
pub struct Context<'a> { pub id: u64, pub meta: String, worker: &'a mut Worker }
impl Context<'_> {
    pub fn progress(&mut self, json: &str) { self.report('G', json) }
    /// Shape: `{"level":"info","message":"…","fields":{…}}`.
    pub fn log(&mut self, json: &str) { self.report('L', json) }
    fn report(&mut self, op: char, json: &str) { if let Ok(json) = one_line(json.into()) { self.worker.say(format_args!("{op} {} {json}", self.id)) } }
    /// Whether the host gave the request up; looks for that, for at most `wait`.
    pub fn cancelled(&mut self, wait: Duration) -> bool {
        let until = Instant::now() + wait; self.worker.flush();
        while !self.worker.cancelled.contains(&self.id) && !self.worker.ended {
            let left = until.saturating_duration_since(Instant::now()).as_millis().min(1 << 30) as i32;
            match wait_for(self.worker.fd, 1, left) { 0 => return false, -1 => {} /* a signal */ _ => self.worker.read() }
        }
        true
    }
}
struct Worker { fd: i32, input: File, output: File, buffer: Vec<u8>, at: usize, out: Vec<u8>, flushed: Instant, cancelled: Vec<u64>,
    meta: (u64, String), ended: bool, acks: bool, at_once: usize, most: usize, begun: (usize, Instant) }
impl Worker {
    fn say(&mut self, frame: std::fmt::Arguments) { writeln!(self.out, "{frame}").unwrap() }
    fn flush(&mut self) {
        if self.output.write_all(&self.out).is_err() { exit(0) } // the host is gone
        self.out.clear(); self.flushed = Instant::now()
    }
    fn read(&mut self) {
        self.buffer.drain(..std::mem::take(&mut self.at)); let from = self.buffer.len();
        if from > MAX_LINE_BYTES && !self.buffer.contains(&b'\n') { eprintln!("The host sent a line of more than 8 MiB"); exit(1) }
        self.buffer.resize(from + (1 << 17).max(from / 2), 0);
        let count = self.input.read(&mut self.buffer[from..]).unwrap_or(0);
        self.ended = count == 0; self.buffer.truncate(from + count); if !self.buffer[from..].contains(&b'\n') { return }
        let line_end = |to: usize| self.buffer[..to].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let lines = &self.buffer[line_end(from)..line_end(from + count)]; // what ended just now, none of them cut short
        if !lines.contains(&b'X') { return }
        let id = |line: &[u8]| std::str::from_utf8(line.strip_prefix(b"X ")?).ok()?.parse::<u64>().ok();
        self.cancelled.extend(lines.split(|b| *b == b'\n').filter_map(id));
    }
    fn line(&mut self) -> Option<String> {
        let from = self.at;
        self.at += self.buffer[from..].iter().position(|b| *b == b'\n')? + 1;
        Some(String::from_utf8_lossy(&self.buffer[from..self.at - 1]).into_owned())
    }
    /// Says that this request begins, and those that wait right behind it while they are short, with the answers before them in one write.
    fn begin(&mut self, id: u64) {
        let waiting = self.buffer[self.at..].split_inclusive(|b| *b == b'\n').take_while(|line| line.starts_with(b"R ") && line.ends_with(b"\n"));
        let count = 1 + waiting.take(self.at_once - 1).count();
        self.say(format_args!("B {id} {count}")); self.flush(); // it must have left before a job can end this process
        self.begun = (count, self.flushed);
    }
    fn run(&mut self, id: u64, rest: &str, jobs: &HashMap<String, Job>) {
        let (name, request) = rest.split_once(' ').unwrap_or((rest, "null"));
        if self.acks && self.begun.0 == 0 { self.begin(id) }
        let meta = if self.meta.0 == id && !self.meta.1.is_empty() { std::mem::take(&mut self.meta.1) } else { "{}".into() };
        let answer = match jobs.get(name) {
            None => Err(failure("UnsupportedError", &format!("This worker has no job {}", quote(name)), "ERR_UNSUPPORTED", "never")),
            Some(_) if self.cancelled.contains(&id) => Err(cancelled()),
            Some(job) => catch_unwind(AssertUnwindSafe(|| job(request, &mut Context { id, meta, worker: self }))).unwrap_or_else(panicked).and_then(one_line),
        };
        self.begun.0 = self.begun.0.saturating_sub(1);
        if self.begun.0 == 0 { self.at_once = if self.begun.1.elapsed() < FLUSH / 2 { self.most.min(self.at_once * 2) } else { 1 } }
        let Err(Failure { name, message, code, retry }) = answer else { return self.say(format_args!("K {id} {}", answer.unwrap_or_default())) };
        let [name, message, code, retry] = [name, &message.chars().take(8192).collect::<String>(), code, retry].map(quote);
        self.say(format_args!("E {id} {{\"name\":{name},\"message\":{message},\"code\":{code},\"retry\":{retry}}}"))
    }
}
/// The same under a number of this program alone: what it starts must not read or write there.
unsafe fn owned(fd: i32) -> i32 { OwnedFd::from_raw_fd(fd).try_clone().expect("the descriptors of the host").into_raw_fd() }
/// Where to read and where to write.
fn open() -> (i32, i32) {
    if let Ok(address) = env::var("LJP_ADDR") {
        let (kind, place) = address.split_once(':').expect("LJP_ADDR is unix:<path> or tcp:<host>:<port>");
        let tcp = || TcpStream::connect(place).and_then(|stream| stream.set_nodelay(true).map(|()| OwnedFd::from(stream)));
        let mut stream = File::from(if kind == "unix" { UnixStream::connect(place).map(OwnedFd::from) } else { tcp() }.expect("the host's socket"));
        writeln!(stream, "LJP/1 {}", env::var("LJP_TOKEN").unwrap_or_default()).expect("the host's socket");
        return [stream.into_raw_fd(); 2].into();
    }
    if env::var("LJP_TRANSPORT").as_deref() != Ok("stdio") { return [unsafe { owned(3) }; 2].into() }
    let (nothing, ends) = (File::open("/dev/null").expect("/dev/null").into_raw_fd(), unsafe { (owned(0), owned(1)) });
    unsafe { dup2(2, 1); dup2(nothing, 0) }; // what the program prints goes to standard error; what it reads is empty
    ends
}
/// Serves jobs until the host says stop or is gone.
pub fn serve(name: &str, jobs: Vec<(&str, Job)>) -> ! {
    let list = |names: &[&str]| names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(",");
    let names = list(&jobs.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let usage = format!("This is a worker for the jobs {names}: a host starts it, processes(job, {{ command: … }}) of @job-orch/processes.");
    if env::var("LJP").as_deref() != Ok("1") { eprintln!("{usage}"); exit(2) }
    let (fd, sink) = open();
    let acks = env::var("LJP_CAPS").is_ok_and(|all| all.split(',').any(|one| one == "ack"));
    let most = if env::var("LJP_ACKS").as_deref() == Ok("each") { 1 } else { 64 }; // requests that begin together
    let mut w = Worker { fd, input: unsafe { File::from_raw_fd(fd) }, output: unsafe { File::from_raw_fd(sink) }, buffer: vec![], at: 0, out: vec![],
        flushed: Instant::now(), cancelled: vec![], meta: (0, String::new()), ended: false, acks, at_once: 1, most, begun: (0, Instant::now()) };
    let caps = list(&["busy", "cancel", "drain", "meta", "ping", "ack"][..5 + acks as usize]);
    w.say(format_args!("H 0 {{\"v\":1,\"name\":{},\"lang\":\"rust\",\"jobs\":[{names}],\"credit\":1024,\"caps\":[{caps}],\"pid\":{}}}", quote(name), std::process::id()));
    unsafe { signal(15, on_sigterm) }; let hang_up = if cfg!(target_os = "linux") { 0x2000 } else { 0 };
    thread::spawn(move || { wait_for(fd, hang_up, -1); thread::sleep(Duration::from_secs(1)); exit(0) });
    let jobs: HashMap<String, Job> = jobs.into_iter().map(|(name, job)| (name.to_string(), job)).collect();
    loop {
        let Some(line) = w.line() else {
            w.flush(); IDLE.store(true, SeqCst);
            if w.ended || DRAINING.load(SeqCst) { exit(0) }
            w.read(); IDLE.store(false, SeqCst); continue
        };
        let mut parts = line.splitn(3, ' '); let mut part = || parts.next().unwrap_or_default();
        match (part(), part().parse::<u64>().unwrap_or(0), part()) {
            ("R", id, rest) => w.run(id, rest, &jobs),
            ("M", id, meta) => w.meta = (id, meta.to_string()),
            ("P", token, _) => w.say(format_args!("O {token}")),
            ("X", id, _) => if let Some(at) = w.cancelled.iter().position(|one| *one == id) { w.cancelled.swap_remove(at); }, // the next of that id may be as well
            ("Q", ..) => DRAINING.store(true, SeqCst),
            _ => {} // newer hosts may say more
        }
        if w.flushed.elapsed() > FLUSH { w.flush() }
    }
}
