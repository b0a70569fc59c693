import type { Awaitable } from "@job-orch/core";
import { checkMembers, duration, steadyNow, whole } from "@job-orch/core/substrate";
import { checkFull, type Full, tooMany } from "./full.ts";
import type { Held } from "./held.ts";
import type { Alarm, OpenOperator, Operator, OperatorContext } from "./operator.ts";

export interface GroupByOptions<Message, Key> {
  readonly key: (message: Message) => Key;
  /** How many groups there are at once. Range: integer 1 to 1,000,000. Default 10,000. */
  readonly mostGroups?: number;
  /** `close` (default): the group that had no message for longest is closed, and what waits in it handed out. */
  readonly full?: Full<"close">;
  /** Closes a group that had no message for so long. Units: milliseconds. Default: never. */
  readonly idleMs?: number;
}

/** What came out of one group. */
export interface Grouped<Key, Value> {
  readonly key: Key;
  readonly value: Value;
}

/** An operator of its own for each key. What comes out keeps its order within a group. */
export function groupBy<Message, Key, Out>(
  options: GroupByOptions<Message, Key>,
  operator: Operator<Message, Out>,
): Operator<Message, Grouped<Key, Out>> {
  checkMembers("groupBy", options, ["key"], "an object with a function key");
  checkMembers("operator", operator, ["open"], "an operator, such as batch(…)");
  const settings: Settings<Message, Key, Out> = {
    key: options.key,
    operator,
    mostGroups: whole("groupBy.mostGroups", options.mostGroups ?? 10_000, 1, 1_000_000),
    fails: checkFull("groupBy", options.full ?? "close", "close"),
    idleMs: duration("groupBy.idleMs", options.idleMs ?? Number.POSITIVE_INFINITY),
  };
  return { name: `groupBy(${operator.name})`, open: (context) => new Groups(settings, context) };
}

interface Settings<Message, Key, Out> {
  readonly key: (message: Message) => Key;
  readonly operator: Operator<Message, Out>;
  readonly mostGroups: number;
  readonly fails: boolean;
  readonly idleMs: number;
}

interface Group<Message> {
  readonly operator: OpenOperator<Message>;
  lastMs: number;
}

class Groups<Message, Key, Out> implements OpenOperator<Message> {
  readonly #settings: Settings<Message, Key, Out>;
  readonly #context: OperatorContext<Grouped<Key, Out>>;
  /** The one that had no message for longest comes first. */
  readonly #groups = new Map<Key, Group<Message>>();
  readonly #idle: Alarm;
  #idleSet = false;

  constructor(settings: Settings<Message, Key, Out>, context: OperatorContext<Grouped<Key, Out>>) {
    this.#settings = settings;
    this.#context = context;
    this.#idle = context.alarm(() => this.#closeIdle());
  }

  readonly take = (message: Message, held: Held): Awaitable<void> => {
    const key = this.#settings.key(message);
    const group = this.#groups.get(key) ?? this.#openGroup(key);
    group.lastMs = steadyNow(this.#context.clock);
    this.#groups.delete(key);
    this.#groups.set(key, group);
    if (!this.#idleSet) this.#setIdle();
    return group.operator.take(message, held);
  };

  readonly end = (): void => {
    this.#idle.clear();
    for (const key of this.#groups.keys()) this.#close(key);
  };

  readonly relieve = (): boolean => {
    for (const { operator } of this.#groups.values()) if (operator.relieve()) return true;
    return false;
  };

  #openGroup(key: Key): Group<Message> {
    const { operator, mostGroups, fails } = this.#settings;
    if (this.#groups.size >= mostGroups) {
      if (fails) throw tooMany("groupBy", "groups", mostGroups);
      this.#context.count("early");
      this.#close(this.#groups.keys().next().value as Key);
    }
    const { clock, alarm, count } = this.#context;
    return {
      operator: operator.open({ clock, alarm, count, emit: (value, parents) => this.#context.emit({ key, value }, parents) }),
      lastMs: 0,
    };
  }

  #close(key: Key): void {
    const group = this.#groups.get(key);
    this.#groups.delete(key);
    group?.operator.end();
  }

  #closeIdle(): void {
    this.#idleSet = false;
    const nowMs = steadyNow(this.#context.clock);
    for (const [key, { lastMs }] of this.#groups) {
      if (lastMs + this.#settings.idleMs > nowMs) break;
      this.#close(key);
    }
    this.#setIdle();
  }

  #setIdle(): void {
    const first = this.#groups.values().next().value;
    if (first === undefined || this.#settings.idleMs === Number.POSITIVE_INFINITY) return;
    this.#idleSet = true;
    this.#idle.set(first.lastMs + this.#settings.idleMs - steadyNow(this.#context.clock));
  }
}
