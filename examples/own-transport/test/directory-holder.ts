/** A process on the directory, for the suite to kill. */
import { serveHolder } from "@job-orch/conformance";
import { directoryTransport } from "../directory-transport.ts";

await serveHolder(async () => directoryTransport(process.argv[2] ?? ""));
