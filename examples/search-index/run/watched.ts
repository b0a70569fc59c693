import type { Awaitable } from "@job-orch/core";

interface Runs<Request, Response, Resources, Context> {
  readonly run: (request: Request, resources: Resources, context: Context) => Awaitable<Response>;
}

/** A layer: the same job, and somebody sees its responses. */
export function watched<Request, Response, Resources, Context, Job extends Runs<Request, Response, Resources, Context>>(
  job: Job & Runs<Request, Response, Resources, Context>,
  see: (response: Response, request: Request) => void,
): Job {
  const run = async (request: Request, resources: Resources, context: Context): Promise<Response> => {
    const response = await job.run(request, resources, context);
    see(response, request);
    return response;
  };
  return { ...job, run };
}
