import { type Awaitable, ClosedError } from "@job-orch/core";
import { type ErasedJob, idSource, isPromise, steadyNow } from "@job-orch/core/substrate";
import type { Activation } from "./activation.ts";
import { Contexts } from "./asking.ts";
import { Deadlines } from "./deadlines.ts";
import { DeadlockError } from "./errors.ts";
import { ActorEmitter } from "./events.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Mailroom } from "./mailroom.ts";
import type { Message, MessageHome } from "./message.ts";
import type { Settings } from "./options.ts";
import { Quiet } from "./quiet.ts";
import { Supervision } from "./supervision.ts";
import { Turns } from "./turns.ts";
import { chainTo, Waits } from "./waits.ts";

/** Works on the messages of all actors of one kind: one at a time per key, many keys at once. */
export class Engine implements MessageHome {
  readonly name: string;
  readonly emitter = new ActorEmitter();
  readonly told = this.emitter.told;
  readonly supervision: Supervision;
  readonly waits: Waits;
  /** Told how every message ended that somebody may want to hear of. */
  onEnded: ((message: Message, ok: boolean, value: unknown) => void) | undefined;
  /** Whom its jobs mean by a name. */
  readonly askedBy: MessageHome["askedBy"];
  readonly #settings: Settings;
  readonly #contexts: Contexts;
  readonly #actors = new Map<string, Activation>();
  readonly #turns: Turns;
  readonly #mail: Mailroom;
  readonly #life: Lifecycle;
  readonly #deadlines: Deadlines;
  readonly #nextId: () => string;
  readonly #working = new Set<Message>();
  readonly #quiet = new Quiet(() => this.#mail.count === 0 && this.#mail.waiting === 0 && this.#working.size === 0);
  #refuses = false;
  #nowMs: number;

  constructor(job: ErasedJob, settings: Settings, askedBy: MessageHome["askedBy"]) {
    this.name = job.name;
    this.askedBy = askedBy;
    this.#settings = settings;
    this.#contexts = new Contexts(job);
    this.supervision = new Supervision(settings);
    this.#nextId = idSource(settings.environment);
    this.#nowMs = steadyNow(settings.environment.clock);
    this.#turns = new Turns({
      concurrency: settings.concurrency,
      work: (activation, most) => this.#work(activation, most),
      onBegin: () => (this.#nowMs = steadyNow(settings.environment.clock)),
      onEnd: () => this.#quiet.look(),
    });
    // One that waits for another lets others run: with few slots they would wait for each other.
    this.waits = new Waits(
      (asker) => this.#turns.letGo(asker),
      (asker) => void (this.#working.has(asker) && this.#turns.hold(asker)),
    );
    this.#mail = new Mailroom(
      settings,
      (message) => this.#homeOf(message),
      (activation, message) => {
        if (message.resolve === undefined) Waits.end(message); // who told waited for this place
        this.#wake(activation);
      },
    );
    this.#deadlines = new Deadlines(this.name, settings.environment.clock, (message, error) => this.abandon(message, error));
    this.#life = new Lifecycle(this.name, settings, this.#actors, this.emitter, (activation) => {
      this.#nowMs = steadyNow(settings.environment.clock);
      this.#settled(activation);
    });
  }

  readonly nextId = (): string => this.#nextId();

  get size(): number {
    return this.#actors.size;
  }

  /** Takes a message. Returns whether it has its place; otherwise it waits for one. Errors: `ERR_CLOSED`, `ERR_BUSY`, `ERR_ACTOR_STOPPED`, `ERR_DEADLOCK`. */
  admit(message: Message): boolean {
    if (this.#refuses) throw this.closedError();
    const activation = this.#actorOf(message.key);
    Contexts.carried(message);
    const asker = Contexts.asker();
    if (asker !== undefined && message.resolve !== undefined) {
      const chain = chainTo(message, asker);
      if (chain !== undefined) {
        if (!this.#settings.reentrant || activation.phase !== "ready") throw new DeadlockError(this.name, chain);
        Waits.begin(asker, message);
        this.#begin(activation, message);
        return true;
      }
    }
    if (this.#mail.offer(activation, message)) {
      if (asker !== undefined && message.resolve !== undefined) Waits.begin(asker, message);
      return true;
    }
    // It would wait for a place that its own sender has to make.
    const chain = asker !== undefined ? chainTo(message, asker) : undefined;
    if (chain !== undefined) throw new DeadlockError(this.name, chain);
    if (activation.phase === "new" && activation.mailbox.length === 0) this.#settled(activation); // who waits in line needs none yet
    this.#mail.enqueue(this.name, activation, message);
    if (asker !== undefined) Waits.begin(asker, message);
    return false;
  }

  /** Makes sure that a sender does not wait longer than it said. */
  watch(message: Message): void {
    if (message.endsMs !== undefined && !message.ended) this.#deadlines.add(message);
  }

  /** The sender does not wait any more: not begun any more, or told so when begun. */
  abandon(message: Message, error: unknown): void {
    if (message.ended && !this.#working.has(message)) return;
    message.abort(error);
    this.#answer(message, false, error);
  }

  /** Takes nothing more, works off what waits as long as `graceMs` allows, and puts the actors to rest. Errors: `ERR_SNAPSHOT`. */
  async stop(graceMs: number): Promise<void> {
    this.#refuses = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#settings.environment.clock.after(graceMs, resolve);
    await Promise.race([this.#quiet.wait(), late]);
    timer.cancel();
    const closed = this.closedError();
    for (const message of this.#mail.dismiss(this.#actors.values())) this.#answer(message, false, closed);
    for (const activation of this.#actors.values())
      for (const message of this.#mail.empty(activation)) this.#answer(message, false, closed);
    for (const message of this.#working) this.abandon(message, closed);
    await this.#life.close();
  }

  /** Takes messages again. */
  open(): void {
    this.#refuses = false;
    this.#life.open();
  }

  /** Puts those actors to rest that have nothing to do. Errors: `ERR_SNAPSHOT`. */
  passivate(which: (key: string) => boolean): Promise<void> {
    return this.#life.restAll([...this.#actors.values()].filter(({ key }) => which(key)));
  }

  closedError(): ClosedError {
    return new ClosedError(`The actors "${this.name}" are stopped`);
  }

  #actorOf(key: string): Activation {
    const known = this.#actors.get(key);
    if (known !== undefined) return known;
    const stopped = this.supervision.stoppedBy(key);
    if (stopped !== undefined) throw stopped;
    return this.#life.enter(key);
  }

  /** The actor of a message that waited for a place; a message whose actor does not take it any more ends. */
  #homeOf(message: Message): Activation | undefined {
    try {
      return this.#actorOf(message.key);
    } catch (error) {
      this.#answer(message, false, error);
      return undefined;
    }
  }

  #wake(activation: Activation): void {
    this.#life.busy(activation);
    if (activation.isReady || activation.running > 0 || (activation.phase !== "ready" && activation.phase !== "new")) return;
    this.#turns.add(activation);
  }

  /** Returns how many messages it worked on. */
  #work(activation: Activation, most: number): number {
    if (activation.phase === "new") {
      this.#turns.take();
      const ready = this.#life.activate(activation);
      if (isPromise(ready)) {
        ready.then((failure) => {
          this.#nowMs = steadyNow(this.#settings.environment.clock);
          this.#turns.free();
          this.#activated(activation, failure);
        });
        return 1;
      }
      this.#turns.free();
      this.#activated(activation, ready, false);
    }
    let done = 0;
    while (done < most && activation.running === 0 && activation.phase === "ready") {
      const message = this.#mail.take(activation);
      if (message === undefined) break;
      done++;
      this.#begin(activation, message);
    }
    if (activation.running === 0) this.#settled(activation);
    return done + 1;
  }

  #activated(activation: Activation, failure: { readonly error: unknown } | undefined, goesOn = true): void {
    if (failure !== undefined) {
      // Whoever waits first hears why; the next message tries again, unless that has been too often.
      const message = this.#mail.take(activation);
      if (message !== undefined) this.#answer(message, false, failure.error);
      if (!this.supervision.mayTryAgain(activation.key, failure.error, this.#nowMs)) this.#stop(activation, failure.error);
    }
    if (goesOn) this.#settled(activation);
  }

  /** It may have something to do, or nothing more. */
  #settled(activation: Activation): void {
    this.#quiet.look();
    if (activation.phase === "gone") return;
    if (activation.mailbox.length > 0) this.#wake(activation);
    else if (activation.running === 0) this.#life.idle(activation, this.#nowMs);
  }

  #begin(activation: Activation, message: Message): void {
    let returned: Awaitable<unknown>;
    try {
      returned = this.#contexts.run(message, activation.state);
    } catch (error) {
      message.isDone = true;
      this.#failed(activation, message, error);
      return;
    }
    if (!isPromise(returned)) {
      message.isDone = true;
      this.#answer(message, true, returned);
      return;
    }
    activation.running++;
    this.#working.add(message);
    if (message.waits === 0) this.#turns.hold(message);
    returned.then(
      (value) => {
        this.#finish(activation, message);
        this.#answer(message, true, value);
        this.#settled(activation);
      },
      (error: unknown) => {
        this.#finish(activation, message);
        this.#failed(activation, message, error);
        this.#settled(activation);
      },
    );
  }

  #finish(activation: Activation, message: Message): void {
    activation.running--;
    this.#working.delete(message);
    this.#nowMs = steadyNow(this.#settings.environment.clock);
    message.isDone = true;
    this.#turns.letGo(message);
  }

  #failed(activation: Activation, message: Message, error: unknown): void {
    const directive = this.supervision.decide(activation.key, error, this.#nowMs);
    if (this.emitter.wants("failed")) this.emitter.emit("failed", { key: activation.key, id: message.id, error, directive });
    this.#answer(message, false, error);
    if (activation.phase === "gone") return; // stopped by another message of a reentrant one
    if (directive === "restart") this.#life.forget(activation);
    else if (directive === "stop") this.#stop(activation, error);
  }

  #stop(activation: Activation, cause: unknown): void {
    this.#life.drop(activation);
    const error = this.supervision.stop(this.name, activation.key, cause);
    this.emitter.emit("stopped", { key: activation.key, error });
    for (const message of this.#mail.empty(activation)) {
      this.emitter.emit("dead", this.supervision.bury(message, error));
      this.#answer(message, false, error);
    }
  }

  /** Ends a message once. */
  #answer(message: Message, ok: boolean, value: unknown): void {
    if (message.ended) return;
    message.ended = true;
    if (message.endsMs !== undefined) this.#deadlines.remove(message);
    message.onEnd?.();
    Waits.end(message);
    if (ok) message.resolve?.(value);
    else message.reject?.(value);
    this.onEnded?.(message, ok, value);
  }
}
