// Speech for a test of the Worker: the local model is asked to say the words, through the dial the Worker uses.

import { dialRealtime } from "../../src/realtime/dial.ts";

const PROVIDER = "https://api.openai.com/v1/realtime?model=gpt-realtime-2.1";
/** One microphone frame. */
const FRAME_BYTES = 1920;
/** So much silence on both sides of the words: turn detection needs the end, and hears the beginning better. */
const SILENCE_BYTES = 48_000;

/** The words as a voice says them, in PCM16 at 24 kHz. */
export async function spoken(words: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const { promise: isDone, resolve: done } = Promise.withResolvers<void>();
  const message = (text: string) => {
    const event = JSON.parse(text) as { type: string; delta?: string };
    if (event.type === "response.output_audio.delta") pieces.push(Uint8Array.fromBase64(event.delta!));
    if (event.type === "response.done") done();
  };
  const socket = await dialRealtime(PROVIDER, "test-key", { message, closed: () => done() });
  const instructions = `Say exactly: "${words}"`;
  socket.send(JSON.stringify({ type: "response.create", response: { instructions } }));
  await isDone;
  socket.close(1000, "");
  const silence = new Uint8Array(SILENCE_BYTES);
  return joined([silence, ...pieces, silence]);
}

/** The same in frames as a page sends them. */
export function frames(pcm: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let at = 0; at < pcm.byteLength; at += FRAME_BYTES) all.push(pcm.slice(at, at + FRAME_BYTES));
  return all;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
