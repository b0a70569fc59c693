import { toWireError } from "../errors/wire-error-codec.ts";
import type { Engine } from "../processor/engine.ts";
import { CALLER, CALLERS, ROOT, STAGE, toReplyChannel } from "../processor/reserved-headers.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Frame, FrameOptions } from "../transport/frame.ts";
import type { Exit, Outgoing } from "./destination.ts";
import { repeatGuard } from "./repeat-guard.ts";

/**
 * The end of a pipeline: its responses go to its broadcast, and to whoever called. Both live on the transport of the first
 * stage, where the callers are.
 */
export function exit(entry: Engine, responses: ChannelSpec): Exit {
  return {
    leave: (id, result, headers, stage, from) => {
      const { [CALLER]: caller, [CALLERS]: callers, [ROOT]: root, ...rest } = headers;
      const out = stage === undefined ? rest : { ...rest, [STAGE]: stage };
      const wire = result.ok ? result : { ok: false as const, error: toWireError(result.error, { stack: entry.settings.stacks }) };
      const body = entry.bodies.encodeResult(wire, responses.name);
      // What failed may be redriven and end well: that is no repeat.
      const guard = (of: string): FrameOptions | undefined => repeatGuard(entry, from, `left:${result.ok ? "ok" : "error"}:${of}`);
      const address = (to: string | undefined, asId: string): readonly Outgoing[] => {
        const channel = to === undefined ? undefined : toReplyChannel(to);
        const frame: Frame = { id: asId, body, headers: out, options: guard(asId) };
        return channel === undefined ? [] : [{ engine: entry, channel, frame }];
      };
      // A call has one answer: it goes under the id that was called. The broadcast tells the parts apart.
      const answers = callers === undefined ? address(caller, root ?? id) : readCallers(callers).flatMap(([of, to]) => address(to, of));
      return [{ engine: entry, channel: responses, frame: { id, body, headers: out, options: guard(id) } }, ...answers];
    },
  };
}

/** The callers of a batch's parents. */
export function readCallers(text: string): readonly (readonly [id: string, address: string])[] {
  try {
    const callers: unknown = JSON.parse(text);
    return Array.isArray(callers) ? callers.filter(isCaller) : [];
  } catch {
    return [];
  }
}

function isCaller(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string";
}
