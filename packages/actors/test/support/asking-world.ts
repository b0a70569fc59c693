import { fileURLToPath } from "node:url";
import { job } from "@job-orch/core";
import { processes } from "@job-orch/processes";
import { threads } from "@job-orch/threads";
import { type Actors, actors, actorsNamed, placedActors, poolHosts } from "../../src/index.ts";
import { type Hop, hopsActors } from "../fixtures/hops.ts";
import type { HostingOptions } from "./hosted.ts";

const key = ({ to }: Hop): string => to;
const ask = { timeoutMs: 20_000 };

/** Actors in this thread that workers ask: they answer when they are let, or ask on. */
function elsewhere(passed: Promise<void> = Promise.resolve()) {
  const asked: string[] = [];
  const back = actorsNamed<Hop, string>("hops");
  const made: Actors<Hop, string> = actors(
    job<Hop, string, void>()({
      name: "elsewhere",
      run: async ({ to, via: [next, ...via] = [] }) => {
        asked.push(to);
        if (next !== undefined) return `${to} ${await back.ask({ to: next, via }, ask)}`;
        if (to === "slow") await passed;
        if (to === "never") await new Promise(() => undefined);
        return `(${to})`;
      },
    }),
    { key, activate: () => undefined, asks: { hops: { ask: (...given) => placedHops.ask(...given), tell: async () => undefined } } },
  );
  let placedHops: Pick<Actors<Hop, string>, "ask"> = made;
  return { made, asked, backTo: (placed: Pick<Actors<Hop, string>, "ask">) => (placedHops = placed) };
}

/** Two workers whose actors ask each other, and actors in this thread. */
export async function askingWorld(
  kind: "threads" | "processes",
  {
    pool: poolOptions = {},
    crash = "fail",
    passed,
  }: { readonly pool?: HostingOptions; readonly crash?: "fail" | "retry"; readonly passed?: Promise<void> } = {},
) {
  const others = elsewhere(passed);
  const child = fileURLToPath(new URL("../fixtures/hops.child.ts", import.meta.url));
  const pool =
    kind === "threads"
      ? threads(hopsActors, new URL("../fixtures/hops.worker.ts", import.meta.url), { size: 2, ...poolOptions })
      : processes(hopsActors, { command: process.execPath, args: [child], size: 2, output: "events", ...poolOptions });
  const placed = placedActors<Hop, string>({ key, crash });
  others.backTo(placed as never);
  const hosts = poolHosts(pool, { key, places: 2, snapshots: new Map(), asks: { elsewhere: others.made } });
  await hosts.joinTo(placed);
  return {
    placed,
    pool,
    asked: others.asked,
    [Symbol.asyncDispose]: async () => {
      await hosts.close();
      await placed.close();
      await pool.close();
      await others.made.stop({ graceMs: 0 });
    },
  };
}
