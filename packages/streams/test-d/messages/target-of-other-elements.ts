import { parallel, type StagesPool } from "../../src/index.ts";
import * as functions from "../functions.ts";

declare const pool: StagesPool;
declare const lines: readonly string[];

await parallel(lines, { pool, functions }).map("parse").map("celsius").into(new BigInt64Array(1));
