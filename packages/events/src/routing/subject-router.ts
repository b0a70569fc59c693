import type { Awaitable, MpSend } from "@job-orch/core";
import { NEVER, unlessAborted } from "@job-orch/core/substrate";
import type { Outlet } from "./outlet.ts";
import type { Predicate } from "./predicate.ts";
import { Recent } from "./recent.ts";
import type { RouterOptions } from "./router-options.ts";
import { toPattern, toTokens } from "./subject-tokens.ts";
import { SubjectTrie } from "./subject-trie.ts";
import type { Subscription } from "./subscription.ts";
import { Switchboard } from "./switchboard.ts";
import type { Target } from "./target.ts";
import type { TargetOptions } from "./target-options.ts";
import { toCondition } from "./to-condition.ts";
import { type Fields, type Test, toTest } from "./to-test.ts";

/** An event and what it is about. */
export interface SubjectMessage<out Event> {
  readonly subject: string;
  readonly event: Event;
}

/** Sends events where their subject says. An `MpSend` itself, of subjects and events. */
export interface SubjectRouter<Event> extends MpSend<SubjectMessage<Event>>, AsyncDisposable {
  /**
   * Adds a rule: `*` stands for one name, a last `>` for one or more. With `where` the event has to meet a predicate as well.
   *
   * Range:  1 to 4,096 characters, no empty names.
   * Errors: `ERR_OPTION`, `ERR_CLOSED`.
   */
  readonly on: (pattern: string, target: Target<Event>, options?: TargetOptions & { readonly where?: Predicate<Event> }) => Subscription;
  /**
   * Hands an event to every target whose pattern matches, in the order of the rules. Returns how many those are: a promise only
   * when a target with `slow: "block"` has a full queue.
   *
   * Errors: `ERR_OPTION` for a subject that is none; `ERR_CLOSED`; `ERR_BUSY` when too many publishers wait for one target already.
   */
  readonly publish: (subject: string, event: Event) => Awaitable<number>;
  /** Resolves when no target works and nothing waits for one. */
  readonly idle: () => Promise<void>;
  /** Takes nothing more, waits for the targets at most `graceMs` (default 25,000), and ends all subscriptions. */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
}

interface Match<Event> {
  readonly outlet: Outlet<Event>;
  readonly where: Test | undefined;
}

/** What a subject leads to; `plain` when no rule asks for more than the subject. */
interface Route<Event> {
  readonly matches: readonly Match<Event>[];
  readonly plain: readonly Outlet<Event>[] | undefined;
}

/** Subjects whose targets are remembered, in two generations. Longer subjects are not: what they hold is bounded. */
const REMEMBERED_SUBJECTS = 2_048;
const REMEMBERED_CHARACTERS = 256;
const NO_FIELDS: Fields = Object.freeze({});

/**
 * A router by subject, as `orders.eu.created`.
 *
 * @example
 * const events = subjectRouter<Order>();
 * events.on("orders.*.created", greet);
 * events.on("orders.>", audit, { slow: "drop-oldest", capacity: 10_000 });
 * await events.publish("orders.eu.created", order);
 */
export function subjectRouter<Event>(options: RouterOptions = {}): SubjectRouter<Event> {
  const board = new Switchboard<Event>(options);
  const trie = new SubjectTrie<Match<Event>>();
  const recent = new Recent<Route<Event>>(REMEMBERED_SUBJECTS);
  /** Grows with every rule that comes or goes; what is remembered holds for one version. */
  let version = 0;
  let rememberedVersion = 0;

  const routeOf = (subject: string): Route<Event> => {
    if (rememberedVersion !== version) {
      recent.clear();
      rememberedVersion = version;
    }
    const known = recent.get(subject);
    if (known !== undefined) return known;
    const matches = trie.find(toTokens(subject)).sort((one, other) => one.outlet.order - other.outlet.order);
    const plain = matches.every(({ where }) => where === undefined) ? matches.map(({ outlet }) => outlet) : undefined;
    const route = { matches, plain };
    if (subject.length <= REMEMBERED_CHARACTERS) recent.set(subject, route);
    return route;
  };

  const publish = (subject: string, event: Event): Awaitable<number> => {
    board.mustBeOpen();
    const { matches, plain } = routeOf(subject);
    if (plain !== undefined) return board.deliver(plain, event, subject);
    const fields = typeof event === "object" && event !== null ? (event as Fields) : NO_FIELDS;
    const holding = matches.filter(({ where }) => where === undefined || where(fields)).map(({ outlet }) => outlet);
    return board.deliver(holding, event, subject);
  };

  return {
    on: (pattern, target, own = {}) => {
      const tokens = toPattern(pattern);
      const where = own.where === undefined ? undefined : toTest(toCondition(own.where));
      return board.connect(target, own, (outlet) => {
        const remove = trie.add(tokens, { outlet, where });
        version++;
        return () => {
          remove();
          version++;
        };
      });
    },
    publish,
    send: async ({ subject, event }, { signal = NEVER } = {}) => {
      signal.throwIfAborted();
      await unlessAborted(Promise.resolve(publish(subject, event)), signal);
    },
    idle: () => board.idle(),
    close: (closing) => board.close(closing),
    [Symbol.asyncDispose]: () => board.close(),
  };
}
