import { job } from "@job-orch/core";
import { threads } from "../../src/index.ts";

const age = job<Date, number>()({ name: "age", run: (date) => date.getTime() });
threads(age, new URL("file:///worker.js"), { wire: "json" });
