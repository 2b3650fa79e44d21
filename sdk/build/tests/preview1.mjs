// The adapter for WASI preview 1, run in another engine: its imports are written here, its answers compared
// with the specification. `node preview1.mjs preview1.wasm`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const BADF = 8;
const INVAL = 28;
const IO = 29;
const SPIPE = 70;
const NOTCAPABLE = 76;
const BEGINNING = 1767225600000000000n;

const module = await WebAssembly.compile(await readFile(process.argv[2]));

/** A fresh instance, its memory, and what it printed. */
async function start({ pages = 1, refuses = false } = {}) {
  const memory = new WebAssembly.Memory({ initial: pages });
  const said = { 1: "", 2: "" };
  const opened = [];
  const open = (handle) => () => (opened.push(handle), handle);
  const instance = await WebAssembly.instantiate(module, {
    env: { memory },
    "wasi:cli/stdout@0.2.0": { "get-stdout": open(1) },
    "wasi:cli/stderr@0.2.0": { "get-stderr": open(2) },
    "wasi:cli/exit@0.2.0": {
      exit: (failed) => {
        throw new Error(`exit ${failed}`);
      },
    },
    "wasi:io/streams@0.2.0": {
      "[method]output-stream.blocking-write-and-flush": (stream, bytes, length, result) => {
        said[stream] += new TextDecoder().decode(new Uint8Array(memory.buffer, bytes, length));
        // The largest answer that the canonical ABI may write: `err(last-operation-failed(...))`.
        new Uint8Array(memory.buffer, result, 12).fill(0xee);
        new Uint8Array(memory.buffer)[result] = refuses ? 1 : 0;
      },
    },
  });
  return { ...instance.exports, said, opened, memory, view: new DataView(memory.buffer) };
}

/** Puts texts into the memory from 4096 on, and their places at 1024. */
function parts({ memory, view }, texts) {
  let place = 4096;
  texts.forEach((text, index) => {
    const bytes = new TextEncoder().encode(text);
    new Uint8Array(memory.buffer, place).set(bytes);
    view.setUint32(1024 + 8 * index, place, true);
    view.setUint32(1028 + 8 * index, bytes.length, true);
    place += bytes.length;
  });
}

test("what is printed goes to its stream, and the first bytes of the memory stay", async () => {
  const guest = await start();
  const first = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
  new Uint8Array(guest.memory.buffer).set(first);
  parts(guest, ["", "größe ", "rest"]);
  assert.equal(guest.fd_write(1, 1024, 3, 2048), 0);
  assert.equal(guest.view.getUint32(2048, true), 8);
  assert.equal(guest.fd_write(2, 1040, 1, 2048), 0);
  assert.equal(guest.fd_write(1, 1040, 1, 2048), 0);
  assert.deepEqual(guest.said, { 1: "größe rest", 2: "rest" });
  assert.deepEqual(guest.opened, [1, 2]);
  assert.deepEqual(new Uint8Array(guest.memory.buffer, 0, 16), first);
});

test("one write takes what one call of WASI 0.2 takes", async () => {
  const guest = await start();
  parts(guest, ["x".repeat(5000)]);
  assert.equal(guest.fd_write(1, 1024, 1, 2048), 0);
  assert.equal(guest.view.getUint32(2048, true), 4096);
  assert.equal(guest.said[1].length, 4096);
});

test("a write of nothing writes nothing, and a host that refuses is an error of input or output", async () => {
  const guest = await start({ refuses: true });
  parts(guest, ["", ""]);
  guest.view.setUint32(2048, 7, true);
  assert.equal(guest.fd_write(1, 1024, 2, 2048), 0);
  assert.equal(guest.view.getUint32(2048, true), 0);
  assert.equal(guest.fd_write(1, 1024, 0, 2048), 0);
  parts(guest, ["x"]);
  assert.equal(guest.fd_write(1, 1024, 1, 2048), IO);
});

test("only the standard streams are open", async () => {
  const guest = await start();
  for (const fd of [0, 3, -1, 0x7fffffff, -0x80000000]) {
    assert.equal(guest.fd_write(fd, 1024, 1, 2048), BADF, `fd_write ${fd}`);
  }
  for (const fd of [1, 2, 3, -1]) {
    assert.equal(guest.fd_read(fd, 1024, 1, 2048), BADF, `fd_read ${fd}`);
  }
  for (const fd of [3, -1]) {
    assert.equal(guest.fd_fdstat_get(fd, 64), BADF);
    assert.equal(guest.fd_filestat_get(fd, 64), BADF);
    assert.equal(guest.fd_close(fd), BADF);
    assert.equal(guest.fd_seek(fd, 0n, 0, 64), BADF);
  }
  assert.equal(guest.fd_prestat_get(3, 64), BADF);
});

test("input is at its end", async () => {
  const guest = await start();
  guest.view.setUint32(2048, 7, true);
  assert.equal(guest.fd_read(0, 1024, 1, 2048), 0);
  assert.equal(guest.view.getUint32(2048, true), 0);
});

test("the streams are terminals: character devices that cannot be sought in", async () => {
  const guest = await start();
  for (const [fd, rights] of [[0, 2n], [1, 64n], [2, 64n]]) {
    new Uint8Array(guest.memory.buffer, 64, 64).fill(0xee);
    assert.equal(guest.fd_fdstat_get(fd, 64), 0);
    assert.equal(guest.view.getUint8(64), 2);
    assert.equal(guest.view.getUint16(66, true), 0);
    assert.equal(guest.view.getBigUint64(72, true), rights);
    assert.equal(guest.view.getBigUint64(80, true), 0n);
    assert.equal(guest.view.getUint8(88), 0xee);
    new Uint8Array(guest.memory.buffer, 64, 80).fill(0xee);
    assert.equal(guest.fd_filestat_get(fd, 64), 0);
    assert.equal(guest.view.getUint8(80), 2);
    assert.equal(guest.view.getBigUint64(96, true), 0n);
    assert.equal(guest.view.getUint8(128), 0xee);
    assert.equal(guest.fd_seek(fd, 0n, 0, 64), SPIPE);
    assert.equal(guest.fd_tell(fd, 64), SPIPE);
    assert.equal(guest.fd_close(fd), 0);
    assert.equal(guest.fd_fdstat_set_flags(fd, 0), 0);
  }
});

test("there are no arguments, no environment and no paths", async () => {
  const guest = await start();
  for (const sizes of [guest.args_sizes_get, guest.environ_sizes_get]) {
    new Uint8Array(guest.memory.buffer, 64, 8).fill(0xee);
    assert.equal(sizes(64, 68), 0);
    assert.equal(guest.view.getBigUint64(64, true), 0n);
  }
  assert.equal(guest.args_get(64, 68), 0);
  assert.equal(guest.environ_get(64, 68), 0);
  assert.equal(guest.path_open(3, 0, 64, 1, 0, 0n, 0n, 0, 68), NOTCAPABLE);
});

test("the clock counts its readings, and every instance begins alike", async () => {
  for (let round = 0; round < 2; round++) {
    const guest = await start();
    for (const [reading, clock] of [0, 1, 2, 3].entries()) {
      assert.equal(guest.clock_time_get(clock, 0n, 64), 0);
      assert.equal(guest.view.getBigUint64(64, true), BEGINNING + 1000n * BigInt(reading + 1));
    }
    assert.equal(guest.clock_res_get(0, 64), 0);
    assert.equal(guest.view.getBigUint64(64, true), 1000n);
    assert.equal(guest.clock_time_get(4, 0n, 64), INVAL);
    assert.equal(guest.clock_res_get(-1, 64), INVAL);
  }
});

/** A wait for a clock at `place`. */
function wait({ view }, place, userdata, timeout, absolute) {
  view.setBigUint64(place, userdata, true);
  view.setUint8(place + 8, 0);
  view.setBigUint64(place + 24, timeout, true);
  view.setUint16(place + 40, absolute ? 1 : 0, true);
}

test("sleeping returns at once and moves the clock", async () => {
  const guest = await start();
  const now = () => (guest.clock_time_get(1, 0n, 64), guest.view.getBigUint64(64, true) - BEGINNING);
  wait(guest, 1024, 5n, 2_000_000_000n, false);
  wait(guest, 1072, 6n, BEGINNING + 1_000_000_000n, true);
  guest.view.setUint8(1120 + 8, 1);
  new Uint8Array(guest.memory.buffer, 2048, 96).fill(0xee);
  assert.equal(guest.poll_oneoff(1024, 2048, 3, 4000), 0);
  assert.equal(guest.view.getUint32(4000, true), 3);
  for (const [index, userdata, type] of [[0, 5n, 0], [1, 6n, 0], [2, 0n, 1]]) {
    const event = 2048 + 32 * index;
    assert.equal(guest.view.getBigUint64(event, true), userdata);
    assert.equal(guest.view.getUint16(event + 8, true), 0);
    assert.equal(guest.view.getUint8(event + 10), type);
    assert.equal(guest.view.getBigUint64(event + 16, true), 0n);
  }
  assert.equal(now(), 2_000_001_000n);
  wait(guest, 1024, 5n, 0xffff_ffff_ffff_ffffn, false);
  assert.equal(guest.poll_oneoff(1024, 2048, 1, 4000), 0);
  assert.ok(now() >= 2_000_002_000n, "the clock never goes back");
  assert.equal(guest.poll_oneoff(1024, 2048, 0, 4000), INVAL);
});

test("random bytes are the same in every instance, and differ from each other", async () => {
  const draw = async () => {
    const guest = await start();
    new Uint8Array(guest.memory.buffer, 1024, 80).fill(0);
    assert.equal(guest.random_get(1024, 64), 0);
    return new Uint8Array(guest.memory.buffer.slice(1024, 1024 + 80));
  };
  const [one, two] = [await draw(), await draw()];
  assert.deepEqual(one, two);
  assert.ok(new Set(one.slice(0, 64)).size > 40);
  assert.deepEqual(one.slice(64), new Uint8Array(16));
});

test("exit says whether it failed, and never comes back", async () => {
  const guest = await start();
  assert.throws(() => guest.proc_exit(0), /exit 0/);
  assert.throws(() => guest.proc_exit(3), /exit 1/);
});
