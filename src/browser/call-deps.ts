// What a call needs of the world around it; tests have another world.

import type { CallStatus } from "./call-status.ts";
import type { Clock } from "./clock.ts";
import type { ConversationApi } from "./conversation-api.ts";
import type { ConversationMemory } from "./conversation-memory.ts";
import type { MicrophonePort } from "./microphone.ts";
import type { Uplink } from "./outgoing-audio.ts";
import type { ConversationSocket, SocketListener } from "./socket.ts";
import type { SpeakerPort } from "./speaker.ts";
import type { Transcript } from "./transcript.ts";

export type CallSocket = Pick<ConversationSocket, "open" | "close" | "nudge" | keyof Uplink>;

export interface CallDeps {
  api: ConversationApi;
  memory: ConversationMemory;
  microphone: MicrophonePort;
  speaker: SpeakerPort;
  transcript: Transcript;
  socket(listener: SocketListener): CallSocket;
  clock: Clock;
  /** What `hello` names the microphone's stream. */
  streamId: string;
  newId(): string;
  onChange(status: CallStatus): void;
  /** A typed turn that never got through goes back to where it was typed. */
  onTextReturned(text: string): void;
}
