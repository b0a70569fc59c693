import type { scripted } from "./scripted.ts";

/** Closes a pool of scripted workers, which end when they are told to. */
export async function ended({ hosted, workers }: Pick<ReturnType<typeof scripted>, "hosted" | "workers">): Promise<void> {
  const closing = hosted.close();
  for (const worker of workers) worker.end({ code: 0 });
  await closing;
}
