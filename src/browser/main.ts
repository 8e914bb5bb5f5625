// Composition of the page; nothing else.

import { AudioDevice } from "./audio-device.ts";
import { Call } from "./call.ts";
import { isHeard } from "./call-status.ts";
import { browserClock } from "./clock.ts";
import { httpApi } from "./conversation-api.ts";
import { browserMemory } from "./conversation-memory.ts";
import { Meters } from "./meters.ts";
import { Microphone } from "./microphone.ts";
import { ConversationSocket } from "./socket.ts";
import { Speaker } from "./speaker.ts";
import { Transcript } from "./transcript.ts";
import { TranscriptView } from "./transcript-view.ts";
import { View } from "./view.ts";

const device = new AudioDevice({
  create: () => new AudioContext({ latencyHint: "interactive" }),
  clock: browserClock,
  onPaused: (isPaused) => call.notices.soundPaused(isPaused),
});
const meters = new Meters();

const microphone = new Microphone(device, {
  onFrame: (samples) => call.onMicrophoneFrame(samples),
  onLevel: (level) => meters.show("microphone", isHeard(call.status) ? level : 0),
  onLost: (problem) => call.onMicrophoneLost(problem),
  onSilent: (isSilent) => call.notices.microphoneSilent(isSilent),
});

const speaker = new Speaker(device, {
  onPlayed: (report) => call.onPlayed(report),
  onLevel: (level) => {
    meters.show("speaker", level);
    call.onSpeakerLevel(level);
  },
  onCounters: (counters) => view.renderCounters(counters),
  onFailed: () => call.notices.speakerFailed(),
});

const transcriptView = new TranscriptView({
  onApproval: (callId, approved) => call.approve(callId, approved),
  onEarlier: () => void call.showEarlier(),
});
const transcript: Transcript = new Transcript((change) => transcriptView.change(transcript, change));

const view = new View({
  onTalk: () => void call.toggleTalk(),
  press: {
    begin: () => void call.press.begin(),
    end: () => call.press.end(),
    cancel: () => call.press.cancel(),
  },
  onPolicy: (policy) => call.choosePolicy(policy),
  onEchoTest: () => void call.testEcho(),
  onMute: () => call.toggleMute(),
  onInterrupt: () => call.interrupt(),
  onText: (text) => call.typeText(text),
  onStartOver: () => void call.startOver(),
  onRetry: () => void call.retry(),
  onDismiss: () => call.notices.clear(),
});

/** One stream and one name for it per page load: a count that begins at 0 must not meet an older one. */
const streamId = newId();

const call: Call = new Call({
  api: httpApi,
  memory: browserMemory(() => localStorage),
  microphone,
  speaker,
  transcript,
  socket: (listener) =>
    new ConversationSocket(
      {
        dial: (url, protocols) => new WebSocket(url, protocols),
        socketUrl,
        clock: browserClock,
        random: Math.random,
        hello: { type: "hello", pageId: newId(), streamId },
      },
      listener,
    ),
  clock: browserClock,
  streamId,
  newId,
  onChange: (status) => {
    view.render(status);
    if (status.microphone.is !== "on") meters.show("microphone", 0);
  },
  onTextReturned: (text) => view.returnText(text),
});

/** On the page's own host, whatever address the conversation was created under. */
function socketUrl(conversationId: string): string {
  const url = new URL(`/api/conversations/${encodeURIComponent(conversationId)}/socket`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** 32 hex digits. Not `randomUUID`, which plain http does not have. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

// Absent on a page that is not a secure context.
const devices = navigator.mediaDevices as MediaDevices | undefined;
devices?.addEventListener("devicechange", () => device.unlockAgain());
addEventListener("online", () => call.nudge());
addEventListener("pageshow", () => call.nudge());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  call.nudge();
  // After a phone call some browsers give the sound back only when asked.
  device.unlockAgain();
});
for (const gesture of ["pointerdown", "keydown"]) {
  addEventListener(gesture, () => device.unlockAgain(), { capture: true, passive: true });
}

call.resume();
