import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor, route } from "../../src/index.ts";

type Shape =
  | { readonly kind: "circle"; readonly radius: number }
  | { readonly kind: "square"; readonly side: number }
  | { readonly kind: "oval" };

const transport = memory();
const parse = processor(defineJob({ name: "parse", run: (text: string) => JSON.parse(text) as Shape }), { transport });
const circle = processor(defineJob({ name: "circle", run: ({ radius }: { readonly radius: number }) => radius * 3 }), { transport });
const square = processor(defineJob({ name: "square", run: ({ side }: { readonly side: number }) => side * side }), { transport });

pipe(parse, route("kind", { circle, square }));
