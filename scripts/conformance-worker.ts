// npm run conformance:worker -- [--transport fd3|stdio] [--only <id>] <command> [arguments …]
import { workerConformanceCommand } from "../packages/processes/src/conformance/command.ts";

process.exitCode = await workerConformanceCommand(process.argv.slice(2), (line) => void process.stdout.write(`${line}\n`));
