import { job } from "@job-orch/core";
import { serve } from "@job-orch/processes/worker";
import { HostReader, HostWriter } from "@job-orch/processes";
import { expectError, expectType } from "tsd";

const plain = job<string, number>()({ name: "plain", run: (text) => text.length });
const borrowing = job<string, number, { readonly limit: number }>()({
  name: "borrowing",
  run: (text, { limit }) => Math.min(text.length, limit),
});

expectType<void>(serve(plain));
serve([plain] as const);
serve(borrowing, () => ({ limit: 3 }));
serve(borrowing, async () => ({ limit: 3 }));

expectError(serve({ name: "no run" }));
expectError(serve(borrowing, () => ({ limit: "three" })));
expectError(serve(borrowing, { limit: 3 }));
expectError(new HostReader({ onHello: () => undefined }));
expectError(new HostWriter(() => undefined, ["tags"]));
