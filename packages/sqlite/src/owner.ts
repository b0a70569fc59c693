import { Heartbeat } from "./heartbeat.ts";
import { thisProcess } from "./process-identity.ts";
import { enterOwner, forgetOwner, otherOwners, releaseOwner } from "./reclaim.ts";
import type { Settings } from "./options.ts";
import type { Transaction } from "./transaction.ts";

/** This transport as one that holds deliveries: a row in the file, and a thread that keeps it alive. */
export class Owner {
  readonly #settings: Settings;
  readonly #identity = thisProcess();
  #id: number | undefined;
  #confirmed = false;
  #checkedVersion = -1;
  #heartbeat: Heartbeat | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The owner's id, entered when it is the first time or when somebody took us for dead. */
  enter(tx: Transaction): number {
    if (this.#id !== undefined && this.#checkedVersion === tx.topologyVersion) return this.#id;
    if (this.#id === undefined && this.#settings.exclusive) {
      // Nobody else can have the file open: whoever is listed is dead.
      for (const { id } of otherOwners(tx.sql, -1)) releaseOwner(tx.sql, id, tx.nowMs);
      tx.topologyChanged();
    }
    const known = this.#id !== undefined && tx.sql.row("select 1 from jo_owners where id = ?", this.#id) !== undefined;
    if (!known) this.#id = enterOwner(tx.sql, this.#identity, this.#id ?? null);
    this.#checkedVersion = tx.topologyVersion;
    return this.#id as number;
  }

  /** After the row is committed. */
  startBeating(): void {
    const { path, exclusive } = this.#settings;
    if (this.#id === undefined) return;
    this.#confirmed = true;
    if (exclusive) return;
    this.#heartbeat ??= new Heartbeat({ path, owner: this.#id, identity: this.#identity });
  }

  /** A transaction was rolled back: what was read in it may not be so. */
  forget(): void {
    this.#checkedVersion = -1;
    if (!this.#confirmed) this.#id = undefined;
  }

  async stopBeating(): Promise<void> {
    await this.#heartbeat?.stop();
  }

  /** Once nothing is held any more. */
  leave(tx: Transaction): void {
    if (this.#id === undefined) return;
    // What could not be handed back is held in our name: without it nobody would ever free that.
    if (tx.sql.row("select 1 from jo_held where owner = ? limit 1", this.#id) !== undefined) return;
    forgetOwner(tx.sql, this.#id);
    tx.topologyChanged();
  }
}
