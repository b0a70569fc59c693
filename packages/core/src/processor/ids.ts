import type { Environment } from "../environment.ts";

/** Makes ids that no other source makes: time and chance once per source, then a counter. Ids of one source sort by age. */
export function idSource(environment: Environment): () => string {
  const chance = Math.floor(environment.random() * 2 ** 52).toString(36).padStart(11, "0");
  const prefix = `${environment.clock.now().toString(36)}${chance}`;
  let count = 0;
  let block = "";
  return () => {
    // The counter's high digits change rarely: joining two short strings is cheaper to make and to keep than three.
    if (count % 46_656 === 0) block = `${prefix}${Math.floor(count / 46_656).toString(36).padStart(4, "0")}`;
    const low = count++ % 46_656;
    return block + (low + 46_656).toString(36);
  };
}
