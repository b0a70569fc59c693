import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writePayload } from "../../protocol/payload.ts";
import type { Clause } from "../clause.ts";
import type { Said, Subject } from "../subject.ts";

/** JSON that careless readers and writers change. */
const VALUES = (
  JSON.parse(readFileSync(new URL("../../../protocol/vectors.json", import.meta.url), "utf8")) as { readonly values: readonly unknown[] }
).values;

export const running: readonly Clause[] = [
  {
    id: "run/ok",
    promise: "a request is answered with one K of the same id, and its response",
    check: async (start) => {
      const subject = start();
      await subject.send('R 1 ljp.echo {"a":[1,"two",null]}');
      assert.deepEqual(await subject.answer(1), { op: "K", id: 1, value: { a: [1, "two", null] } });
      await subject.send('R 2 ljp.echo "again"');
      assert.deepEqual(await subject.answer(2), { op: "K", id: 2, value: "again" });
      assert.equal(answers(subject).length, 2, "a request was answered twice");
    },
  },
  {
    id: "run/error",
    promise: "a job that fails is answered with one E: an object with name and message; the worker goes on",
    check: async (start) => {
      const subject = start();
      await subject.send('R 1 ljp.fail "told to \\"fail\\""', 'R 2 ljp.echo "alive"');
      const { op, value } = await subject.answer(1);
      assert.equal(op, "E");
      const { name, message, code } = value as Readonly<Record<string, unknown>>;
      assert.equal(name, "ConformanceError");
      assert.equal(message, 'told to "fail"');
      assert.equal(code, "ERR_CONFORMANCE");
      assert.deepEqual(await subject.answer(2), { op: "K", id: 2, value: "alive" });
      assert.equal(answers(subject).length, 2, "a request was answered twice");
    },
  },
  {
    id: "run/unknown-job",
    promise: "a request for a job that it does not have is answered with E, code ERR_UNSUPPORTED; the worker goes on",
    check: async (start) => {
      const subject = start();
      await subject.send("R 1 ljp.no-such-job 1", "R 2 constructor 1", "R 3 ljp.echo 3");
      for (const id of [1, 2]) {
        const { op, value } = await subject.answer(id);
        assert.equal(op, "E");
        assert.equal((value as { readonly code?: unknown }).code, "ERR_UNSUPPORTED");
      }
      assert.equal((await subject.answer(3)).value, 3);
    },
  },
  {
    id: "run/ids",
    promise: "ids come back as they were: any, in any order, up to 15 digits, used again once answered",
    check: async (start) => {
      const subject = start();
      const { credit } = await subject.hello;
      const ids = [7, 3, 999_999_999_999_999, 0, 2 ** 31, 2 ** 32 + 1];
      for (let at = 0; at < ids.length; at += credit) {
        const some = ids.slice(at, at + credit);
        await subject.send(...some.map((id) => `R ${id} ljp.echo ${id}`));
        for (const id of some) assert.deepEqual(await subject.answer(id), { op: "K", id, value: id });
      }
      await subject.send('R 7 ljp.echo "again"');
      await subject.first(({ id, value }) => id === 7 && value === "again", "second answer to the id 7");
    },
  },
  {
    id: "run/values",
    promise: "every JSON value comes back as it was: escapes, any Unicode, line separators, blanks, nesting",
    check: async (start) => {
      const subject = start();
      for (const [id, value] of VALUES.entries()) {
        await subject.send(`R ${id} ljp.echo ${JSON.stringify(value)}`);
        assert.deepEqual(await subject.answer(id), { op: "K", id, value });
      }
      await subject.send(`R 50 ljp.echo "\\u00e5\\ud83d\\ude00\\/"`);
      assert.equal((await subject.answer(50)).value, "å😀/");
    },
  },
  {
    id: "run/no-value",
    promise: "a request without a payload is run; no payload or null come back",
    check: async (start) => {
      const subject = start();
      await subject.send("R 1 ljp.echo", 'R 2 ljp.fail "x"');
      assert.equal((await subject.answer(1)).value ?? null, null);
      assert.equal((await subject.answer(2)).op, "E");
    },
  },
  {
    id: "run/prototype-keys",
    promise: "a field named __proto__ is refused with E or comes back as data; the worker goes on",
    check: async (start) => {
      const subject = start();
      await subject.send('R 1 ljp.echo {"a":1}', 'R 2 ljp.fail "x"');
      await subject.answer(1);
      await subject.answer(2);
      await subject.send('R 3 ljp.fail {"\\u005f_proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
      assert.equal((await subject.answer(3)).op, "E");
      await subject.send("R 4 ljp.echo {}");
      assert.deepEqual((await subject.answer(4)).value, {});
    },
  },
  {
    id: "run/tags",
    promise: "what JSON lacks comes back as it was: payloads in the tagged form, both ways",
    needs: ["tags"],
    check: async (start) => {
      const subject = start({ offered: ["tags"] });
      const value = { when: new Date(0), big: 10n ** 30n, none: undefined, bytes: Buffer.from([0, 255]), $: "not a tag" };
      await subject.send(`R 1 ljp.echo${writePayload(value, true)}`, 'R 2 ljp.echo {"$":"plain"}');
      assert.deepEqual((await subject.answer(1)).value, value);
      assert.deepEqual((await subject.answer(2)).value, { $: "plain" });
    },
  },
  {
    id: "run/bytes",
    promise: "an attachment is the value of the frame behind it, any bytes of any length, both ways and however they were cut",
    needs: ["bin"],
    check: async (start) => {
      const subject = start({ offered: ["bin"] });
      const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const frames = (id: number, bytes: Buffer): Buffer =>
        Buffer.concat([Buffer.from(`D ${id} ${bytes.byteLength}\n`), bytes, Buffer.from(`R ${id} ljp.echo\n`)]);
      const some = [all, Buffer.alloc(0), Buffer.from("K 3 1\nD 3 9\n"), Buffer.alloc(300_000, all)];
      for (const [id, bytes] of some.entries()) {
        await subject.sendPieces([frames(id, bytes)]);
        assert.deepEqual(await subject.answer(id), { op: "K", id, value: bytes });
      }
      const cut = frames(8, Buffer.from("a\nD b"));
      await subject.sendPieces(Array.from(cut, (_, at) => cut.subarray(at, at + 1)));
      assert.deepEqual((await subject.answer(8)).value, Buffer.from("a\nD b"));
      await subject.send('R 9 ljp.echo "text"');
      assert.equal((await subject.answer(9)).value, "text");
    },
  },
  {
    id: "run/separated",
    promise: "on stdio every frame begins with the byte 0x1E, so that no print can be taken for one",
    needs: ["rs"],
    jobs: ["ljp.print"],
    check: async (start) => {
      const subject = start({ transport: "stdio", offered: ["rs"] });
      await subject.send('R 1 ljp.print "K 9 1"', "R 2 ljp.echo 2", 'R 3 ljp.fail "x"', "R 4 ljp.echo 4");
      for (const id of [1, 2, 3, 4]) await subject.answer(id);
      assert.equal(subject.firstByte, 0x1e, "its hello does not begin with it");
      assert.equal(answers(subject).length, 4, "a print was taken for an answer");
    },
  },
  {
    id: "run/meta",
    promise: "a job sees what M said of its request, and nothing of another's",
    needs: ["meta"],
    jobs: ["ljp.meta"],
    check: async (start) => {
      const subject = start();
      await subject.send(
        'M 1 {"id":"order-1","attempt":3,"leftMs":60000,"headers":{"tenant":"å"}}',
        "R 1 ljp.meta null",
        "R 2 ljp.meta null",
      );
      const { id, attempt, headers, leftMs } = (await subject.answer(1)).value as Readonly<Record<string, unknown>>;
      assert.deepEqual({ id, attempt, headers }, { id: "order-1", attempt: 3, headers: { tenant: "å" } });
      assert(typeof leftMs === "number" && leftMs > 0 && leftMs <= 60_000, `leftMs is ${String(leftMs)}`);
      const second = (await subject.answer(2)).value as Readonly<Record<string, unknown>>;
      assert.equal(second["attempt"], 1);
      assert.deepEqual(second["headers"], {});
    },
  },
  {
    id: "run/report",
    promise: "progress and log frames carry their request's id and come before its answer",
    jobs: ["ljp.report"],
    check: async (start) => {
      const subject = start();
      await subject.send('R 5 ljp.report {"done":0.5}');
      await subject.answer(5);
      const ops = subject.said.filter(({ id }) => id === 5);
      assert.deepEqual(ops[0], { op: "G", id: 5, value: { done: 0.5 } });
      assert.equal(ops[1]?.op, "L");
      assert.equal((ops[1]?.value as { readonly message?: unknown } | undefined)?.message, "reported");
      assert.equal(ops[2]?.op, "K");
    },
  },
  {
    id: "run/prints",
    promise: "what a job prints, with or without a line feed at its end, breaks no frame",
    jobs: ["ljp.print"],
    check: async (start) => {
      const subject = start();
      await subject.send('R 1 ljp.print "a stray print"', 'R 2 ljp.print "E 1 {}"', "R 3 ljp.echo 3");
      for (const [id, value] of [
        [1, "a stray print"],
        [2, "E 1 {}"],
        [3, 3],
      ] as const) {
        assert.deepEqual(await subject.answer(id), { op: "K", id, value });
      }
      assert.equal(answers(subject).length, 3, "a print was taken for an answer");
    },
  },
];

export function answers(subject: Subject): readonly Said[] {
  return subject.said.filter(({ op }) => op === "K" || op === "E");
}
