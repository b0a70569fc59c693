import { rejection } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { processor, remote } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

const shown = plainJob({ name: "shown", run: (_: null, _resources, { headers }) => headers["tenant"] ?? "none" });

describe.each(wires)("headers on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("travel with the request to the job, and with the response to its receivers", async () => {
    const hosted = run(processor(shown, { transport: own(open()) }));
    const responses = own(await hosted.responseReceiver());

    expect(await hosted.call(null, { headers: { tenant: "blue", traceparent: "00-1" } })).toBe("blue");

    expect(await responses.receive()).toMatchObject({ headers: { tenant: "blue", traceparent: "00-1" } });
  });

  it("travel through requestSender too", async () => {
    const hosted = run(processor(shown, { transport: own(open()) }));
    const responses = own(await hosted.responseReceiver());

    await hosted.requestSender().send({ id: "r", request: null, headers: { tenant: "green" } });

    expect(await responses.receive()).toMatchObject({ id: "r", result: { ok: true, value: "green" }, headers: { tenant: "green" } });
  });

  it("a job without headers sees an empty record, and cannot spoil it for others", async () => {
    const job = plainJob({
      name: "writes",
      run: (_: null, _resources, { headers }) => {
        try {
          (headers as Record<string, string>)["leak"] = "yes";
        } catch {}
        return headers["leak"] ?? "none";
      },
    });
    const hosted = run(processor(job, { transport: own(open()) }));

    await hosted.send(null);
    await hosted.call(null);
    const responses = own(await hosted.responseReceiver());
    await hosted.send(null);

    expect((await responses.receive()).headers?.["leak"]).toBeUndefined();
  });

  it("reserved names and values that are no strings are refused before anything is sent", async () => {
    const transport = own(open());
    const hosted = own(processor(shown, { transport }));
    const bad = [
      { "job-orch-reply-to": "w:x" },
      { "job-orch-anything": "x" },
      { tenant: 7 as unknown as string },
      { tenant: undefined as unknown as string },
    ];

    for (const headers of bad) {
      for (const refused of [hosted.send(null, { headers }), hosted.call(null, { headers }), hosted.sendMany([null], { headers })]) {
        expect(await rejection(refused)).toMatchObject({ code: "ERR_OPTION" });
      }
    }
    expect(await transport.depth("shown")).toMatchObject({ ready: 0 });
  });

  it("changing them after send changes nothing", async () => {
    const hosted = run(processor(shown, { transport: own(open()) }));
    const headers = { tenant: "blue" };

    const call = hosted.call(null, { headers });
    headers.tenant = "red";

    expect(await call).toBe("blue");
  });

  it("a remote job hands them on", async () => {
    const inner = run(processor(shown, { transport: own(open()) }));
    const outer = run(processor(remote(inner), { transport: own(open()) }));

    expect(await outer.call(null, { headers: { tenant: "blue" } })).toBe("blue");
  });
});
