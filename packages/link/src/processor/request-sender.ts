import type { PoolSendOptions } from "./call-options.ts";

/** What pipelines send with: `send` in the words of the contract. */
export function senderTo(send: (request: unknown, options?: PoolSendOptions) => Promise<string>) {
  return {
    send: async (
      { id, request, headers }: { readonly id: string; readonly request: unknown; readonly headers?: Readonly<Record<string, string>> },
      options?: { readonly signal?: AbortSignal },
    ): Promise<void> => {
      await send(request, { id, ...(headers === undefined ? {} : { headers }), ...options });
    },
  };
}
