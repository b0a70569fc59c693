import { expect, test } from "vitest";
import { scripted } from "./support/scripted.ts";

const refused = expect.objectContaining({ code: "ERR_OPTION", message: expect.stringMatching(/^"\w+" is .*; it takes /) });

test.for(["size", "queue", "start", "recycle", "retry", "restart"])("a pool whose %s is null is refused with a sentence", (name) => {
  expect(() => scripted({ [name]: null })).toThrow(refused);
});

test.for([
  [{ maxMemoryMb: 0 }, "MiB"],
  [{ recycle: { heapMb: "64" } }, "MiB"],
  [{ recycle: { ageMs: 0 } }, "milliseconds"],
] as const)("%j is refused in its own unit", ([options, unit]) => {
  expect(() => scripted(options as never)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION", message: expect.stringContaining(`it takes ${unit}, at least 1`) }),
  );
});

test.for([null, 5, { headers: null }, { headers: "x" }, { id: null }, { signal: null }, { deadline: null }, { lane: null }])(
  "a call with the options %j is refused with a sentence, and leaves nothing behind",
  async (options) => {
    const { hosted } = scripted();
    const given = options as never;
    await expect(hosted.call(1, given)).rejects.toEqual(refused);
    await expect(hosted.send(1, given)).rejects.toEqual(refused);
    expect(await hosted.sendReceive(1, given)).toEqual({ ok: false, error: refused });
    expect(hosted.stats().pending).toBe(0);
    await hosted.close();
  },
);
