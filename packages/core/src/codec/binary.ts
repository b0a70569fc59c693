type View = ArrayBufferView;
type ViewClass = new (buffer: ArrayBuffer) => View;

/** The kinds of views, by the name of their class. Node 22 has no Float16Array. */
const VIEW_CLASSES: ReadonlyMap<string, ViewClass> = new Map(
  [
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "DataView",
  ].flatMap((name) => {
    const viewClass = (globalThis as Record<string, unknown>)[name];
    return typeof viewClass === "function" ? [[name, viewClass as ViewClass] as const] : [];
  }),
);

const NAMES: ReadonlyMap<unknown, string> = new Map(Array.from(VIEW_CLASSES, ([name, { prototype }]) => [prototype, name]));

/** How binary data is called in a tag; `undefined` for anything else. */
export function binaryName(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Buffer.prototype) return "Buffer";
  if (prototype === ArrayBuffer.prototype) return "ArrayBuffer";
  return NAMES.get(prototype);
}

/** The bytes that binary data shows, in base64. A view takes only its part of the buffer along. */
export function toBase64(value: ArrayBuffer | View): string {
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
}

/** Binary data from its tag; `undefined` when the two do not fit. */
export function fromBase64(name: string, base64: string): object | undefined {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") !== base64) return undefined; // Node skips what is not base64
  if (name === "Buffer") return bytes;
  const buffer = new Uint8Array(bytes).buffer; // its own memory, not the pool's
  if (name === "ArrayBuffer") return buffer;
  const viewClass = VIEW_CLASSES.get(name);
  const width = (viewClass as { readonly BYTES_PER_ELEMENT?: number } | undefined)?.BYTES_PER_ELEMENT ?? 1;
  return viewClass === undefined || buffer.byteLength % width !== 0 ? undefined : new viewClass(buffer);
}
