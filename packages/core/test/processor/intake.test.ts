import { describe, expect, it } from "vitest";
import { memory } from "@job-orch/memory";
import { turns, until } from "@job-orch/test-support";
import { pipe, processor, remote } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";

/** What a test lets end, one after the other, and what began. */
function gated(name: string) {
  const begun: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<string>>();
  const gate = (key: string): PromiseWithResolvers<string> => {
    const made = gates.get(key) ?? Promise.withResolvers<string>();
    gates.set(key, made);
    return made;
  };
  const job = plainJob({
    name,
    run: (key: string) => {
      begun.push(key);
      return gate(key).promise;
    },
  });
  return { job, begun, end: (key: string) => gate(key).resolve(`${name} ${key}`) };
}

describe("closing the intake", () => {
  const { own, run } = belongings();
  /** For core a channel that outlives the process: it asks for nothing else because of it. */
  const durable = () => tampered(own(memory()), { capabilities: { durable: "machine" } });

  it("takes nothing more, what runs goes on, and the next run takes again", async () => {
    const { job, begun, end } = gated("work");
    const hosted = run(processor(job, { transport: durable() }));
    await hosted.sendMany(["1", "2"]);
    await until("the first runs", () => begun.length === 1);
    hosted.closeIntake();
    end("1");
    await turns();
    expect(begun).toEqual(["1"]);

    hosted.resume(); // what is closed is not paused
    await turns();
    expect(begun).toEqual(["1"]);

    await hosted.stop();
    run(hosted);
    await until("the second runs", () => begun.length === 2);
    end("2");
  });

  it("before the channel is open holds as well", async () => {
    const { job, begun } = gated("early");
    const hosted = processor(job, { transport: durable() });
    await hosted.send("1");
    run(hosted).closeIntake();
    await turns(10);
    expect(begun).toEqual([]);
  });

  it("takes on while a caller in this process waits, and no longer", async () => {
    const { job, begun, end } = gated("inner");
    const transport = durable();
    const inner = run(processor(job, { transport }));
    const outer = run(processor(remote(inner), { transport: own(memory()) }));
    inner.closeIntake();
    await inner.send("outside");
    await turns();
    expect(begun).toEqual([]);

    const called = outer.call("inside");
    await until("what is before it in the channel runs", () => begun.length === 1);
    end("outside");
    await until("it runs", () => begun.length === 2);
    end("inside");
    expect(await called).toBe("inner inside");
    await inner.send("outside again");
    await turns();
    expect(begun).toEqual(["outside", "inside"]);
  });

  it("is nothing to a channel that does not outlive the process: what comes in is from inside", async () => {
    const { job, begun, end } = gated("inside");
    const hosted = run(processor(job, { transport: own(memory()) }));
    hosted.closeIntake();
    await hosted.send("1");
    await until("it runs", () => begun.length === 1);
    end("1");
  });

  it("of a pipeline closes that of its stages, which work on for its callers", async () => {
    const first = gated("first");
    const second = gated("second");
    const transport = durable();
    const line = run(pipe(processor(first.job, { transport }), processor(second.job, { transport })));
    await line.send("sent");
    await until("it is in the first stage", () => first.begun.length === 1);
    line.closeIntake();
    first.end("sent");
    await turns(10);
    expect(second.begun).toEqual([]);

    const called = line.call("called");
    await until("the second stage goes on", () => second.begun.length === 1);
    second.end("first sent");
    await until("the first stage has it", () => first.begun.length === 2);
    first.end("called");
    await until("the second stage has it", () => second.begun.length === 2);
    second.end("first called");
    expect(await called).toBe("second first called");
  });

  it("leaves a stage open that another pipeline works with", async () => {
    const shared = gated("shared");
    const transport = durable();
    const stage = processor(shared.job, { transport });
    const end = () => processor(plainJob({ name: "end", run: (text: string) => text }), { transport });
    const one = run(pipe(stage, end()).named("one"));
    run(pipe(stage, end()).named("other"));
    one.closeIntake();
    await stage.send("1");
    await until("it runs", () => shared.begun.length === 1);
    shared.end("1");
  });
});
