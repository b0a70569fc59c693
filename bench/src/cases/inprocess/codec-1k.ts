import { deserialize, serialize } from "node:v8";
import type { Case, Effort } from "../../harness/case.ts";
import { roundTrips } from "../../loads/round-trips.ts";

/** What crossing a wire costs a value. */
export const codec1k: Case = {
  id: "codec-1k",
  what: "a plain object of 1 KiB as JSON to bytes and back",
  unit: "ns",
  better: "lower",
  contenders: [
    {
      name: "job-orch codec",
      role: "ours",
      measure: async (effort) => {
        const { defaultCodec } = await import("@job-orch/core");
        return roundTrips((value) => defaultCodec.decode(defaultCodec.encode(value)), effort);
      },
    },
    { name: "JSON as bytes", role: "peer", measure: jsonAsBytes },
    { name: "node:v8 serialize", role: "peer", measure: async (effort) => roundTrips((value) => deserialize(serialize(value)), effort) },
    { name: "JSON as text", role: "limit", measure: async (effort) => roundTrips((value) => JSON.parse(JSON.stringify(value)), effort) },
  ],
  bar: [{ against: "JSON as text", times: 2 }],
  aim: [{ against: "JSON as text", times: 1.2 }],
};

async function jsonAsBytes(effort: Effort): Promise<number> {
  return roundTrips((value) => JSON.parse(Buffer.from(JSON.stringify(value)).toString()), effort);
}
