import { connect } from "node:net";
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
