import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sqlite, type SqliteTransport } from "../../src/index.ts";

const CHANNEL = { name: "locked", mode: "work" } as const;
const OPTIONS = { leaseMs: 30_000, maxInFlight: 10 };
const never = new AbortController().signal;

let folder: string;
let transport: SqliteTransport;
let other: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "job-orch-locked-"));
  transport = sqlite(join(folder, "jobs.db"));
});
afterEach(async () => {
  if (other.isOpen) other.close();
  await transport[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function lock(): void {
  other = new DatabaseSync(join(folder, "jobs.db"));
  other.exec("begin immediate");
}

function frame(id: string) {
  return { id, body: new Uint8Array([1]), headers: undefined, options: undefined };
}

// Whoever asked for something waited for as long as another program kept the file locked, whatever its signal said.
it("a send hears its signal while another program keeps the file locked", async () => {
  const sender = await transport.sender(CHANNEL, never);
  await sender.send([frame("before")], never);
  lock();
  const aborting = new AbortController();
  const sending = sender.send([frame("aborted")], aborting.signal);
  setTimeout(() => aborting.abort(new Error("enough")), 50);
  await expect(sending).rejects.toThrow("enough");

  other.exec("commit");
  await sender.send([frame("after")], never);
  expect(await transport.depth("locked")).toMatchObject({ ready: 2 });
});

it("closing comes to an end while another program keeps the file locked, and says to who sent that it was not stored", async () => {
  const sender = await transport.sender(CHANNEL, never);
  lock();
  const sending = Promise.resolve(sender.send([frame("refused")], never)).then(
    () => "stored",
    (error: unknown) => error,
  );

  await transport[Symbol.asyncDispose]();

  expect(await sending).toMatchObject({ code: "ERR_SEND", retry: "later", accepted: 0 });
});

// The hand-back of a closing receiver was tried once. What it held then stayed on loan for as long as the process lived.
it("what a receiver held comes again in the same process when the file was locked while it closed", async () => {
  const sender = await transport.sender(CHANNEL, never);
  await sender.send([frame("held")], never);
  const first = await transport.receiver(CHANNEL, OPTIONS, never);
  expect(await first.receive(1, never)).toHaveLength(1);
  lock();

  await first[Symbol.asyncDispose]();
  other.exec("commit");

  const second = await transport.receiver(CHANNEL, OPTIONS, never);
  expect(await second.receive(1, AbortSignal.timeout(10_000))).toMatchObject([{ frame: { id: "held" }, attempt: 1 }]);
});

// It waited for a turn that never came: the transport was closed by then.
it("whoever acts on the store while it closes is told, also while another program keeps the file locked", async () => {
  const sender = await transport.sender(CHANNEL, never);
  await sender.send([frame("stays")], never);
  lock();
  const told: Promise<unknown>[] = [];
  const asking = setInterval(() => {
    const removed = transport.remove("locked", { ids: ["stays"] });
    told.push(
      removed.then(
        () => "removed",
        (error: { readonly code: string }) => error.code,
      ),
    );
  }, 20);

  await transport[Symbol.asyncDispose]();
  clearInterval(asking);

  for (const code of await Promise.all(told)) expect(code).toMatch(/^ERR_(?:CLOSED|CONNECTION)$/);
  expect(told.length).toBeGreaterThan(1);
});
