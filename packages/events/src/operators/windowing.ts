import { type Awaitable, OptionError } from "@job-orch/core";
import { checkFunction, duration, isPromise, whole } from "@job-orch/core/substrate";
import { checkFull, tooMany } from "./full.ts";
import type { Held } from "./held.ts";
import type { OpenWindow, Place } from "./open-windows.ts";
import type { Alarm, OpenOperator, Operator, OperatorContext } from "./operator.ts";
import type { Window, WindowKind, WindowOptions } from "./window.ts";

/** As far as a `Date` reaches. Beyond, adding a window's length to a number may leave it as it is. Units: milliseconds. */
const FURTHEST_MS = 8_640_000_000_000_000;

/** An operator that gathers messages in windows which `place` finds. */
export function windowing<Message, Kind extends WindowKind>(
  kind: Kind,
  place: Place<Message>,
  options: WindowOptions<Message>,
): Operator<Message, Window<Message, Kind>> {
  checkFunction(`${kind}.timeOf`, options.timeOf);
  checkFunction(`${kind}.onLate`, options.onLate);
  if (options.timeOf === undefined && (options.latenessMs !== undefined || options.idleMs !== undefined)) {
    throw new OptionError(`"latenessMs" and "idleMs" of a ${kind} window need "timeOf": by the clock, nothing comes late`);
  }
  const settings: Settings<Message, Kind> = {
    kind,
    place,
    timeOf: options.timeOf,
    latenessMs: duration(`${kind}.latenessMs`, options.latenessMs ?? 0, 0),
    idleMs: duration(`${kind}.idleMs`, options.idleMs ?? Number.POSITIVE_INFINITY),
    onLate: options.onLate,
    mostHeld: whole(`${kind}.mostHeld`, options.mostHeld ?? 100_000, 1, 10_000_000),
    fails: checkFull(kind, options.full ?? "close", "close"),
  };
  return { name: kind, open: (context) => new Windowing(settings, context) };
}

interface Settings<Message, Kind> {
  readonly kind: Kind;
  readonly place: Place<Message>;
  readonly timeOf: ((message: Message) => number) | undefined;
  readonly latenessMs: number;
  readonly idleMs: number;
  readonly onLate: ((message: Message) => Awaitable<void>) | undefined;
  readonly mostHeld: number;
  readonly fails: boolean;
}

class Windowing<Message, Kind extends WindowKind> implements OpenOperator<Message> {
  readonly #settings: Settings<Message, Kind>;
  readonly #context: OperatorContext<Window<Message, Kind>>;
  /** In the order of their beginnings, which is that of their ends. */
  readonly #open: OpenWindow<Message>[] = [];
  /** By the clock: when the first window ends. By event time: when it counts as idle. */
  readonly #alarm: Alarm;
  #heldCount = 0;
  #newestMs = Number.NEGATIVE_INFINITY;
  #watermarkMs = Number.NEGATIVE_INFINITY;

  constructor(settings: Settings<Message, Kind>, context: OperatorContext<Window<Message, Kind>>) {
    this.#settings = settings;
    this.#context = context;
    this.#alarm = context.alarm(settings.timeOf === undefined ? this.#clockMoved : this.#idle);
  }

  readonly take = (message: Message, held: Held): Awaitable<void> => {
    const { timeOf, place, mostHeld } = this.#settings;
    const timeMs = timeOf === undefined ? this.#context.clock.now() : this.#timeOf(message, timeOf);
    if (timeOf === undefined) this.#advance(timeMs);
    const windows = place(this.#open, timeMs, this.#watermarkMs);
    if (windows.length === 0) return this.#late(message, held);
    for (let more = windows.length - 1; more > 0; more--) held.hold();
    for (const window of windows) {
      window.messages.push(message);
      window.held.push(held);
    }
    this.#heldCount += windows.length;
    if (timeOf === undefined) this.#setAlarm();
    else this.#eventCame(timeMs);
    while (this.#heldCount > mostHeld) this.#tooMuch();
    return undefined;
  };

  readonly end = (): void => {
    this.#alarm.clear();
    while (this.#open.length > 0) this.#closeFirst("end");
  };

  readonly relieve = (): boolean => {
    if (this.#open.length === 0) return false;
    this.#closeFirst("full");
    return true;
  };

  #timeOf(message: Message, timeOf: (message: Message) => number): number {
    const timeMs = timeOf(message);
    if (Math.abs(timeMs) <= FURTHEST_MS) return timeMs;
    throw new OptionError(
      `"timeOf" of a ${this.#settings.kind} window gave ${String(timeMs)}; it gives milliseconds, up to ${FURTHEST_MS} either way`,
    );
  }

  #eventCame(timeMs: number): void {
    const { latenessMs, idleMs } = this.#settings;
    this.#newestMs = Math.max(this.#newestMs, timeMs);
    this.#advance(this.#newestMs - latenessMs);
    if (idleMs !== Number.POSITIVE_INFINITY && this.#open.length > 0) this.#alarm.set(idleMs);
  }

  #advance(watermarkMs: number): void {
    // The clock may be set back: what comes then is not late, and finds or opens the windows of that time.
    this.#watermarkMs = this.#settings.timeOf === undefined ? watermarkMs : Math.max(this.#watermarkMs, watermarkMs);
    while (this.#open.length > 0 && (this.#open[0] as OpenWindow<Message>).endMs <= this.#watermarkMs) this.#closeFirst("time");
  }

  readonly #clockMoved = (): void => {
    this.#advance(this.#context.clock.now());
    this.#setAlarm();
  };

  readonly #idle = (): void => this.#advance(this.#open.at(-1)?.endMs ?? this.#watermarkMs);

  #setAlarm(): void {
    const first = this.#open[0];
    if (first === undefined) this.#alarm.clear();
    else this.#alarm.set(first.endMs - this.#context.clock.now());
  }

  #closeFirst(closedBy: Window<Message>["closedBy"]): void {
    const { startMs, endMs, messages, held } = this.#open.shift() as OpenWindow<Message>;
    this.#heldCount -= messages.length;
    this.#context.emit({ kind: this.#settings.kind, startMs, endMs, messages, closedBy }, held);
  }

  #tooMuch(): void {
    if (this.#settings.fails) throw tooMany(this.#settings.kind, "messages", this.#settings.mostHeld);
    this.#context.count("early");
    this.#closeFirst("full");
  }

  #late(message: Message, held: Held): Awaitable<void> {
    this.#context.count("late");
    const told = this.#settings.onLate?.(message);
    if (isPromise(told)) return told.then(() => held.release());
    return held.release();
  }
}
