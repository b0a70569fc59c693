/** What a request seems to take a worker, as of the answers that came last. */
export class ServiceTime {
  #busySinceMs = 0;
  /** Units: microseconds. */
  #serviceUs = Number.POSITIVE_INFINITY;

  /** It had nothing to do, and is given something. */
  begin(): void {
    this.#busySinceMs = performance.now();
  }

  /**
   * How long it was busy with the `count` that ended. If everything it had came back at once, most of the time went by on the way, and
   * how busy it was cannot be known: it seems to take half as long as before, until it has enough ahead to show how long it takes.
   *
   * Units: microseconds.
   */
  ended(count: number, left: number): number {
    const nowMs = performance.now();
    const tookUs = (nowMs - this.#busySinceMs) * 1_000;
    this.#busySinceMs = nowMs;
    if (count === 0) return tookUs;
    const ranDry = count > 1 && left === 0;
    this.#serviceUs = ranDry ? Math.min(tookUs / count, this.#serviceUs / 2) : tookUs / count;
    return this.#serviceUs * count;
  }
}
