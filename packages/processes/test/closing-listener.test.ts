import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { deeds } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { processes } from "../src/index.ts";

const token = "x".repeat(32);

test("closed while it begins to listen, it listens no more, and never again", async () => {
  const remote = processes(deeds, { listen: {}, token, size: 1 });
  const listening = remote.listen().catch((error: unknown) => error);
  await remote.close();
  expect(await listening).toMatchObject({ code: "ERR_CLOSED" });
  await expect(remote.listen()).rejects.toMatchObject({ code: "ERR_CLOSED" });
});

test("closed, it does not tell an address where nobody listens", async () => {
  const remote = processes(deeds, { listen: {}, token, size: 1 });
  const port = Number((await remote.listen()).split(":").at(-1));
  await remote.close();
  await expect(remote.listen()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  const refused = await new Promise((resolve) => connect(port, "127.0.0.1").once("error", resolve));
  expect(refused).toMatchObject({ code: "ECONNREFUSED" });
});

test("what cannot listen yet may try as often as it likes", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const remote = processes(deeds, { listen: { port }, token, size: 1 });
  const warnings: Error[] = [];
  const note = (warning: Error): unknown => warnings.push(warning);
  process.on("warning", note);
  for (let count = 0; count < 12; count++) await expect(remote.listen()).rejects.toMatchObject({ code: "ERR_LISTEN" });
  taken.close();
  await once(taken, "close");
  expect(await remote.listen()).toBe(`tcp:127.0.0.1:${port}`);
  await remote.close();
  process.off("warning", note);
  expect(warnings).toEqual([]);
});
