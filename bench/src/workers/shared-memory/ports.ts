import type { MessagePort, Transferable } from "node:worker_threads";
import type { Role, Seen } from "./start.ts";

/** How many messages of a port may be under way: enough that nobody waits, few enough that nothing piles up. */
const WINDOW = 64;

/** Sends what `make` makes of each batch of numbers, to one port after the other; the receivers say when they have taken one. */
export function sendOver(
  make: (first: number, size: number) => unknown,
  handOver: (message: unknown) => readonly Transferable[] = () => [],
): Role {
  return ({ ports, batch }) => {
    let underWay = 0;
    let taken = (): void => {};
    for (const port of ports) {
      port.on("message", () => {
        underWay--;
        taken();
      });
    }
    const atMost = async (most: number): Promise<void> => {
      while (underWay > most) await new Promise<void>((resolve) => (taken = resolve));
    };
    return async (count) => {
      for (let i = 0, turn = 0; i < count; i += batch, turn++) {
        if (underWay >= WINDOW) await atMost(WINDOW / 2);
        underWay++;
        const message = make(i, Math.min(batch, count - i));
        (ports[turn % ports.length] as MessagePort).postMessage(message, handOver(message));
      }
      for (const port of ports) port.postMessage("end", []);
      underWay += ports.length;
      await atMost(0);
      return undefined;
    };
  };
}

/** Takes what comes until the end; `take` gives how many there were, and the sum of their numbers. */
export function receiveFrom(take: (message: never) => Seen): Role {
  return ({ ports: [port] }) => {
    let seen = 0;
    let sum = 0;
    let ended = (): void => {};
    const over: boolean[] = [];
    port?.on("message", (message: unknown) => {
      port.postMessage("taken", []);
      if (message === "end") {
        over.push(true);
        return ended();
      }
      const some = take(message as never);
      seen += some.seen;
      sum += some.sum;
    });
    return async () => {
      if (over.pop() === undefined) {
        await new Promise<void>((resolve) => (ended = resolve));
        over.pop();
      }
      const result = { seen, sum };
      seen = sum = 0;
      return result;
    };
  };
}
