import { types } from "node:util";
import { EncodeError } from "../errors/errors.ts";
import { binaryName, toBase64 } from "./binary.ts";
import { formatPath, type PathStep } from "./format-path.ts";

/** What JSON says instead of a value it has no word for. `$` names the kind. */
interface Tag {
  readonly $: string;
  readonly v?: unknown;
}

/** Decimal text of longer ones takes time that grows faster than its length. */
const LARGEST_DECIMAL = 2n ** 256n;
/** Counting the keys of a large view makes a string for every element. */
const ELEMENTS_LOOKED_AT = 4_096;

/**
 * Writes a value as JSON with tags, or refuses it with the path to what cannot be carried.
 *
 * Shape: `{"$":"undefined"}`, `{"$":"hole"}`, `{"$":"number","v":"NaN"|"Infinity"|"-Infinity"|"-0"}`, `{"$":"bigint","v":"12"}`,
 *        `{"$":"date","v":ms|null}`, `{"$":"regexp","v":[source,flags,lastIndex]}`, `{"$":"url","v":href}`,
 *        `{"$":"map","v":[[key,value],…]}`, `{"$":"set","v":[…]}`, `{"$":"Uint8Array","v":base64}` and so on for every view;
 *        `{"$":"null","v":{…}}`: an object without prototype; `{"$":"object","v":{…}}`: one that has a field `$` itself;
 *        `{"$":"ref","v":n}`: the n-th object, counted as they begin in the text, once more.
 */
export class TaggedWriter {
  readonly #maxDepth: number;
  readonly #maxBytes: number;
  #charsLeft: number;
  readonly #seen = new Map<object, number>();
  readonly #path: PathStep[] = [];

  constructor(maxDepth: number, maxBytes: number) {
    this.#maxDepth = maxDepth;
    this.#maxBytes = maxBytes;
    this.#charsLeft = maxBytes;
  }

  /** Errors: `ERR_ENCODE`. */
  write(value: unknown): unknown {
    try {
      return this.#write(value);
    } catch (error) {
      if (error instanceof EncodeError) throw error;
      throw this.#refusal(error instanceof RangeError ? "it is too deep for this engine's stack" : "reading it throws");
    }
  }

  #write(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        this.#spend(value.length);
        return value;
      case "number":
        return this.#number(value);
      case "boolean":
        return value;
      case "undefined":
        return this.#tag("undefined");
      case "bigint":
        return this.#tag("bigint", bigintText(value));
      case "object":
        return value === null ? null : this.#reference(value);
      case "function":
      case "symbol":
        throw this.#refusal(`it is a ${typeof value}`);
    }
  }

  #number(value: number): unknown {
    if (Object.is(value, -0)) return this.#tag("number", "-0");
    return Number.isFinite(value) ? value : this.#tag("number", String(value));
  }

  #reference(value: object): unknown {
    const known = this.#seen.get(value);
    if (known !== undefined) return this.#tag("ref", known);
    if (types.isProxy(value)) throw this.#refusal("it is a Proxy, which may show every reader something else");
    if (this.#path.length >= this.#maxDepth) throw this.#refusal(`it is nested deeper than ${this.#maxDepth} levels`);
    this.#seen.set(value, this.#seen.size);
    this.#spend(2);
    if (Array.isArray(value)) return this.#list(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return Object.hasOwn(value, "$") ? this.#tag("object", this.#fields(value)) : this.#fields(value);
    if (prototype === null) return this.#tag("null", this.#fields(value));
    return this.#builtIn(value, prototype);
  }

  #fields(value: object): Record<string, unknown> {
    const written: Record<string, unknown> = {};
    for (const key of Reflect.ownKeys(value)) {
      this.#path.push(key);
      if (typeof key === "symbol") throw this.#refusal("its key is a symbol");
      if (key === "__proto__") throw this.#refusal("a field of this name would change the prototype of copies");
      this.#spend(key.length + 3);
      written[key] = this.#write(this.#field(value, key));
      this.#path.pop();
    }
    return written;
  }

  #field(value: object, key: PropertyKey): unknown {
    const field = Object.getOwnPropertyDescriptor(value, key);
    if (field === undefined) throw this.#refusal("it vanished while it was read");
    if (field.enumerable !== true) throw this.#refusal("it is not enumerable");
    if ("value" in field) return field.value;
    const read: unknown = field.get?.call(value);
    if (field.get === undefined) throw this.#refusal("it can be set but not read");
    if (!Object.is(read, field.get.call(value))) throw this.#refusal("it is an accessor that answers twice in two ways");
    return read;
  }

  #list(value: readonly unknown[]): unknown[] {
    if (Object.getPrototypeOf(value) !== Array.prototype) throw this.#refusal(`it is a ${className(value)}, not a plain list`);
    if (value.length > this.#charsLeft) throw this.#tooLarge();
    const written: unknown[] = [];
    let elements = 0;
    for (let index = 0; index < value.length; index++) {
      if (!Object.hasOwn(value, index)) {
        written.push(this.#tag("hole"));
        continue;
      }
      this.#path.push(index);
      written.push(this.#write(this.#field(value, index)));
      this.#path.pop();
      this.#spend(1);
      elements++;
    }
    this.#refuseFields(value, elements + 1); // its `length` is one
    return written;
  }

  #builtIn(value: object, prototype: unknown): Tag {
    if (prototype === Date.prototype) {
      this.#refuseFields(value, 0);
      const ms = Date.prototype.getTime.call(value);
      return this.#tag("date", Number.isNaN(ms) ? null : ms);
    }
    if (prototype === Map.prototype) return this.#map(value as ReadonlyMap<unknown, unknown>);
    if (prototype === Set.prototype) return this.#set(value as ReadonlySet<unknown>);
    if (prototype === RegExp.prototype) return this.#regexp(value as RegExp);
    if (prototype === URL.prototype) return this.#url(value);
    const name = binaryName(value);
    if (name !== undefined) return this.#binary(name, value as ArrayBuffer | ArrayBufferView);
    throw this.#refusal(value instanceof Error ? "it is an Error: throw it, or send what it says" : `it is a ${className(value)}`);
  }

  #map(value: ReadonlyMap<unknown, unknown>): Tag {
    this.#refuseFields(value, 0);
    const written: (readonly unknown[])[] = [];
    for (const [key, entry] of Map.prototype.entries.call(value)) {
      this.#path.push({ call: `get(${shown(key)})` });
      written.push([this.#write(key), this.#write(entry)]);
      this.#path.pop();
    }
    return this.#tag("map", written);
  }

  #set(value: ReadonlySet<unknown>): Tag {
    this.#refuseFields(value, 0);
    const written: unknown[] = [];
    for (const member of Set.prototype.values.call(value)) {
      this.#path.push({ call: `member(${written.length})` });
      written.push(this.#write(member));
      this.#path.pop();
    }
    return this.#tag("set", written);
  }

  #regexp(value: RegExp): Tag {
    this.#refuseFields(value, 1); // its `lastIndex` is one
    const { lastIndex } = value;
    if (!Number.isSafeInteger(lastIndex) || Object.is(lastIndex, -0)) throw this.#refusal("its lastIndex is not a position");
    const source = String(Reflect.get(RegExp.prototype, "source", value));
    const flags = String(Reflect.get(RegExp.prototype, "flags", value));
    this.#spend(source.length);
    return this.#tag("regexp", [source, flags, lastIndex]);
  }

  #url(value: object): Tag {
    this.#refuseFields(value, 0);
    const href = String(Reflect.get(URL.prototype, "href", value));
    if (URL.parse(href)?.href !== href) throw this.#refusal("its text reads as another URL");
    return this.#tag("url", href);
  }

  #binary(name: string, value: ArrayBuffer | ArrayBufferView): Tag {
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
    if (!types.isArrayBuffer(buffer)) throw this.#refusal("its memory is shared with other threads");
    if (buffer.resizable) throw this.#refusal("its memory is resizable");
    this.#spend(Math.ceil(value.byteLength / 3) * 4);
    const length = "length" in value ? Number(value.length) : 0;
    if (length <= ELEMENTS_LOOKED_AT) this.#refuseFields(value, length);
    return this.#tag(name, toBase64(value));
  }

  /** Fields that somebody hung onto a built-in object would be lost. */
  #refuseFields(value: object, own: number): void {
    const keys = Reflect.ownKeys(value);
    if (keys.length === own) return;
    const extra = keys.find((key) => typeof key === "symbol" || !/^(?:\d+|length|lastIndex)$/.test(key));
    if (extra !== undefined) this.#path.push(extra);
    throw this.#refusal("it is a field of its own on a built-in object");
  }

  #tag(name: string, v?: unknown): Tag {
    this.#spend(name.length + 8 + (typeof v === "string" ? v.length : 0));
    return v === undefined ? { $: name } : { $: name, v };
  }

  #spend(chars: number): void {
    this.#charsLeft -= chars;
    if (this.#charsLeft < 0) throw this.#tooLarge();
  }

  #tooLarge(): EncodeError {
    return this.#refusal(`with it the value takes more than the limit of ${this.#maxBytes} bytes`);
  }

  #refusal(why: string): EncodeError {
    return new EncodeError(formatPath(this.#path), why);
  }
}

function shown(key: unknown): string {
  return typeof key === "string" ? JSON.stringify(key.slice(0, 60)) : typeof key === "number" ? String(key) : `a ${typeof key}`;
}

function bigintText(value: bigint): string {
  if (value < LARGEST_DECIMAL && value > -LARGEST_DECIMAL) return value.toString();
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

function className(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  const name: unknown = typeof constructor === "function" ? constructor.name : undefined;
  return typeof name === "string" && name !== "" ? `class instance (${name})` : "class instance";
}
