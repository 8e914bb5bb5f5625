// The user's side of a session: audio comes in, turns come out. Obeys the session's turn detection, or the client's
// commits when there is none.

import type { Silero } from "../vad/silero.ts";
import { TurnDetector } from "../vad/turn-detector.ts";
import type { TurnEvent, TurnSettings } from "../vad/turn-detector.ts";
import { commitTooShort } from "../wire/errors.ts";
import { newId } from "../wire/ids.ts";
import type { TurnDetection } from "../wire/session-object.ts";
import { InputAudio } from "./input-audio.ts";
import type { Emit } from "./output-item.ts";

const SHORTEST_COMMIT_MS = 100;

/** Semantic detection waits for the silence that its eagerness stands for; it does not weigh the words. */
const EAGERNESS_SILENCE_MS = { low: 2000, medium: 1000, auto: 1000, high: 500 } as const;
const SEMANTIC_THRESHOLD = 0.5;
const SEMANTIC_PADDING_MS = 300;

interface Ports {
  readonly emit: Emit;
  detection(): TurnDetection | null;
  /** A turn became the audio of a user item. */
  onTurn(itemId: string, samples: Int16Array): void;
  /** Detection ended a turn and the session wants an answer. */
  onAnswerDue(): void;
  /** Detection heard somebody begin and the session wants the response to stop. */
  onInterruption(): void;
}

export class TurnTaking {
  readonly #ports: Ports;
  readonly #audio = new InputAudio();
  readonly #detector: TurnDetector;
  #wasDetecting = false;
  /** The id announced by `speech_started`, and where the turn begins. */
  #announced: { readonly itemId: string; readonly startMs: number } | undefined;

  constructor(model: Silero, ports: Ports) {
    this.#ports = ports;
    this.#detector = new TurnDetector(model);
  }

  get heardMs(): number {
    return this.#audio.clockMs;
  }

  /** Audio lost to the caps of the buffer. */
  get droppedMs(): number {
    return this.#audio.droppedMs;
  }

  append(samples: Int16Array): void {
    const detection = this.#ports.detection();
    // Detection that was just switched on begins with the audio that follows.
    if (detection && !this.#wasDetecting) this.#detector.reset(this.#audio.clockMs);
    if (!detection) this.#announced = undefined;
    this.#wasDetecting = detection !== null;
    this.#audio.append(samples);
    if (detection) {
      for (const event of this.#detector.push(samples, settingsOf(detection))) this.#follow(event, detection);
    }
    this.#audio.trim(detection !== null && !this.#detector.speaking);
  }

  /** The client's commit: all of the buffer. Throws a `WireError` when it is too short. */
  commit(): void {
    const { bufferedMs, startMs, clockMs } = this.#audio;
    if (bufferedMs < SHORTEST_COMMIT_MS) throw commitTooShort(bufferedMs);
    const itemId = this.#announced?.itemId ?? newId("item");
    this.#announced = undefined;
    this.#detector.endTurn(clockMs);
    this.#ports.onTurn(itemId, this.#audio.take(startMs, clockMs));
  }

  clear(): void {
    this.#announced = undefined;
    this.#audio.clear();
    this.#detector.endTurn(this.#audio.clockMs);
    this.#ports.emit("input_audio_buffer.cleared", {});
  }

  #follow(event: TurnEvent, detection: TurnDetection): void {
    const { emit } = this.#ports;
    if (event.kind === "started") {
      const itemId = newId("item");
      this.#announced = { itemId, startMs: event.startMs };
      emit("input_audio_buffer.speech_started", { audio_start_ms: event.startMs, item_id: itemId });
      if (detection.interrupt_response) this.#ports.onInterruption();
      return;
    }
    const { itemId, startMs } = this.#announced ?? { itemId: newId("item"), startMs: this.#audio.startMs };
    this.#announced = undefined;
    emit("input_audio_buffer.speech_stopped", { audio_end_ms: event.endMs, item_id: itemId });
    this.#ports.onTurn(itemId, this.#audio.take(startMs, event.endMs));
    if (detection.create_response) this.#ports.onAnswerDue();
  }
}

function settingsOf(detection: TurnDetection): TurnSettings {
  if (detection.type === "server_vad") {
    return {
      threshold: detection.threshold,
      prefixPaddingMs: detection.prefix_padding_ms,
      silenceDurationMs: detection.silence_duration_ms,
    };
  }
  return {
    threshold: SEMANTIC_THRESHOLD,
    prefixPaddingMs: SEMANTIC_PADDING_MS,
    silenceDurationMs: EAGERNESS_SILENCE_MS[detection.eagerness],
  };
}
