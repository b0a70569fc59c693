import { memory } from "@job-orch/memory";
import { defineJob, processor, start } from "../../src/index.ts";

interface Database {
  readonly query: (text: string) => Promise<number>;
}
const count = processor(defineJob({ name: "count", run: (table: string, database: Database) => database.query(table) }), {
  transport: memory(),
});

start(count);
await count.run();
