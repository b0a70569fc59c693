import { memory } from "@job-orch/memory";
import { defineJob, processor } from "../../src/index.ts";

interface Database {
  readonly query: (text: string) => Promise<number>;
}
const count = defineJob({ name: "count", run: (table: string, database: Database) => database.query(table) });

processor(count, { transport: memory(), resources: () => ({ query: (text: string) => text.length }) });
