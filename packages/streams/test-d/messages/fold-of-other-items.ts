import { parallel, type StagesPool } from "../../src/index.ts";
import * as functions from "../functions.ts";

declare const pool: StagesPool;
declare const lines: readonly string[];

await parallel(lines, { pool, functions }).map("parse").reduce("add", { identity: 0, combine: "add" });
