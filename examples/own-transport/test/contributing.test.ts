import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the transport that CONTRIBUTING.md shows is the one that passes the suite", () => {
  const page = readFileSync(new URL("../../../CONTRIBUTING.md", import.meta.url), "utf8");
  const transport = readFileSync(new URL("../array-transport.ts", import.meta.url), "utf8");
  expect(page).toContain(`file=array-transport.ts\n${transport}\`\`\``);
});
