import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import {
  BufferPool, bufferPool, byteRing, ByteRingReader, ByteRingWriter, type PooledBuffer, RecordQueue, recordQueue, recordRing, RecordRingReader,
  RecordRingWriter, type WaitOptions,
} from "../src/index.ts"; // prettier-ignore

// Rings.
expectType<SharedArrayBuffer>(byteRing(64));
expectType<boolean>(new ByteRingWriter(byteRing(64)).write(new Uint8Array(1)));
expectType<Uint8Array | undefined>(new ByteRingReader(byteRing(64)).read());
expectType<Promise<boolean>>(new ByteRingReader(byteRing(64)).wait({ timeoutMs: 1, signal: AbortSignal.timeout(1) }));
expectError(byteRing("64"));
expectError(new ByteRingReader(new ArrayBuffer(64)));
expectError(new ByteRingWriter(byteRing(64)).write("text"));
expectError(new ByteRingWriter(byteRing(64)).waitSync());
expectError(new ByteRingReader(byteRing(64)).drain((message: string) => void message));

// Records.
const records = recordRing({ records: 4, recordBytes: 8 });
expectType<boolean>(new RecordRingReader(records).read(new Uint8Array(8)));
expectType<number>(new RecordRingWriter(records).recordBytes);
expectError(recordRing({ records: 4 }));
expectError(new RecordRingReader(records).read());
expectType<Promise<boolean>>(new RecordQueue(recordQueue({ records: 4, recordBytes: 8 })).popLater(new Uint8Array(8)));
expectError(new RecordQueue(recordQueue({ records: 4, recordBytes: 8 })).push(8));

// A pool.
const pool = new BufferPool(bufferPool({ buffers: 2, bytes: 16_384 }), { whenExhausted: "allocate" });
expectType<PooledBuffer>(pool.take());
expectType<Promise<PooledBuffer>>(pool.takeLater());
expectError(new BufferPool(bufferPool({ buffers: 2, bytes: 16_384 }), { whenExhausted: "wait" }));
expectError(pool.give(new Uint8Array(1)));
expectError(((buffer: PooledBuffer) => (buffer.slot = 1))(pool.take()));
expectAssignable<WaitOptions>({});
expectNotAssignable<WaitOptions>({ timeoutMs: "1" });
