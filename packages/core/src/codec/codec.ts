export interface Codec { readonly name: string; readonly encode: (value: unknown) => Uint8Array; readonly decode: (bytes: Uint8Array) => unknown }
const encoder = new TextEncoder(); const decoder = new TextDecoder();
export const defaultCodec: Codec = { name: "json", encode: (v) => encoder.encode(JSON.stringify(v === undefined ? null : v)), decode: (b) => JSON.parse(decoder.decode(b)) };
