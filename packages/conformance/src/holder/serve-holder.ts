import { OptionError, type Receiver, type Transport } from "@job-orch/core";
import type { Held } from "../harness.ts";
import { never } from "../never.ts";
import type { HolderCommand, HolderNews, HolderRequest } from "./holder-messages.ts";

/**
 * What a process that `spawnHolder` started runs: it does on a connection of its own what the suite tells it, until it is killed.
 *
 * @example
 * // holder.ts
 * await serveHolder(async () => sqlite(process.argv[2]));
 */
export async function serveHolder(open: () => Promise<Transport>): Promise<void> {
  if (process.send === undefined) throw new OptionError("serveHolder() runs in a process that spawnHolder() started");
  const transport = await open();
  process.on("message", (request: HolderRequest) => void serve(transport, request));
  process.once("disconnect", () => process.exit()); // whoever started it is gone
  tell({ kind: "ready" });
}

async function serve(transport: Transport, { number, command }: HolderRequest): Promise<void> {
  try {
    const held = await obey(transport, command);
    tell({ kind: "done", number, held }, command.kind === "block" ? () => block(command.durationMs) : undefined);
  } catch (error) {
    tell({ kind: "failed", number, why: String(error) });
  }
}

async function obey(transport: Transport, command: HolderCommand): Promise<readonly Held[]> {
  if (command.kind === "block") return [];
  if (command.kind === "send") {
    const sender = await transport.sender(command.channel, never);
    await sender.send(command.frames, never);
    return [];
  }
  const receiver = await transport.receiver(command.channel, command.options, never);
  if (command.kind === "hold") return hold(receiver, command.count);
  void consume(receiver, command.options.maxInFlight);
  return [];
}

async function hold(receiver: Receiver, count: number): Promise<readonly Held[]> {
  const held: Held[] = [];
  while (held.length < count) {
    const taken = await receiver.receive(count - held.length, never);
    held.push(...taken.map(({ frame, attempt, fence }) => ({ id: frame.id, attempt, fence })));
  }
  return held;
}

async function consume(receiver: Receiver, max: number): Promise<void> {
  for (;;) {
    for (const delivery of await receiver.receive(max, never)) {
      await receiver.settle([{ delivery, outcome: { kind: "ack" } }]);
      // Reported before the next is acked: so a kill leaves at most one ack unheard of.
      await new Promise<void>((resolve) => tell({ kind: "acked", id: delivery.frame.id }, resolve));
    }
  }
}

function tell(news: HolderNews, then?: () => void): void {
  process.send?.(news, undefined, undefined, then);
}

function block(durationMs: number): void {
  const endsMs = performance.now() + durationMs;
  while (performance.now() < endsMs);
}
