import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { deeds, until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { Door, newToken } from "../src/host/door.ts";
import { processes } from "../src/index.ts";

const token = "a token that is long enough".replaceAll(" ", "-");
const worker = fileURLToPath(new URL("./fixtures/deeds.worker.ts", import.meta.url));

describe("workers that dial in", () => {
  test("take requests; one that is lost is replaced by the next that dials", async () => {
    await using remote = processes(deeds, { listen: {}, token, size: 1, retry: { onCrash: true } });
    const address = await remote.listen();
    const dial = () =>
      spawn(process.execPath, [worker], { env: { ...process.env, LJP: "1", LJP_ADDR: address, LJP_TOKEN: token }, stdio: "ignore" });
    const first = remote.call({ do: "wait", ms: 300, value: "done" });
    const one = dial();
    await until(() => remote.stats().workers[0]?.inFlight === 1);
    one.kill("SIGKILL");
    const other = dial();
    expect(await first).toBe("done");
    expect(await remote.call({ do: "echo", value: "still here" })).toBe("still here");
    await remote.close();
    const [code] = await once(other, "exit");
    expect(code).toBe(0);
  });

  test("one of another version is told so before its link closes", async () => {
    await using remote = processes(deeds, { listen: {}, token, size: 1 });
    const exits: unknown[] = [];
    remote.on("workerExited", ({ exit }) => exits.push(exit.error?.message));
    const running = remote.run();
    const socket = connect(Number((await remote.listen()).split(":").at(-1)), "127.0.0.1");
    let heard = "";
    socket.on("data", (chunk) => void (heard += String(chunk)));
    socket.write(`LJP/1 ${token}\nH 0 {"v":2,"name":"newer","jobs":["deeds"]}\n`);
    await once(socket, "end");
    socket.destroy();
    expect(heard).toBe('Q 0 {"graceMs":0,"error":"version"}\n');
    await until(() => exits.length > 0);
    expect(exits[0]).toMatch(/speaks version 2 .* this host speaks 1/);
    await remote.close();
    await running;
  });

  test("plaintext off loopback is refused unless asked for", () => {
    expect(() => processes(deeds, { listen: { host: "0.0.0.0" }, token })).toThrow(/insecure/);
    expect(() => processes(deeds, { listen: {}, token: "short" })).toThrow(/16 to 512/);
  });
});

describe("the door", () => {
  const strangers: readonly (readonly [string, string | Buffer])[] = [
    ["HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["TLS", Buffer.from("16030100", "hex")],
    ["noise", Buffer.from([0, 1, 2, 3, 4, 255, 254])],
    ["a wrong token", `LJP/1 ${"x".repeat(32)}\n`],
    ["a line without end", `LJP/1 ${"x".repeat(5_000)}`],
  ];

  test.for(strangers)("%s is sent away at once", async ([, bytes]) => {
    await using place = await openDoor();
    const socket = await place.dial();
    socket.write(bytes);
    await closed(socket);
    expect(place.workers).toBe(0);
    expect(place.refusals).toHaveLength(1);
  });

  test("a right token split at every byte is let in, and what follows it is kept", async () => {
    await using place = await openDoor();
    for (let cut = 1; cut < 12; cut++) {
      const socket = await place.dial();
      const line = `LJP/1 ${place.token}\nH 0`;
      socket.write(line.slice(0, cut));
      await new Promise((resolve) => void setImmediate(resolve));
      socket.write(line.slice(cut));
      await until(() => place.workers === cut);
      socket.destroy();
    }
    await until(() => place.rests.join("") === "H 0".repeat(11));
  });

  test("silent connections are bounded and closed in time, and a worker still gets in", { timeout: 20_000 }, async () => {
    await using place = await openDoor(64);
    const silent = await Promise.all(Array.from({ length: 60 }, () => place.dial()));
    const honest = await place.dial();
    honest.write(`LJP/1 ${place.token}\n`);
    await until(() => place.workers === 1);
    await Promise.all(silent.map(closed));
    honest.destroy();
  });

  test("a local socket is in a folder of its own that nobody else can enter", async () => {
    const door = new Door({ token: newToken(), maxConnections: 1, onWorker: () => undefined });
    const path = (await door.listenLocally()).slice("unix:".length);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    door.shut();
  });
});

async function openDoor(maxConnections = 8) {
  const own = newToken();
  const state = { workers: 0, refusals: [] as string[], rests: [] as string[] };
  const inside: Socket[] = [];
  const door = new Door({
    token: own,
    maxConnections,
    onWorker: (socket, rest) => {
      state.workers++;
      inside.push(socket);
      state.rests.push(rest.toString());
      socket.on("data", (chunk: Buffer) => state.rests.push(chunk.toString()));
    },
    onRefused: (_source, why) => state.refusals.push(why),
  });
  const [, , port] = (await door.listenOn("127.0.0.1", 0)).split(":");
  const dialled: Socket[] = [];
  const dial = async (): Promise<Socket> => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined);
    dialled.push(socket);
    await once(socket, "connect");
    return socket;
  };
  return Object.assign(state, {
    token: own,
    dial,
    [Symbol.asyncDispose]: async () => {
      for (const socket of [...inside, ...dialled]) socket.destroy();
      door.shut();
    },
  });
}

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.destroyed) await once(socket, "close");
}
