"""A job-orch worker in Python: one file, standard library only. Speaks LJP/1 (docs/protocol.md).

    serve({"shout": lambda request, context: request.upper()})

Jobs run one after the other. `context` has id, attempt, headers, deadline (epoch seconds or None), progress(value),
log(level, message, **fields) and cancelled(wait=0.0). An error's `code` and `retry` attributes reach the caller.
"""
import collections, contextlib, itertools, json, os, select, signal, socket, sys, threading, time, traceback

_encoder, _decoder, _make = json.JSONEncoder(separators=(",", ":"), allow_nan=False), json.JSONDecoder(), json.encoder.c_make_encoder
_chunks = _make and _make(None, _encoder.default, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False)
MAX_LINE_BYTES, CREDIT, FLUSH_S, ORPHAN_GRACE_S = 8 << 20, 1024, 0.001, 1.0

def _encode(value): return "".join(_chunks(value, 0)) if _chunks else _encoder.encode(value)  # kept: making one takes longer than its work
def _decode(text):
    value, end = _decoder.scan_once(text, 0) if text[:1] in '{["' else (None, -1)
    return value if end == len(text) else _decoder.decode(text)

class Cancelled(Exception): code, retry = "ERR_CANCELLED", "never"  # for a job to raise when `context.cancelled()` says so

class Context:
    def __init__(self, worker, wire_id, meta):
        self._worker, self._wire_id = worker, wire_id
        self.id, self.attempt, self.headers = meta.get("id", wire_id), meta.get("attempt", 1), meta.get("headers", {})
        self.deadline = time.time() + meta["leftMs"] / 1000 if "leftMs" in meta else None
    def progress(self, value): self._worker.say("G %s %s" % (self._wire_id, _encode(value)))
    def log(self, level, message, **fields):
        self._worker.say("L %s %s" % (self._wire_id, _encode({"level": level, "message": message, "fields": fields})))
    def cancelled(self, wait=0.0):
        """Whether the host gave the request up; looks for that, for at most `wait` seconds."""
        worker, until = self._worker, time.monotonic() + wait
        worker.flush()
        if not worker.reads.acquire(timeout=max(0.0, wait)): return worker.ended or self._wire_id in worker.cancelled  # another thread looks
        try:
            while self._wire_id not in worker.cancelled and not worker.ended:
                if not select.select([worker.source], [], [], max(0.0, until - time.monotonic()))[0]: return False
                worker.read()
            return True
        finally: worker.reads.release()

class _Worker:
    def __init__(self, jobs, name):
        offered = os.environ.get("LJP_CAPS", "").split(",")
        stdio = os.environ.get("LJP_TRANSPORT") == "stdio" and "LJP_ADDR" not in os.environ
        self.jobs, self.lines, self.out, self.parts, self.size, self.cancelled, self.meta = jobs, collections.deque(), [], [], 0, [], {}
        self.ended, self.draining, self.idle, self.reads, self.writes = False, False, False, threading.Lock(), threading.Lock()
        self.flushed, self.acks, self.at_once, self.begun, self.begun_at = time.monotonic(), "ack" in offered, 1, 0, 0.0
        self.most = 1 if os.environ.get("LJP_ACKS") == "each" else 64  # requests that begin together
        caps = ["busy", "cancel", "drain", "meta", "ping"] + ["ack"] * self.acks
        self.open_link(stdio)
        self.say("H 0 " + _encode({"v": 1, "name": name, "lang": "python " + sys.version.split()[0], "jobs": list(jobs),
                                   "credit": CREDIT, "caps": caps, "pid": os.getpid()}))
    def open_link(self, stdio):
        if address := os.environ.get("LJP_ADDR"):
            kind, where = address.split(":", 1)
            self.socket = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
            self.socket.connect(where if kind == "unix" else (where.rsplit(":", 1)[0], int(where.rsplit(":", 1)[1])))
            if kind == "tcp": self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(("LJP/1 %s\n" % os.environ.get("LJP_TOKEN", "")).encode())
            self.source = self.sink = self.socket.fileno()
        elif stdio:  # frames keep the real ends; what the program prints goes to standard error
            self.source, self.sink = os.dup(0), os.dup(1)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0), os.dup2(2, 1)
        else:
            self.source = self.sink = 3
            os.set_blocking(3, True), os.set_inheritable(3, False)
    def say(self, line): return self.out.append(line + "\n") if len(line) <= MAX_LINE_BYTES else None  # what cannot be shown is not shown
    def flush(self):
        with self.writes:  # the threads of a job take turns
            said, self.flushed = self.out[:], time.monotonic()
            del self.out[:len(said)]
            data = memoryview("".join(said).encode())
            while data: data = data[os.write(self.sink, data):]
    def read(self):
        chunk = os.read(self.source, 1 << 18)
        end = chunk.rfind(b"\n") + 1
        self.ended = self.ended or not chunk
        self.parts.append(chunk[:end] if end else chunk)
        self.size += len(chunk)
        if not end:
            return sys.exit("The host sent a line of more than 8 MiB") if self.size > MAX_LINE_BYTES + len(chunk) else None
        lines = b"".join(self.parts).decode().split("\n")[:-1]
        self.parts, self.size = [chunk[end:]], len(chunk) - end
        self.cancelled.extend(line[2:] for line in lines if line[:1] == "X")
        self.lines.extend(lines)
    def begin(self, wire_id):
        """Says that this request begins, and those right behind it while they are short, with the answers before them in one write."""
        self.begun = 1 + sum(1 for _ in itertools.takewhile(lambda line: line[:1] == "R", itertools.islice(self.lines, self.at_once - 1)))
        self.say("B %s %d" % (wire_id, self.begun)), self.flush()  # it must have left before a job can end this process
        self.begun_at = self.flushed
    def run(self, line):
        _, wire_id, name, *rest = line.split(" ", 3)
        if self.acks and not self.begun: self.begin(wire_id)
        meta = self.meta.pop(wire_id, {}) if self.meta else {}
        try:
            if wire_id in self.cancelled: raise Cancelled("The host cancelled the request")
            response = self.jobs.get(name, _unsupported)(_decode(rest[0]) if rest else None, Context(self, wire_id, meta))
            answer = "K %s %s" % (wire_id, _encode(response))
            if len(answer) > MAX_LINE_BYTES: raise ValueError("the response is over the limit of 8 MiB")
        except Exception as error:
            answer = "E %s %s" % (wire_id, _encode(_describe(error)))
        self.say(answer)
        self.begun -= self.acks
        if not self.begun: self.at_once = min(self.most, self.at_once * 2) if time.monotonic() - self.begun_at < FLUSH_S / 2 else 1
    def serve(self):
        while True:
            if not self.lines:
                self.flush()
                self.idle = True  # the handler of SIGTERM may end it from here on
                if self.ended or self.draining: return
                self.read()
                self.idle = False
                continue
            op = (line := self.lines.popleft())[:1]
            if op == "R":
                self.run(line)
                if time.monotonic() - self.flushed > FLUSH_S: self.flush()
            elif op == "M": self.meta = {line.split(" ", 2)[1]: _decode(line.split(" ", 2)[2])}
            elif op == "X": self.cancelled.remove(line[2:])  # this one: another may be about the next request with that id
            elif op == "P": self.say("O " + line[2:])
            elif op == "Q": self.draining = True
    def terminate(self, *_):
        self.draining = True
        if self.idle: sys.exit(0)
    def leave_when_orphaned(self):
        watch = select.poll()
        watch.register(self.source, getattr(select, "POLLRDHUP", 0))
        watch.poll(), time.sleep(ORPHAN_GRACE_S)
        os._exit(0)

class Unsupported(Exception): code, retry = "ERR_UNSUPPORTED", "never"
def _unsupported(request, context): raise Unsupported("This worker has no such job")
def _text(read, otherwise):  # an error of a job may do anything when it is looked at
    try: return otherwise if (value := read()) is None else str(value)[:8192]
    except Exception: return otherwise
def _describe(error, depth=1):
    told = {"name": type(error).__name__[:200], "message": _text(lambda: error, "(it cannot be shown)"), "stack": "".join(traceback.format_exception(error))[-16384:]}
    found = ((key, _text(lambda: getattr(error, key, None), None)) for key in ("code", "retry"))
    told.update((key, text[:200]) for key, text in found if text is not None)
    if error.__cause__ is not None and depth < 8: told["cause"] = _describe(error.__cause__, depth + 1)
    return told

def serve(jobs, name="python"):
    """Serves `{name: function(request, context)}` until the host says stop or is gone."""
    if os.environ.get("LJP") != "1": sys.exit("This is a worker for the jobs %s: a host starts it, processes(job, { command: … }) of @job-orch/processes." % ", ".join(jobs))
    worker = _Worker(jobs, name)
    signal.signal(signal.SIGTERM, worker.terminate)
    if hasattr(select, "poll"): threading.Thread(target=worker.leave_when_orphaned, daemon=True).start()
    with contextlib.suppress(ConnectionError): worker.serve()
