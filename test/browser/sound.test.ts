// The page's sound where the browser holds it back, or has none.

import { afterEach, expect, test, vi } from "vitest";
import { AudioDevice, START_WAIT_MS } from "../../src/browser/audio-device.ts";
import { Microphone } from "../../src/browser/microphone.ts";
import { Speaker } from "../../src/browser/speaker.ts";
import { startTalking } from "./support-call.ts";
import { manualClock } from "./support-clock.ts";

afterEach(() => void vi.unstubAllGlobals());

class FakeContext extends EventTarget {
  state = "suspended";
  resumes = 0;
  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
  resume(): Promise<void> {
    this.resumes++;
    return Promise.resolve();
  }
}

function startDevice() {
  const clock = manualClock();
  const context = new FakeContext();
  const said: boolean[] = [];
  const create = (): AudioContext => context as unknown as AudioContext;
  const device = new AudioDevice({ create, clock, onPaused: (isPaused) => said.push(isPaused) });
  return { device, clock, context, said };
}

test("PG31: a context that the browser does not let run is said, and so is that it runs", () => {
  const { device, clock, context, said } = startDevice();
  device.unlock();
  expect(said).toEqual([]);
  clock.pass(START_WAIT_MS);
  expect(said).toEqual([true]);
  device.unlockAgain();
  expect(context.resumes).toBe(2);
  context.become("running");
  expect(said).toEqual([true, false]);
});

test("PG31: a phone call in the middle is said; a context that starts at once, or blinks, is no news", () => {
  const { device, clock, context, said } = startDevice();
  device.unlock();
  context.become("running");
  context.become("suspended");
  clock.pass(START_WAIT_MS / 2);
  context.become("running");
  clock.pass(START_WAIT_MS);
  expect(said).toEqual([]);
  context.become("interrupted");
  clock.pass(START_WAIT_MS);
  expect(said).toEqual([true]);
});

test("PG40: a context that stops is asked to go on, once each time, and again when a device comes or goes", () => {
  const { device, context } = startDevice();
  device.unlock();
  expect(context.resumes).toBe(1);
  context.become("running");
  context.become("suspended");
  expect(context.resumes).toBe(2);
  context.become("interrupted");
  expect(context.resumes).toBe(3);
  device.unlockAgain();
  expect(context.resumes).toBe(4);
  context.become("running");
  device.unlockAgain();
  expect(context.resumes).toBe(4);
});

test("PG31: paused sound is a notice whose retry asks the browser, and it goes away by itself", async () => {
  const { call, done, receive } = await startTalking();
  call.notices.soundPaused(true);
  expect(call.status.notice).toEqual({ text: "Sound is paused. Tap to go on.", retry: "sound" });
  call.notices.soundPaused(false);
  expect(call.status.notice).toBeNull();
  call.notices.soundPaused(true);
  done.length = 0;
  await call.retry();
  expect(done).toEqual(["prepare"]);
  receive({ type: "error", code: "answer_failed", message: "That answer failed.", retryable: true });
  call.notices.soundPaused(false);
  expect(call.status.notice).not.toBeNull();
});

test("PG31: a microphone the system mutes is said until it is heard again; one that breaks ends the talking", async () => {
  const { call, world, types } = await startTalking();
  call.notices.microphoneSilent(true);
  expect(call.status.notice).not.toBeNull();
  call.notices.microphoneSilent(false);
  expect(call.status.notice).toBeNull();
  call.onMicrophoneLost("broken");
  expect(world.isMicrophoneOpen).toBe(false);
  expect(call.status.notice).toMatchObject({ retry: "microphone" });
  expect(types().at(-1)).toBe("stop");
});

class FakeNode extends EventTarget {
  port = { addEventListener: () => {}, start: () => {}, postMessage: () => {} };
  connect(): void {}
  disconnect(): void {}
}

class FakeTrack extends EventTarget {
  muted = false;
  stop(): void {}
}

/** An open microphone, and the nodes and the track it is made of. */
async function openMicrophone() {
  const nodes: FakeNode[] = [];
  const track = new FakeTrack();
  const stream = { getTracks: () => [track], getAudioTracks: () => [track] };
  vi.stubGlobal("AudioWorkletNode", fakeNodeClass(nodes));
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: async () => stream } });
  const said: string[] = [];
  const context = { createMediaStreamSource: () => new FakeNode() } as unknown as AudioContext;
  const microphone = new Microphone(
    { context, load: async () => {} },
    {
      onFrame: () => {},
      onLevel: () => {},
      onLost: (problem) => said.push(problem),
      onSilent: (isSilent) => said.push(isSilent ? "silent" : "heard"),
    },
  );
  expect(await microphone.open()).toBeNull();
  return { microphone, track, node: nodes[0]!, said };
}

function fakeNodeClass(nodes: FakeNode[]): typeof FakeNode {
  return class extends FakeNode {
    constructor() {
      super();
      nodes.push(this);
    }
  };
}

test("PG31: a track that is muted, unmuted, or closed meanwhile is told once each", async () => {
  const { microphone, track, said } = await openMicrophone();
  for (const type of ["mute", "mute", "unmute", "mute"]) track.dispatchEvent(new Event(type));
  expect(said).toEqual(["silent", "heard", "silent"]);
  microphone.close();
  expect(said).toEqual(["silent", "heard", "silent", "heard"]);
  for (const type of ["mute", "ended"]) track.dispatchEvent(new Event(type));
  expect(said).toHaveLength(4);
});

test("PG31: a track that ends and a capture worklet that throws are told apart", async () => {
  const first = await openMicrophone();
  first.track.dispatchEvent(new Event("ended"));
  expect(first.said).toEqual(["unplugged"]);
  const second = await openMicrophone();
  second.node.dispatchEvent(new Event("processorerror"));
  expect(second.said).toEqual(["broken"]);
});

test("PG32: a playback worklet that throws is said, and the next gesture gets a new one", async () => {
  const nodes: FakeNode[] = [];
  vi.stubGlobal("AudioWorkletNode", fakeNodeClass(nodes));
  const { speaker, failures } = startSpeaker({ unlock: () => {}, load: () => Promise.resolve() });
  speaker.prepare();
  await new Promise((resolve) => setImmediate(resolve));
  nodes[0]!.dispatchEvent(new Event("processorerror"));
  speaker.push(new ArrayBuffer(1920));
  await new Promise((resolve) => setImmediate(resolve));
  expect([failures(), nodes.length]).toEqual([1, 1]);
  speaker.prepare();
  await new Promise((resolve) => setImmediate(resolve));
  expect([failures(), nodes.length]).toEqual([1, 2]);
});

function startSpeaker(device: { unlock(): void; load(): Promise<void> }) {
  let failures = 0;
  const speaker = new Speaker(
    { ...device, context: {} as AudioContext, latencyMs: 0 },
    { onPlayed: () => {}, onLevel: () => {}, onCounters: () => {}, onFailed: () => void failures++ },
  );
  return { speaker, failures: () => failures };
}

test("PG32: a browser without sound is said once, and neither typing nor frames break on it", async () => {
  const load = vi.fn<() => Promise<void>>(() => Promise.reject(new Error("no sound")));
  const { speaker, failures } = startSpeaker({
    unlock: () => {
      throw new Error("no sound");
    },
    load,
  });
  for (let gesture = 0; gesture < 3; gesture++) speaker.prepare();
  speaker.begin("a", 0);
  for (let frame = 0; frame < 50; frame++) speaker.push(new ArrayBuffer(1920));
  await Promise.resolve();
  expect(failures()).toBe(1);
  expect(load).not.toHaveBeenCalled();
});

test("PG32: a worklet that cannot be loaded is tried again at a gesture, not at each frame", async () => {
  const load = vi.fn<() => Promise<void>>(() => Promise.reject(new Error("404")));
  const { speaker, failures } = startSpeaker({ unlock: () => {}, load });
  for (let frame = 0; frame < 50; frame++) {
    speaker.push(new ArrayBuffer(1920));
    // oxlint-disable-next-line no-await-in-loop -- each frame comes after the last one failed
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(load).toHaveBeenCalledTimes(1);
  speaker.prepare();
  await new Promise((resolve) => setImmediate(resolve));
  expect(load).toHaveBeenCalledTimes(2);
  expect(failures()).toBe(1);
});
