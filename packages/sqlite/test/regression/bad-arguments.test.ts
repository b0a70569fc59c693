import type { ReceiveOptions } from "@job-orch/core";
import type { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { sqlite, type SqliteOptions, type SqliteTransport } from "../../src/index.ts";
import { broadcast, frame, never, open, receiving, sender, work } from "../support/scene.ts";

// What callers without types got wrong came back as a TypeError from SQLite's bindings, or from inside.

const wrong = <Value>(value: unknown): Value => value as Value;

const looks: readonly (readonly [string, (transport: SqliteTransport) => Promise<unknown>])[] = [
  ["depth of no channel", (transport) => transport.depth(wrong(undefined))],
  ["depth of an object", (transport) => transport.depth(wrong({}))],
  ["list of a channel with a space", (transport) => transport.list("a b")],
  ["list with null for a query", (transport) => transport.list("work", wrong(null))],
  ["list with a state that is none", (transport) => transport.list("work", { state: wrong("lost") })],
  ["list with a state that is a symbol", (transport) => transport.list("work", { state: wrong(Symbol("dead")) })],
  ["list since a date", (transport) => transport.list("work", { sinceMs: wrong(new Date()) })],
  ["list by an error that is no text", (transport) => transport.list("work", { error: wrong(/boom/) })],
  ["list after a number", (transport) => transport.list("work", { after: wrong(7) })],
  ["list after something else than a cursor", (transport) => transport.list("work", { after: "x" })],
  ["list with a limit that is no number", (transport) => transport.list("work", { limit: wrong("10") })],
  ["history of no id", (transport) => transport.history("work", wrong(undefined))],
  ["redrive of ids that are no array", (transport) => transport.redrive("work", { ids: wrong("a") })],
  ["redrive of ids that are numbers", (transport) => transport.redrive("work", { ids: wrong([1]) })],
  ["redrive with a limit below zero", (transport) => transport.redrive("work", { limit: -1 })],
  ["remove without a query", (transport) => transport.remove("work", wrong(undefined))],
  ["remove with a state that is none", (transport) => transport.remove("work", { state: wrong("all") })],
  ["pause of a number", (transport) => transport.pause(wrong(7), true)],
  ["pause by a word", (transport) => transport.pause("work", wrong("yes"))],
  ["cancel of null", (transport) => transport.cancel("work", wrong(null))],
  ["a sender of nothing", (transport) => transport.sender(wrong(undefined), never)],
  ["a receiver without options", (transport) => transport.receiver(work(), wrong(undefined), never)],
  ["a group that is a number", (transport) => transport.receiver(broadcast(), { ...receiving, group: wrong(7) } as ReceiveOptions, never)],
  ["enqueue on no connection", async (transport) => transport.enqueue(wrong<DatabaseSync>({}), work(), [frame("a")])],
];

test.each(looks)("%s is refused with a code", async (_what, look) => {
  const transport = open();
  await sender(transport, work());
  await expect(look(transport)).rejects.toMatchObject({ code: "ERR_OPTION", retry: "never" });
});

test.each([
  ["no array", null],
  ["no frame", [null]],
  ["headers that are text", [{ id: "a", body: new Uint8Array(1), headers: "x" }]],
  ["options that are null", [{ id: "a", body: new Uint8Array(1), options: null }]],
  ["a dedupe that is a key", [{ id: "a", body: new Uint8Array(1), options: { dedupe: "key" } }]],
])("a send of %s is refused with a code", async (_what, frames) => {
  const sends = await sender(open(), work());
  await expect(sends.send(wrong(frames), never)).rejects.toMatchObject({ code: "ERR_OPTION" });
});

test.each<readonly [string, unknown]>([
  ["null", null],
  ["a capacity of null", { capacity: null }],
  ["a number for a retention", { retention: { dead: 5 } }],
  ["a fraction of a frame to keep", { retention: { completed: { count: 10.5 } } }],
  ["a journal that is a symbol", { journal: Symbol("wal") }],
])("options with %s are refused with a code", (_what, options) => {
  expect(() => sqlite("x.db", options as SqliteOptions)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }) as Error);
});
