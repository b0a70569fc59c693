import { isPromise } from "../processor/awaiting.ts";
import { type AnySchema, validate as check } from "../job/validate.ts";
import { type Layer, layer } from "./layer.ts";

export interface ValidateOptions {
  readonly request?: AnySchema;
  readonly response?: AnySchema;
}

/**
 * Checks what goes into a run and what comes out of it, for runs that have no schemas of their own, such as those that
 * plain functions or remote processors make. It only checks: what the schema makes of a value is not passed on.
 *
 * Errors: `ERR_VALIDATION` with the path.
 */
export function validate({ request: requestSchema, response: responseSchema }: ValidateOptions): Layer {
  return layer((run, name) => (request, resources, context) => {
    const leave = (response: unknown): unknown => {
      if (responseSchema === undefined) return response;
      const checked = check(responseSchema, response, `The response of "${name}"`);
      return isPromise(checked) ? checked.then(() => response) : response;
    };
    const enter = (): unknown => {
      const response = run(request, resources, context);
      return isPromise(response) ? response.then(leave) : leave(response);
    };
    const checked = requestSchema === undefined ? undefined : check(requestSchema, request, `The request of "${name}"`);
    return isPromise(checked) ? checked.then(enter) : enter();
  });
}
