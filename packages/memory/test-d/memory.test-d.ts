import { defineJob, processor, type RequestMessage, type ResponseMessage } from "@job-orch/core";
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

// Everything it can do for a request may be asked for; a transport of the same shape with less may not.
const echo = defineJob({ name: "echo", run: (value: number) => value });
const hosted = processor(echo, { transport: memory() });
hosted.send(1, { delayMs: 1, runAt: new Date(), priority: 0, orderKey: "k", dedupeKey: "d", dedupe: { onDuplicate: "replace" } });
expectError(hosted.send("1"));
expectError(hosted.send(1, { priority: "0" }));
declare const weaker: Transport<MemoryCapabilities & { readonly delay: false }>;
expectNotAssignable<Transport<MemoryCapabilities & { readonly delay: false }>>(memory());
expectError(processor(echo, { transport: weaker }).send(1, { delayMs: 1 }));

// Messages of a processor as an Observable.
const responses = await hosted.responseReceiver();
expectType<Observable<ResponseMessage<number>>>(toObservable(responses));
expectNotAssignable<Observable<ResponseMessage<string>>>(toObservable(responses));
declare const requests: Observable<RequestMessage<number>>;
declare const wrongRequests: Observable<RequestMessage<string>>;
expectType<Promise<void>>(fromObservable(requests, hosted.requestSender()));
expectError(fromObservable(wrongRequests, hosted.requestSender()));
