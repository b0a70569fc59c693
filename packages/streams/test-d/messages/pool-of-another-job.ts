import { parallel, type StagesPool } from "../../src/index.ts";
import * as functions from "../functions.ts";

declare const pool: StagesPool;
declare const lines: readonly string[];

parallel(lines, { pool: { call: async (text: string) => text }, functions }).map("parse");
