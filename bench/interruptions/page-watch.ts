// What a page does while it is spoken to, by its own audio clock: when the microphone sounds, what the player is told,
// when the conversation says what, and how long the way there and back is. Everything here runs in the page.

/** Times are seconds of the audio context's clock. */
export interface PageEvent {
  atS: number;
  what:
    /** The microphone sounds after a silence, or something was typed. */
    | "onset"
    /** What the player is told. */
    | "begin"
    | "hold"
    | "resume"
    | "flush"
    /** The conversation shows a turn of the user: the model heard speech. */
    | "speech"
    /** The answer to a ping; `ms` is the way there and back. */
    | "pong";
  itemId?: string;
  ms?: number;
}

/** The end of what left the player before a moment. */
export interface LastSound {
  /** By the device's clock, the one after the last sample that is not zero. */
  endFrame: number;
  /** The samples before it. */
  samples: number[];
}

interface World {
  tap: { context: AudioContext; chunks: { frame: number; samples: Float32Array }[] };
  events: PageEvent[];
  /** Tells the bench that the microphone sounds. */
  onset(): void;
}

/** Put into the page before the microphone is opened. */
export function watchPage({ ping, pingEveryMs }: { ping: string; pingEveryMs: number }): void {
  /** As in the test of PG36: louder than this is no silence. */
  const SOUND = 0.01;
  /** Longer than a pause in a sentence. */
  const SILENCE_S = 1;
  const world = globalThis as unknown as World;
  const { context } = world.tap;
  world.events = [];
  const note = (event: Omit<PageEvent, "atS">, atS = context.currentTime): void =>
    void world.events.push({ atS, ...event });

  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    const ear = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
    let loudS = -SILENCE_S;
    ear.port.addEventListener("message", ({ data }) => {
      const { frame, samples } = data as { frame: number; samples: Float32Array };
      const at = samples.findIndex((sample) => Math.abs(sample) > SOUND);
      if (at === -1) return;
      const atS = (frame + at) / context.sampleRate;
      if (atS - loudS >= SILENCE_S) {
        note({ what: "onset" }, atS);
        world.onset();
      }
      loudS = atS;
    });
    ear.port.start();
    context.createMediaStreamSource(stream).connect(ear);
    return stream;
  };

  // oxlint-disable-next-line typescript/unbound-method -- called with its port below
  const post = MessagePort.prototype.postMessage as (this: MessagePort, ...message: unknown[]) => void;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...message: unknown[]) {
    const { type, itemId } = message[0] as { type?: string; itemId?: string };
    if (type === "begin") note({ what: type, itemId: itemId! });
    if (type === "hold" || type === "resume" || type === "flush") note({ what: type });
    post.call(this, ...message);
  } as never;

  let isWatched = false;
  let pingedMs = 0;
  const watchSocket = (socket: WebSocket): void => {
    isWatched = true;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data !== "string") return;
      const message = JSON.parse(data) as { type: string; item?: { role: string; status: string } };
      if (message.type === "pong" && pingedMs > 0) {
        note({ what: "pong", ms: performance.now() - pingedMs });
        pingedMs = 0;
      }
      if (message.item?.role === "user" && message.item.status === "in_progress") note({ what: "speech" });
    });
    setInterval(() => {
      if (pingedMs > 0) return;
      pingedMs = performance.now();
      socket.send(ping);
    }, pingEveryMs);
  };
  // oxlint-disable-next-line typescript/unbound-method -- called with its socket below
  const send = WebSocket.prototype.send as (this: WebSocket, data: unknown) => void;
  WebSocket.prototype.send = function (this: WebSocket, data: unknown) {
    if (!isWatched) watchSocket(this);
    if (typeof data === "string" && data.includes('"type":"text"')) note({ what: "onset" });
    send.call(this, data);
  } as never;
}

export function pageEvents(): { events: PageEvent[]; rateHz: number; latencyMs: number } {
  const { events, tap } = globalThis as unknown as World;
  const { baseLatency, outputLatency, sampleRate } = tap.context;
  return { events, rateHz: sampleRate, latencyMs: (baseLatency + (outputLatency || 0)) * 1000 };
}

/** The last sound that left the player until `untilS`, `lengthS` of it; silence of an underrun counts as zeros. */
export function lastSound({ untilS, lengthS }: { untilS: number; lengthS: number }): LastSound {
  const { tap } = globalThis as unknown as World;
  const rateHz = tap.context.sampleRate;
  const until = untilS * rateHz;
  const index = tap.chunks.findLastIndex(({ frame }) => frame <= until);
  const last = tap.chunks[index];
  if (last === undefined) return { endFrame: 0, samples: [] };
  const endFrame = last.frame + last.samples.findLastIndex((sample) => sample !== 0) + 1;
  const samples = Array.from({ length: Math.round(lengthS * rateHz) }, () => 0);
  const from = endFrame - samples.length;
  for (let at = index; at >= 0; at--) {
    const chunk = tap.chunks[at]!;
    if (chunk.frame + chunk.samples.length <= from) break;
    for (const [offset, sample] of chunk.samples.entries()) {
      const place = chunk.frame + offset - from;
      if (place >= 0 && place < samples.length) samples[place] = sample;
    }
  }
  return { endFrame, samples };
}
