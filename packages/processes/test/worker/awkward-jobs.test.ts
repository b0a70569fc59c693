import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { Subject } from "../../src/conformance/subject.ts";

const folder = mkdtempSync(join(tmpdir(), "job-orch-awkward-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const subjects: Subject[] = [];
afterEach(() => Promise.all(subjects.splice(0).map((subject) => subject.kill())));

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const isThere = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;
/** A frame that is longer than may be. */
const TOO_LONG_BYTES = 9 * 1024 * 1024;

function start(command: readonly string[], transport: "fd3" | "stdio" = "fd3"): Subject {
  const subject = new Subject({ command, transport, offered: ["ack"], hosted: true });
  subjects.push(subject);
  return subject;
}

/** Everything that was said of a request, in order. */
async function allOf(subject: Subject, id: number): Promise<readonly unknown[]> {
  await subject.answer(id);
  return subject.said.filter((said) => said.id === id && said.op !== "B").map(({ op, value }) => [op, value]);
}

describe.skipIf(!isThere("python3"))("the Python worker", () => {
  const awkward = (): Subject => start(["python3", fixture("awkward.py")]);

  test("tells nobody what was said of a cancelled request that had its id", async () => {
    const subject = awkward();
    await subject.send("R 1 wait 200", 'M 2 {"id":"order-1","headers":{"tenant":"a"}}', "R 2 meta 1", "X 2");
    expect((await subject.answer(2)).op).toBe("E");
    await subject.send("R 2 meta 1");
    const { value } = await subject.first(({ op, id }) => op === "K" && id === 2, "answer to the second");
    expect(value).toEqual({ id: "2", headers: {} });
  });

  test("an error that cannot be shown is one nevertheless", async () => {
    const subject = awkward();
    await subject.send("R 1 unprintable 1", "R 2 echo 2");
    expect((await subject.answer(1)).value).toMatchObject({ name: "Unprintable", message: "(it cannot be shown)" });
    expect((await subject.answer(2)).value).toBe(2);
  });

  test("progress that is over the limit is not shown", async () => {
    const subject = awkward();
    await subject.send(`R 1 loud ${TOO_LONG_BYTES}`);
    expect(await allOf(subject, 1)).toEqual([["K", "quiet"]]);
  });

  test("the programs that a job starts cannot write to its link", async () => {
    const subject = awkward();
    await subject.send("R 1 child 1");
    expect(await allOf(subject, 1)).toEqual([["K", "mine"]]);
  });

  test("the threads of a job may tell of it, and wait for word of it, at once", async () => {
    const subject = awkward();
    await subject.send("R 1 threads 1000");
    await subject.first(() => subject.said.filter(({ op }) => op === "G").length === 2_000, "progress of all");
    await subject.send("P 7"); // wakes them all
    const said = (await allOf(subject, 1)) as readonly (readonly [string, number])[];
    expect(said.length).toBe(2_001);
    const shown = said.slice(0, -1).map(([, value]) => value);
    for (let at = 0; at < 500; at++) expect(shown.filter((value) => value === at)).toHaveLength(4);
  });

  test("a thread that waits for word of its job holds up no other that only looks", async () => {
    const subject = awkward();
    await subject.send("R 1 impatient 60000");
    await subject.first(({ op, value }) => op === "G" && value === "looked", "progress of who looked");
    await subject.send("X 1");
    expect((await subject.answer(1)).value).toBe(60_000);
  });
});

describe.skipIf(!isThere("bash"))("the bash worker", () => {
  const awkward = (): Subject => start(["bash", fixture("awkward.sh")]);

  test("responds with what the job set, whatever it logs behind that", async () => {
    const subject = awkward();
    await subject.send('R 1 logs "its own"');
    expect((await subject.answer(1)).value).toBe("its own");
  });

  test("a job may use the names that this file used to", async () => {
    const subject = awkward();
    await subject.send("R 1 names 1", "R 2 echo 2");
    expect(await allOf(subject, 2)).toEqual([["K", 2]]);
    expect(subject.said.map(({ op, id }) => `${op}${id}`)).toEqual(["B1", "K1", "B2", "K2"]);
  });

  test("JSON that was laid out is one line", async () => {
    const subject = awkward();
    await subject.send("R 1 laid_out 1");
    expect(await allOf(subject, 1)).toEqual([
      ["G", [1]],
      ["K", { a: 1 }],
    ]);
  });

  test("goes on behind a job that fails or is not there, also with set -e, and says how it failed", async () => {
    const subject = awkward();
    await subject.send("R 1 fails 1", "R 2 nothing 1", "R 3 echo 3");
    expect((await subject.answer(1)).value).toMatchObject({ message: "The job returned 42" });
    expect((await subject.answer(2)).value).toMatchObject({ code: "ERR_UNSUPPORTED" });
    expect((await subject.answer(3)).value).toBe(3);
  });

  test("a response over the limit fails its request alone", async () => {
    const subject = awkward();
    await subject.send(`R 1 long ${TOO_LONG_BYTES}`, "R 2 echo 2");
    expect((await subject.answer(1)).value).toMatchObject({ code: "ERR_TOO_LARGE" });
    expect((await subject.answer(2)).value).toBe(2);
  });

  test("what it tells over the limit is not shown, and an error is cut", async () => {
    const subject = awkward();
    await subject.send(`R 1 loud ${TOO_LONG_BYTES}`, "R 2 echo 2");
    expect(await allOf(subject, 1)).toEqual([["E", expect.objectContaining({ name: "Loud", message: " ".repeat(8_192) })]]);
    expect((await subject.answer(2)).value).toBe(2);
  });

  test("the programs that a job starts end when nobody reads them, as everywhere else", async () => {
    const subject = awkward();
    await subject.send("R 1 piped 1");
    await subject.answer(1);
    expect(subject.printed).not.toContain("Broken pipe");
  });
});

describe.skipIf(!isThere("rustc"))("the Rust worker", () => {
  const program = join(folder, "awkward");
  const awkward = (transport: "fd3" | "stdio" = "fd3"): Subject => start([program], transport);

  test("builds", { timeout: 240_000 }, () => {
    const { status, stderr } = spawnSync("rustc", ["-O", "--edition", "2021", "--deny", "warnings", fixture("awkward.rs"), "-o", program], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("a cancel that comes in pieces concerns its own request, and is heard", async () => {
    const subject = awkward();
    await subject.send("R 1 wait 2000", "R 12 echo 12");
    await subject.first(({ op }) => op === "B", "begun frame");
    await subject.sendPieces([Buffer.from("X 1"), Buffer.from("2\n")]);
    expect(await subject.answer(1)).toEqual({ op: "K", id: 1, value: 2_000 });
    expect((await subject.answer(12)).op).toBe("E");
    await subject.send("R 1 wait 60000");
    await subject.first(({ op, id }) => op === "B" && id === 1 && subject.said.length > 4, "second begun frame");
    await subject.sendPieces([Buffer.from("X"), Buffer.from(" 1\n")]);
    await subject.first(({ op, id }) => op === "E" && id === 1, "answer to the cancelled request");
  });

  test("JSON that was laid out is one line", async () => {
    const subject = awkward();
    await subject.send("R 1 laid_out 1");
    expect(await allOf(subject, 1)).toEqual([
      ["G", [1]],
      ["L", { level: "info", message: "laid out" }],
      ["K", { meta: {} }],
    ]);
  });

  test("a job that panics, or responds with more than the limit, fails alone", async () => {
    const subject = awkward();
    await subject.send("R 1 panics 1", `R 2 long ${TOO_LONG_BYTES}`, "R 3 echo 3");
    expect((await subject.answer(1)).value).toMatchObject({ name: "Panic", message: expect.stringContaining("index out of bounds") });
    expect((await subject.answer(2)).value).toMatchObject({ code: "ERR_TOO_LARGE" });
    expect((await subject.answer(3)).value).toBe(3);
  });

  test.each(["fd3", "stdio"] as const)("the programs that a job starts neither read nor write its link over %s", async (transport) => {
    const subject = awkward(transport);
    await subject.send("R 1 child 1");
    expect(await allOf(subject, 1)).toEqual([["K", "mine"]]);
  });
});
