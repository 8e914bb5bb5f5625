// The few names of AudioWorkletGlobalScope the shells use. TypeScript's own libraries do not have this scope,
// and the page's DOM types would let a worklet name `document`.

interface AudioPort {
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  /** Without it a port that has no `onmessage` keeps its messages to itself. */
  start(): void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

declare class AudioWorkletProcessor {
  readonly port: AudioPort;
}

declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions?: unknown }) => AudioWorkletProcessor & {
    process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
  },
): void;

declare const sampleRate: number;
