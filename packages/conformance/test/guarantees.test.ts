import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { areaOf, areas } from "../src/guarantees/areas.ts";
import { clauses, renderGuarantees, type Results } from "../src/index.ts";
import { page, renderPage } from "../scripts/guarantees.ts";

test("docs/guarantees.md says what the published results say", () => {
  expect(readFileSync(page, "utf8")).toBe(renderPage());
});

test("every area of the clauses has a name on that page", () => {
  expect([...new Set(clauses.map(({ id }) => areaOf(id)))].filter((area) => !(area in areas))).toEqual([]);
  expect(Object.keys(areas).filter((area) => !clauses.some(({ id }) => areaOf(id) === area))).toEqual([]);
});

test("a clause that failed stands out, and one that is not claimed does not count", () => {
  const results: Results = {
    name: "leaky",
    capabilities: { delay: true, durable: "none", maxFrameBytes: null },
    clauses: [
      { id: "SPI-SND-01", title: "sent", outcome: "passed" },
      { id: "SPI-SND-02", title: "kept | safe", outcome: "failed" },
      { id: "SPI-SND-03", title: "absent", outcome: "not claimed", reason: "'leaky' has none" },
    ],
  };
  const text = renderGuarantees([results]);
  expect(text).toContain("| sending | 1 of 2 |");
  expect(text).toContain("| `SPI-SND-02` | kept \\| safe | **✗** |");
  expect(text).toContain("| `delay` | yes |");
  expect(text).toContain("| `durable` | – |");
  expect(text).toContain("| `maxFrameBytes` | no limit |");
});
