import type { Capabilities, Control, Inspect, McReceive, MpSend, Transport } from "@job-orch/core";
import type { Observable } from "rxjs";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import { fromObservable, memory, type MemoryCapabilities, toObservable } from "../src/index.ts";

// What it is.
expectAssignable<Transport<MemoryCapabilities> & Inspect & Control>(memory());
expectAssignable<Transport<Capabilities>>(memory({ isolation: "codec", capacity: { bytes: 1 } }));

// The wire follows from the isolation.
expectType<"reference">(memory().capabilities.wire);
expectType<"reference">(memory({ isolation: "none" }).capabilities.wire);
expectType<"bytes">(memory({ isolation: "codec" }).capabilities.wire);
expectNotAssignable<Transport<Capabilities & { readonly wire: "bytes" }>>(memory());

// Capabilities are literals, so that asking for what is absent fails at compile time.
expectType<true>(memory().capabilities.delay);
expectType<false>(memory().capabilities.replay);
expectError((memory().capabilities.delay = true));

// Options.
expectError(memory({ isolation: "clone" }));
expectError(memory({ slow: "wait" }));
expectError(memory({ capacity: { messages: 1 } }));
expectError(memory("name"));

// Observables keep the type of the messages.
declare const numbers: McReceive<number>;
declare const anySender: MpSend<number | string>;
declare const textSender: MpSend<string>;
declare const observable: Observable<number>;
expectType<Observable<number>>(toObservable(numbers));
expectType<Promise<void>>(fromObservable(observable, anySender));
expectError(fromObservable(observable, textSender));
expectError(fromObservable(observable, anySender, { concurrency: "2" }));
