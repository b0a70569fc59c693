import { expect, test } from "vitest";
import { supervise } from "../../src/index.ts";

const refused = expect.objectContaining({ code: "ERR_OPTION" });

test.for([null, undefined, 5, "child", true, Symbol("child"), {}, []])("%o is no child", (child) => {
  expect(() => supervise([child as never])).toThrow(refused);
});

test.for([{ signals: "SIGTERM" }, { signals: [Symbol("SIGTERM")] }, { signals: 5 }, { resources: {} }, { resources: [5] }])(
  "%o is refused at once",
  (options) => {
    expect(() => supervise([async function child() {}], options as never)).toThrow(refused);
  },
);
