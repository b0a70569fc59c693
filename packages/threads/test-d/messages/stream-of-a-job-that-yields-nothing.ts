import { job } from "@job-orch/core";
import { threads } from "../../src/index.ts";

const length = job<string, number>()({ name: "length", run: (text) => text.length });
threads(length, new URL("file:///worker.js")).stream("text");
