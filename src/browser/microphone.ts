// Permission, the capture worklet, frames out. A microphone that cannot be had is an answer, not an exception:
// the page goes on without it.

import type { AudioDevice } from "./audio-device.ts";
import { CAPTURE_PROCESSOR, type CaptureToPage, type PageToCapture } from "./worklets/port-messages.ts";

export type MicrophoneProblem =
  | "refused"
  | "missing"
  | "busy"
  | "unsupported"
  | "unplugged"
  | "broken"
  | "failed";

export interface MicrophoneListener {
  /** 40 ms at 24 kHz, to be given back with `recycle`. */
  onFrame(samples: ArrayBuffer): void;
  onLevel(level: number): void;
  /** The device went away, or its end of the audio thread failed. */
  onLost(problem: MicrophoneProblem): void;
  /** The system mutes the device, or does so no more: a switch on it, a phone call. */
  onSilent(isSilent: boolean): void;
}

/** The call's own view of it; tests have another. */
export interface MicrophonePort {
  /** Null when frames flow. */
  open(): Promise<MicrophoneProblem | null>;
  close(): void;
  recycle(samples: ArrayBuffer): void;
}

const CONSTRAINTS: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
};

interface OpenMicrophone {
  stream: MediaStream;
  source: MediaStreamAudioSourceNode;
  node: AudioWorkletNode;
  isSilent: boolean;
}

export class Microphone implements MicrophonePort {
  readonly #device: Pick<AudioDevice, "context" | "load">;
  readonly #listener: MicrophoneListener;
  #open: OpenMicrophone | null = null;
  /** Counts openings and closings, so that a permission given too late opens nothing. */
  #generation = 0;

  constructor(device: Pick<AudioDevice, "context" | "load">, listener: MicrophoneListener) {
    this.#device = device;
    this.#listener = listener;
  }

  async open(): Promise<MicrophoneProblem | null> {
    this.close();
    const generation = this.#generation;
    // Absent on a page that is not a secure context.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined || typeof AudioWorkletNode === "undefined") return "unsupported";
    let stream: MediaStream;
    try {
      stream = await devices.getUserMedia(CONSTRAINTS);
    } catch (error) {
      return problemOf(error);
    }
    try {
      await this.#device.load("capture");
      if (generation !== this.#generation) throw new Error("closed while opening");
      this.#connect(stream);
      return null;
    } catch {
      stopTracks(stream);
      return "failed";
    }
  }

  close(): void {
    this.#generation++;
    if (this.#open === null) return;
    const { stream, source, node, isSilent } = this.#open;
    this.#open = null;
    if (isSilent) this.#listener.onSilent(false);
    source.disconnect();
    node.port.postMessage({ type: "close" } satisfies PageToCapture, []);
    stopTracks(stream);
  }

  recycle(samples: ArrayBuffer): void {
    // A transferred buffer has no bytes left; then there is nothing to give back.
    if (samples.byteLength === 0) return;
    this.#open?.node.port.postMessage({ type: "recycle", samples } satisfies PageToCapture, [samples]);
  }

  #connect(stream: MediaStream): void {
    const { context } = this.#device;
    const source = context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(context, CAPTURE_PROCESSOR, {
      numberOfInputs: 1,
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    const generation = this.#generation;
    node.port.addEventListener("message", ({ data }) => {
      if (generation !== this.#generation) return;
      const message = data as CaptureToPage;
      if (message.type === "frame") this.#listener.onFrame(message.samples);
      else this.#listener.onLevel(message.level);
    });
    node.port.start();
    const lost = (problem: MicrophoneProblem) => (): void => {
      if (generation === this.#generation) this.#listener.onLost(problem);
    };
    node.addEventListener("processorerror", lost("broken"));
    const open: OpenMicrophone = { stream, source, node, isSilent: false };
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", lost("unplugged"));
      track.addEventListener("mute", () => this.#silent(open, true));
      track.addEventListener("unmute", () => this.#silent(open, false));
    }
    source.connect(node);
    this.#open = open;
    // A switch on the device may have been off before.
    if (stream.getAudioTracks().some(({ muted }) => muted)) this.#silent(open, true);
  }

  #silent(open: OpenMicrophone, isSilent: boolean): void {
    if (this.#open !== open || open.isSilent === isSilent) return;
    open.isSilent = isSilent;
    this.#listener.onSilent(isSilent);
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function problemOf(error: unknown): MicrophoneProblem {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}
