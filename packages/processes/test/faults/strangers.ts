import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { deeds, until } from "@job-orch/test-support";
import { expect } from "vitest";
import { processes } from "../../src/index.ts";

const token = "a-token-that-is-long-enough";
const worker = fileURLToPath(new URL("../fixtures/deeds.worker.ts", import.meta.url));
const HELLO = 'H 0 {"v":1,"name":"stranger","jobs":["deeds"],"credit":8,"caps":[]}\n';
/** What memory may vary by while strangers do their worst. Units: bytes. */
const MOST_GROWTH_BYTES = 96 * 1024 * 1024;

/** A pool that listens, with one honest worker inside that answers all the while. */
async function openHouse(places: number, maxConnections: number) {
  const remote = processes(deeds, {
    listen: {},
    token,
    size: places,
    maxConnections,
    restart: { backoff: { maxMs: 0 }, intensity: { failures: 1_000_000 } },
  });
  const address = await remote.listen();
  const running = remote.run();
  const env = { ...process.env, LJP: "1", LJP_ADDR: address, LJP_TOKEN: token };
  const honest = spawn(process.execPath, [worker], { env, stdio: "ignore" });
  await until(() => remote.stats().workers.some(({ state }) => state === "ready"));
  const dialled: Socket[] = [];
  const dial = (): Socket => {
    const socket = connect(Number(address.split(":").at(-1)), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    dialled.push(socket);
    return socket;
  };
  const answers = async (): Promise<void> => expect(await remote.call({ do: "echo", value: "honest" }, { lane: 0 })).toBe("honest");
  const close = async (): Promise<void> => {
    for (const socket of dialled) socket.destroy();
    await remote.close();
    await running;
    if (honest.exitCode === null) await once(honest, "exit");
  };
  return { remote, dial, answers, close };
}

/** Connections that are opened and then say nothing, or half of something. */
export async function idleSockets(count: number): Promise<void> {
  const house = await openHouse(1, 256);
  try {
    const before = process.memoryUsage.rss();
    let settled = 0;
    for (let at = 0; at < count; at++) {
      const socket = house.dial();
      socket.once("connect", () => settled++);
      if (at % 3 === 1) socket.write("LJP/1 a-tok");
      if (at % 3 === 2) socket.write("L");
      if (at % 250 === 0) await house.answers();
    }
    await until(() => settled === count);
    await house.answers();
    expect(process.memoryUsage.rss() - before).toBeLessThan(MOST_GROWTH_BYTES);
  } finally {
    await house.close();
  }
}

/** Frames that were damaged on the way, sent by one who has the token. */
export async function damagedFrames(rounds: number): Promise<void> {
  const house = await openHouse(2, 64);
  try {
    const whole = Buffer.from(
      `LJP/1 ${token}\n${HELLO}K 1 {"a":1}\nE 2 {"name":"Error","message":"no"}\nC 0 5\nB 3\nL 0 {"level":"info","message":"x"}\n`,
    );
    const first = `LJP/1 ${token}\n`.length;
    for (let round = 0; round < rounds; round++) {
      const damaged = Buffer.from(whole);
      const bit = first * 8 + ((round * 7_919) % ((whole.byteLength - first) * 8));
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      const socket = house.dial();
      socket.end(damaged); // its end is a worker's end, whatever came before
      await closed(socket);
      await house.answers();
    }
    await until(() => house.remote.stats().pending === 0);
  } finally {
    await house.close();
  }
}

/** Lengths that nobody can mean, and lines that never end. */
export async function oversizes(): Promise<void> {
  const house = await openHouse(2, 64);
  try {
    const before = process.memoryUsage.rss();
    for (const bytes of [
      `${HELLO}D 1 4294967296\n`,
      `D 1 4294967296\n${HELLO}`,
      `H 0 {"v":1,"name":"${"x".repeat(9 * 1024 * 1024)}`,
      `${HELLO}K 1 ${"[".repeat(100_000)}\n`,
    ]) {
      const socket = house.dial();
      socket.write(`LJP/1 ${token}\n${bytes}`);
      await closed(socket);
      await house.answers();
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(MOST_GROWTH_BYTES);
  } finally {
    await house.close();
  }
}

/** Who shows the token and then says its hello a byte at a time, or nothing at all, loses its place to one who speaks. */
export async function slowHello(): Promise<void> {
  const house = await openHouse(2, 64);
  try {
    const silent = house.dial();
    silent.write(`LJP/1 ${token}\n`);
    const slow = house.dial();
    slow.write(`LJP/1 ${token}\n`);
    let at = 0;
    const drip = setInterval(() => void (slow.writable && slow.write(HELLO.charAt(at++ % 20))), 200);
    await closed(silent);
    await closed(slow);
    clearInterval(drip);
    await house.answers();
  } finally {
    await house.close();
  }
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await new Promise((resolve) => void socket.once("close", resolve)); // an error may come first
}
