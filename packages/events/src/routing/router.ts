import type { Awaitable, MpSend } from "@job-orch/core";
import { NEVER, unlessAborted } from "@job-orch/core/substrate";
import type { Outlet } from "./outlet.ts";
import type { FieldOf, Predicate } from "./predicate.ts";
import { RuleIndex } from "./rule-index.ts";
import type { RouterOptions } from "./router-options.ts";
import type { Subscription } from "./subscription.ts";
import { Switchboard } from "./switchboard.ts";
import type { Target } from "./target.ts";
import type { TargetOptions } from "./target-options.ts";
import { toCondition } from "./to-condition.ts";

/** Sends events where their content says. An `MpSend` itself, so that it can stand behind anything that sends. */
export interface Router<Event, Tag extends string> extends MpSend<Event>, AsyncDisposable {
  /**
   * Adds a rule: events of one type, by the text in their tag, or all that meet a predicate. Rules come and go while events pass.
   *
   * Errors: `ERR_OPTION` with the place in a predicate that is wrong; `ERR_CLOSED`.
   */
  readonly on: {
    <Type extends TypeOf<Event, Tag>>(type: Type, target: Target<OfType<Event, Tag, Type>>, options?: TargetOptions): Subscription;
    (predicate: Predicate<Event>, target: Target<Event>, options?: TargetOptions): Subscription;
  };
  /**
   * Hands an event to every target whose rule holds, in the order of the rules. Returns how many those are: a promise only
   * when a target with `slow: "block"` has a full queue.
   *
   * Errors: `ERR_CLOSED`; `ERR_BUSY` when as many publishers as the queue has places wait for one target already.
   */
  readonly publish: (event: Event) => Awaitable<number>;
  /** Resolves when no target works and nothing waits for one. */
  readonly idle: () => Promise<void>;
  /** Takes nothing more, waits for the targets at most `graceMs` (default 25,000), and ends all subscriptions. */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
}

type TypeOf<Event, Tag extends string> = Event extends Readonly<Record<Tag, infer Type extends string>> ? Type : never;
type OfType<Event, Tag extends string, Type> =
  Event extends Readonly<Record<Tag, Type>>
    ? Event
    : Event extends Readonly<Record<Tag, string>>
      ? Type extends Event[Tag]
        ? Event
        : never
      : never;

const FEW = 16;

/**
 * A router by type and content. Ten thousand rules cost an event little more than the ones that hold: each rule is found
 * through its most selective part.
 *
 * @example
 * const orders = router<Order>();
 * const stop = orders.on({ and: [{ field: "country", op: "eq", value: "SE" }, { field: "total", op: "gte", value: 100 }] }, inspect);
 */
export function router<Event>(options?: RouterOptions): Router<Event, "type">;
export function router<Event, const Tag extends FieldOf<Event>>(options: RouterOptions & { readonly tag: Tag }): Router<Event, Tag>;
export function router(options: RouterOptions & { readonly tag?: string } = {}): object {
  const { tag = "type" } = options;
  const board = new Switchboard<unknown>(options);
  const rules = new RuleIndex<Outlet<unknown>>();
  toCondition({ field: tag, op: "exists" }); // says so when the tag cannot be a field
  /** Reused from event to event; an event that is published while one is on its way takes a list of its own. */
  let spare: Outlet<unknown>[] | undefined = [];

  const publish = (event: unknown): Awaitable<number> => {
    board.mustBeOpen();
    const found = spare ?? [];
    spare = undefined;
    try {
      rules.find(event, found);
      if (found.length > 1) sortByOrder(found);
      return board.deliver(found, event, "");
    } finally {
      if (found.length > 0) empty(found);
      spare = found;
    }
  };

  const made: Router<unknown, string> = {
    on: (rule: unknown, target: Target<never>, own: TargetOptions = {}) => {
      const condition = toCondition(typeof rule === "string" ? { field: tag, op: "eq", value: rule } : rule);
      return board.connect(target as Target<unknown>, own, (outlet) => rules.add(condition, outlet));
    },
    publish,
    send: async (event, { signal = NEVER } = {}) => {
      signal.throwIfAborted();
      await unlessAborted(Promise.resolve(publish(event)), signal);
    },
    idle: () => board.idle(),
    close: (closing) => board.close(closing),
    [Symbol.asyncDispose]: () => board.close(),
  };
  return made;
}

/** Taking a few out costs less than to set a length. */
function empty(list: unknown[]): void {
  if (list.length > FEW) list.length = 0;
  else while (list.length > 0) list.pop();
}

/** In place: a few by insertion, which costs less than to call a sort. */
function sortByOrder(outlets: Outlet<unknown>[]): void {
  if (outlets.length > FEW) {
    outlets.sort((one, other) => one.order - other.order);
    return;
  }
  for (let at = 1; at < outlets.length; at++) {
    const outlet = outlets[at] as Outlet<unknown>;
    let place = at;
    for (let before = outlets[place - 1]; before !== undefined && before.order > outlet.order; before = outlets[place - 1]) {
      outlets[place--] = before;
    }
    outlets[place] = outlet;
  }
}
