import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { file, frame, frames, never, open, receiver, send, sender, take, text, work } from "../support/scene.ts";

// Who sent several frames heard ERR_CLOSED for all of them, also when the first were stored.
test("closing a sender whose send found room for a part says how many are stored", async () => {
  const transport = open(file(), { capacity: { frames: 3 } });
  const sends = await sender(transport, work());
  const sending = Promise.resolve(
    sends.send(
      ["a", "b", "c", "d", "e"].map((each) => frame(each)),
      never,
    ),
  ).catch((error: unknown) => error);
  const none = Promise.resolve(sends.send([frame("f")], never)).catch((error: unknown) => error);
  await expect.poll(async () => (await transport.depth("work")).ready).toBe(3);

  await sends[Symbol.asyncDispose]();

  expect(await sending).toMatchObject({ code: "ERR_SEND", retry: "never", accepted: 3, cause: { code: "ERR_CLOSED" } });
  expect(await none).toMatchObject({ code: "ERR_CLOSED" });
  expect((await take(await receiver(transport, work()), 3)).map(text)).toEqual(["a", "b", "c"]);
});

// It said retry "later", and callers did, for ever.
test("a file whose tables were taken away is refused as such, whatever is asked of it", async () => {
  const path = file();
  const transport = open(path);
  await send(transport, work(), frames(2));
  const db = new DatabaseSync(path, { timeout: 5_000 });
  db.exec("drop table jo_ready; drop table jo_frames");
  db.close();

  await expect(transport.list("work")).rejects.toMatchObject({ code: "ERR_STORE", retry: "never" });
  await expect(transport.redrive("work")).rejects.toMatchObject({ code: "ERR_STORE", retry: "never" });
  await expect(send(transport, work(), [frame("more")])).rejects.toMatchObject({ code: "ERR_SEND", retry: "never" });
  const mine = await receiver(transport, work());
  await expect(mine.receive(1, never)).rejects.toMatchObject({ retry: "never" });
});
