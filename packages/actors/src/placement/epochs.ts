import { LeaseLostError } from "@job-orch/core";

/** The last epoch that a host has seen of each partition. */
export class Epochs {
  readonly #name: string;
  readonly #known = new Map<number, number>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Errors: `ERR_LEASE_LOST` when the partition has moved on. */
  check(partition: number, epoch: number): void {
    const known = this.#known.get(partition) ?? 0;
    if (epoch < known) throw new LeaseLostError(`Partition ${partition} of "${this.#name}" has moved on: ${epoch} is before ${known}`);
    this.#known.set(partition, epoch);
  }
}
