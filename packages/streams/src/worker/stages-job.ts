import { type Awaitable, type ErrorClass, type Job, job, OptionError } from "@job-orch/core";
import { checkFunctions } from "../functions.ts";
import { isWanted } from "../work/stop-flag.ts";
import type { StagesRequest, StagesResponse } from "../work/work.ts";
import { serveChunk } from "./serve-chunk.ts";
import { serveSweep } from "./serve-sweep.ts";

/**
 * The job of the workers of `parallel`: runs these functions, by the names they are exported under, on what it is sent. The
 * worker file serves it; the host makes its pool of it.
 *
 * Shape:  `functions` is an object of functions, or a module: `import * as functions from "./functions.ts"`. A function takes one
 *         item and returns what becomes of it, or a promise of that. Nothing else of the module can be called.
 * Errors: `ERR_OPTION` when it is no object.
 *
 * @example
 * serve(stagesJob(functions)); // the worker file
 * const pool = threads(stagesJob(functions), new URL("./functions.worker.ts", import.meta.url));
 */
export function stagesJob<const Name extends string = "stages">(
  functions: object,
  options: { readonly name?: Name; readonly errors?: readonly ErrorClass[] } = {},
): Job<Name, StagesRequest, StagesRequest, StagesResponse, StagesResponse, void> {
  checkFunctions(functions);
  const { name = "stages" as Name, errors } = options;
  return job<StagesRequest, StagesResponse>()({
    name,
    ...(errors === undefined ? {} : { errors }),
    run: (request) => answer(request, functions),
  });
}

function answer(request: StagesRequest, functions: object): Awaitable<StagesResponse> {
  switch (request.ask) {
    case "greet":
      // Written for the other side to see: a copy would not tell.
      if (isWanted(request.stop, 0)) Atomics.store(request.stop, 0, 1);
      return true;
    case "chunk":
      return serveChunk(request, functions);
    case "sweep":
      return serveSweep(request.work, request, functions);
    default:
      throw new OptionError("The job of stagesJob(…) is sent requests by parallel(…) only");
  }
}
