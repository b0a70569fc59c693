import { turns } from "@job-orch/test-support";
import { afterEach } from "vitest";
import { type Running, start, type Startable } from "../../src/index.ts";

interface Closable {
  readonly close: () => Promise<void>;
}

export interface Belongings {
  /** Closes it after the test. */
  readonly own: <Thing extends Closable | AsyncDisposable>(thing: Thing) => Thing;
  /** Runs it until the test is over. */
  readonly run: <Thing extends Startable & Closable>(thing: Thing) => Thing;
  /** The same, for tests that stop it themselves. */
  readonly started: (thing: Startable & Closable) => Running;
}

/** What a test opens is closed after it, the newest first. */
export function belongings(): Belongings {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const own: Belongings["own"] = (thing) => {
    ends.push(async () => ("close" in thing ? thing.close() : thing[Symbol.asyncDispose]()));
    return thing;
  };
  const started: Belongings["started"] = (thing) => {
    own(thing);
    const running = start(thing);
    ends.push(() => stopNow(running));
    return running;
  };
  return {
    own,
    started,
    run: (thing) => {
      started(thing);
      return thing;
    },
  };
}

/** Stops without waiting for any clock: a test's may stand still. */
export async function stopNow(running: Running): Promise<void> {
  let stopped = false;
  const stopping = running.stop().finally(() => (stopped = true));
  while (!stopped) {
    await turns(1);
    void running.stop(); // again, which hurries it
  }
  await stopping;
}
