import type { ChannelSpec, Frame, Outcome, Sends } from "@job-orch/core";
import type { Harness } from "../harness.ts";
import { plainReference } from "../reference/variants.ts";
import { type Mutant, wrapping } from "./mutant.ts";

type Alter = (frames: readonly Frame[], channel: ChannelSpec, outcome?: Outcome) => readonly Frame[];

/** Alters frames wherever they go out: with a send, and with a settlement. */
function outgoing(name: string, breaks: Mutant["breaks"], make: () => Alter, harness?: () => Harness): Mutant {
  return wrapping(
    name,
    breaks,
    () => {
      const alter = make();
      const altered = (sends: readonly Sends[] | undefined, outcome: Outcome): readonly Sends[] | undefined =>
        sends?.map(({ channel, frames }) => ({ channel, frames: alter(frames, channel, outcome) }));
      return {
        sender: (sender, channel) => ({ send: (frames, signal) => sender.send(alter(frames, channel), signal) }),
        receiver: (receiver) => ({
          settle: (settlements) => receiver.settle(settlements.map((one) => ({ ...one, sends: altered(one.sends, one.outcome) }))),
        }),
      };
    },
    harness,
  );
}

interface WireResult {
  readonly ok: boolean;
  readonly error?: Readonly<Record<string, unknown>>;
}

/** Alters the errors of responses, on a wire that carries values. */
function wireErrors(name: string, breaks: Mutant["breaks"], alter: (error: Readonly<Record<string, unknown>>) => unknown): Mutant {
  const change: Alter = (frames) =>
    frames.map((frame) => {
      const body = frame.body as Partial<WireResult> | null | undefined;
      return body?.ok === false && body.error !== undefined ? { ...frame, body: { ok: false, error: alter(body.error) } } : frame;
    });
  return outgoing(
    name,
    breaks,
    () => change,
    () => plainReference(),
  );
}

/** Gives every frame of a reply channel the id of the one before it. */
function rotated(): Alter {
  let last: string | undefined;
  return (frames, { name }) => {
    if (!name.startsWith("reply.")) return frames;
    return frames.map((frame) => {
      const id = last ?? frame.id;
      last = frame.id;
      return { ...frame, id };
    });
  };
}

const unanswered = /not within|No response|ERR_DEADLINE/;
const isUsers = (name: string): boolean => !name.startsWith("job-orch-");
const none: readonly Frame[] = [];

/** Transports that keep every promise that one frame can show, and break what is built on them. */
export const carrying: readonly Mutant[] = [
  outgoing(
    "user-headers-dropped",
    { "API-TRC-01": /did not get the header/, "API-CHN-05": /headers were lost/ },
    () => (frames) =>
      frames.map((frame) => ({
        ...frame,
        headers: Object.fromEntries(Object.entries(frame.headers ?? {}).filter(([name]) => !isUsers(name))),
      })),
  ),
  outgoing(
    "deadlines-dropped",
    { "API-TMO-02": /nobody waited any more/ },
    () => (frames) =>
      frames.map((frame) => ({
        ...frame,
        headers: Object.fromEntries(Object.entries(frame.headers ?? {}).filter(([name]) => name !== "job-orch-deadline")),
      })),
  ),
  outgoing(
    "cached-mark-dropped",
    { "API-CCH-01": /does not say where/ },
    () => (frames) =>
      frames.map((frame) => ({
        ...frame,
        headers: Object.fromEntries(Object.entries(frame.headers ?? {}).filter(([name]) => name !== "job-orch-cached")),
      })),
  ),
  outgoing(
    "burying-is-silent",
    { "API-RTY-03": unanswered, "API-PSN-01": unanswered, "API-CHN-02": unanswered },
    () => (frames, _, outcome) => (outcome?.kind === "dead" ? none : frames),
  ),
  outgoing(
    "broadcasts-dropped",
    { "API-COR-06": unanswered },
    () =>
      (frames, { name }) =>
        name.endsWith(".responses") ? none : frames,
  ),
  outgoing("reply-ids-mixed-up", { "API-COR-01": /./, "API-COR-02": /./ }, rotated),
  outgoing(
    "hand-offs-dropped",
    { "API-CHN-06": unanswered, "API-CHN-01": unanswered, "API-CHN-04": /not so within/ },
    () =>
      (frames, { name }) =>
        name.startsWith("pipe.") ? none : frames,
  ),
  outgoing(
    "control-dropped",
    { "API-CAN-02": /told to stop: not so/, "API-CAN-03": /told to stop: not so/ },
    () =>
      (frames, { name }) =>
        name.endsWith(".control") ? none : frames,
  ),
  wireErrors("error-cause-dropped", { "API-ERR-01": /causes were lost/ }, ({ cause: _, ...error }) => error),
  wireErrors(
    "error-data-dropped",
    { "API-ERR-01": /data was lost/, "API-ERR-04": /what could be carried was lost/ },
    ({ data: _, ...error }) => error,
  ),
  wireErrors("error-names-dropped", { "API-ERR-02": /the caller got/, "API-CHN-03": /the caller got/ }, (error) => ({
    ...error,
    name: "Error",
  })),
  wrapping("dead-without-reason", { "API-RTY-04": /reason was not kept/ }, () => ({
    receiver: (receiver) => ({
      settle: (settlements) =>
        receiver.settle(
          settlements.map((one) =>
            one.outcome.kind === "dead" ? { ...one, outcome: { kind: "dead", reason: { name: "Error", message: "" } } } : one,
          ),
        ),
    }),
  })),
];
