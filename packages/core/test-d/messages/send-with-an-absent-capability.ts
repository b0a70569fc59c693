import { type Capabilities, defineJob, processor, type Transport } from "../../src/index.ts";

declare const mqtt: Transport<Capabilities & { readonly priority: false; readonly delay: false; readonly ordered: "channel" }> & {
  readonly name: "mqtt";
};
const resize = processor(defineJob({ name: "resize", run: (width: number) => width }), { transport: mqtt });

await resize.send(1, { priority: 3 });
await resize.send(1, { delayMs: 500 });
await resize.call(1, { orderKey: "cat" });
