import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import type {
  BatchReceive,
  GetCache,
  HostedProcessor,
  McReceive,
  MpSend,
  Processor,
  RequestMessage,
  ResponseMessage,
  Result,
  Run,
  RunContext,
  SendReceive,
} from "../src/index.ts";

interface Animal {
  readonly name: string;
}
interface Dog extends Animal {
  readonly breed: string;
}

// A sender of animals sends dogs; a sender of dogs does not send animals.
declare const animalSender: MpSend<Animal>;
declare const dogSender: MpSend<Dog>;
expectAssignable<MpSend<Dog>>(animalSender);
expectNotAssignable<MpSend<Animal>>(dogSender);

// A receiver of dogs receives animals; the other way round it does not.
declare const animalReceiver: McReceive<Animal>;
declare const dogReceiver: McReceive<Dog>;
expectAssignable<McReceive<Animal>>(dogReceiver);
expectNotAssignable<McReceive<Dog>>(animalReceiver);
declare const dogBatches: BatchReceive<Dog>;
expectAssignable<McReceive<Animal>>(dogBatches);
expectNotAssignable<BatchReceive<Dog>>(dogReceiver);

// Messages carry what is in them.
declare const dogRequest: RequestMessage<Dog>;
declare const animalRequest: RequestMessage<Animal>;
declare const dogResponse: ResponseMessage<Dog>;
declare const animalResponse: ResponseMessage<Animal>;
expectAssignable<RequestMessage<Animal>>(dogRequest);
expectNotAssignable<RequestMessage<Dog>>(animalRequest);
expectAssignable<ResponseMessage<Animal>>(dogResponse);
expectNotAssignable<ResponseMessage<Dog>>(animalResponse);
expectError((dogRequest.id = "other"));

// A job: takes less than it might, gives more than it must, needs less than it is given.
declare const job: Run<Animal, Dog, Animal>;
expectAssignable<Run<Dog, Animal, Dog>>(job);
expectNotAssignable<Run<object, Dog, Animal>>(job);
expectNotAssignable<Run<Animal, Dog & { readonly age: number }, Animal>>(job);
expectNotAssignable<Run<Animal, Dog, object>>(job);
expectAssignable<Run<Animal, Dog, void>>({ run: (animal: Animal) => ({ ...animal, breed: "none" }) });
expectAssignable<Run<Animal, Dog, void>>({ run: async (animal: Animal) => ({ ...animal, breed: "none" }) });
expectNotAssignable<Run<Animal, Dog, void>>({ run: (dog: Dog) => dog });
expectNotAssignable<Run<Animal, Dog, void>>({ run: (animal: Animal) => animal });

// A cache says `{ response }`: the response alone would make `undefined` a miss.
expectAssignable<GetCache<Animal, string>>({ getCache: () => ({ response: "known" }) });
expectAssignable<GetCache<Animal, string>>({ getCache: () => undefined });
expectAssignable<GetCache<Animal, undefined>>({ getCache: async () => ({ response: undefined }) });
expectNotAssignable<GetCache<Animal, string>>({ getCache: () => "known" });
expectNotAssignable<GetCache<Animal, string>>({ getCache: () => ({ response: 1 }) });
expectNotAssignable<GetCache<Animal, string>>({ getCache: (dog: Dog) => ({ response: dog.breed }) });

// A processor is all of that at once.
declare const processor: Processor<Animal, Dog, Animal>;
expectAssignable<Processor<Dog, Animal, Dog>>(processor);
expectNotAssignable<Processor<object, Dog, Animal>>(processor);
expectNotAssignable<Processor<Animal, Dog & { readonly age: number }, Animal>>(processor);
expectNotAssignable<Processor<Animal, Dog, void>>(processor);
declare const hosted: HostedProcessor<Animal, Dog>;
expectAssignable<Processor<Dog, Animal>>(hosted);
expectAssignable<HostedProcessor<Dog, Animal>>(hosted);
expectNotAssignable<HostedProcessor<object, Dog>>(hosted);
expectNotAssignable<HostedProcessor<Animal, Dog & { readonly age: number }>>(hosted);
expectAssignable<MpSend<RequestMessage<Dog>>>(hosted.requestSender());
expectNotAssignable<MpSend<RequestMessage<object>>>(hosted.requestSender());
expectType<Promise<BatchReceive<ResponseMessage<Dog>>>>(hosted.responseReceiver());

declare const calls: SendReceive<Animal, Dog>;
expectAssignable<SendReceive<Dog, Animal>>(calls);
expectNotAssignable<SendReceive<object, Animal>>(calls);
expectType<Promise<Result<Dog>>>(calls.sendReceive({ name: "Rex" }));
expectError(calls.sendReceive({ breed: "none" }));
expectError(calls.sendReceive({ name: "Rex" }, { timeout: 1 }));

// A result is one or the other.
declare const result: Result<Dog>;
if (result.ok) expectType<Dog>(result.value);
else expectType<Error>(result.error);
expectError(result.value);
expectError(result.error);

// What a job may know, it may not change.
declare const context: RunContext;
expectType<string>(context.id);
expectType<number>(context.attempt);
expectType<number | undefined>(context.deadline);
expectType<AbortSignal>(context.signal);
expectError((context.attempt = 2));
expectError((context.headers["tenant"] = "blue"));
expectError(context.log("loud", "message"));
