// The user's side of a session: audio comes in, turns come out. Obeys the session's turn detection, or the client's
// commits when there is none.

import type { Silero } from "../vad/silero.ts";
import { TurnDetector } from "../vad/turn-detector.ts";
import type { TurnEvent, TurnSettings } from "../vad/turn-detector.ts";
import { commitTooShort } from "../wire/errors.ts";
import { newId } from "../wire/ids.ts";
import type { TurnDetection } from "../wire/session-object.ts";
import { IdleTimeout } from "./idle-timeout.ts";
import { InputAudio } from "./input-audio.ts";
import type { Emit } from "./output-item.ts";
import { FINISHED_SILENCE_MS, LONGEST_WAIT_MS, soundsFinished } from "./semantic-end.ts";

const SHORTEST_COMMIT_MS = 100;
/** Semantic detection has no settings for these. */
const SEMANTIC_THRESHOLD = 0.5;
const SEMANTIC_PADDING_MS = 300;

interface Ports {
  readonly emit: Emit;
  detection(): TurnDetection | null;
  /** The words in a turn that may be over, for `semantic_vad`. */
  wordsIn(samples: Int16Array): Promise<string>;
  /** A turn became the audio of a user item. */
  onTurn(itemId: string, samples: Int16Array): void;
  /** Detection ended a turn and the session wants an answer. */
  onAnswerDue(): void;
  /** Detection heard somebody begin and the session wants the response to stop. */
  onInterruption(): void;
  /** Nobody spoke for as long as the session waits. */
  onIdle(itemId: string, samples: Int16Array): void;
}

/** A turn announced by `speech_started`. */
interface Turn {
  readonly itemId: string;
  readonly startMs: number;
  /** It fell silent in the middle of a sentence: it ends here unless somebody goes on. */
  endsAtMs: number | undefined;
}

export class TurnTaking {
  readonly #ports: Ports;
  readonly #audio = new InputAudio();
  readonly #idle = new IdleTimeout();
  readonly #detector: TurnDetector;
  #wasDetecting = false;
  #turn: Turn | undefined;

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

  /** Takes audio. A promise when what it ended has to be understood first; the next audio waits for it. */
  append(samples: Int16Array): void | Promise<void> {
    const detection = this.#ports.detection();
    // Detection that was just switched on begins with the audio that follows.
    if (detection && !this.#wasDetecting) this.#detector.reset(this.#audio.clockMs);
    if (!detection) this.#turn = undefined;
    this.#wasDetecting = detection !== null;
    this.#audio.append(samples);
    if (!detection) {
      this.#audio.trim(false);
      return undefined;
    }
    const events = this.#detector.push(samples, settingsOf(detection));
    if (detection.type === "semantic_vad" && events.some(({ kind }) => kind === "stopped")) {
      return this.#followAll(events, detection);
    }
    for (const event of events) this.#follow(event, detection);
    this.#settle(detection);
    return undefined;
  }

  /** The client's commit: all of the buffer. Throws a `WireError` when it is too short. */
  commit(): void {
    const { bufferedMs, startMs, clockMs } = this.#audio;
    if (bufferedMs < SHORTEST_COMMIT_MS) throw commitTooShort(bufferedMs);
    const itemId = this.#turn?.itemId ?? newId("item");
    this.#turn = undefined;
    this.#detector.endTurn(clockMs);
    this.#ports.onTurn(itemId, this.#audio.take(startMs, clockMs));
  }

  clear(): void {
    this.#turn = undefined;
    this.#audio.clear();
    this.#detector.endTurn(this.#audio.clockMs);
    this.#ports.emit("input_audio_buffer.cleared", {});
  }

  responseStarted(): void {
    this.#idle.disarm();
  }

  /** A response ended whose playback goes on until about this time of the session's audio. */
  responseEnded(playedMs: number): void {
    if (!this.#turn) this.#idle.answered(Math.max(playedMs, this.#audio.clockMs));
  }

  async #followAll(events: readonly TurnEvent[], detection: TurnDetection): Promise<void> {
    for (const event of events) {
      if (event.kind === "stopped" && detection.type === "semantic_vad") await this.#pause(event, detection);
      else this.#follow(event, detection);
    }
    this.#settle(detection);
  }

  #follow(event: TurnEvent, detection: TurnDetection): void {
    if (event.kind === "stopped") return this.#end(event.endMs, detection);
    this.#idle.disarm();
    if (this.#turn) {
      // Somebody went on after a pause.
      this.#turn.endsAtMs = undefined;
      return;
    }
    const itemId = newId("item");
    this.#turn = { itemId, startMs: event.startMs, endsAtMs: undefined };
    this.#ports.emit("input_audio_buffer.speech_started", {
      audio_start_ms: event.startMs,
      item_id: itemId,
    });
    if (detection.interrupt_response) this.#ports.onInterruption();
  }

  /** A turn fell silent: it ends if it sounds finished, otherwise it is given time. */
  async #pause({ endMs }: { readonly endMs: number }, detection: TurnDetection): Promise<void> {
    const turn = this.#turn;
    if (!turn || detection.type !== "semantic_vad") return;
    const { eagerness } = detection;
    const words = await this.#ports.wordsIn(this.#audio.peek(turn.startMs, endMs));
    if (this.#turn !== turn) return;
    if (soundsFinished(words)) this.#end(endMs, detection);
    else turn.endsAtMs = endMs - FINISHED_SILENCE_MS[eagerness] + LONGEST_WAIT_MS[eagerness];
  }

  #end(endMs: number, detection: TurnDetection): void {
    const { itemId, startMs } = this.#turn ?? { itemId: newId("item"), startMs: this.#audio.startMs };
    this.#turn = undefined;
    this.#ports.emit("input_audio_buffer.speech_stopped", { audio_end_ms: endMs, item_id: itemId });
    this.#ports.onTurn(itemId, this.#audio.take(startMs, endMs));
    if (detection.create_response) this.#ports.onAnswerDue();
  }

  /** After audio was taken: what silence alone brings about, and the caps. */
  #settle(detection: TurnDetection): void {
    const { clockMs } = this.#audio;
    const endsAtMs = this.#turn?.endsAtMs;
    if (endsAtMs !== undefined && clockMs >= endsAtMs) this.#end(Math.round(endsAtMs), detection);
    const timeoutMs = detection.type === "server_vad" ? detection.idle_timeout_ms : null;
    const since = timeoutMs === null || this.#turn ? undefined : this.#idle.due(clockMs, timeoutMs);
    if (since !== undefined) {
      const itemId = newId("item");
      const [startMs, endMs] = [Math.round(since), Math.round(clockMs)];
      this.#ports.emit("input_audio_buffer.timeout_triggered", {
        audio_start_ms: startMs,
        audio_end_ms: endMs,
        item_id: itemId,
      });
      this.#ports.onIdle(itemId, this.#audio.take(startMs, endMs));
      if (detection.create_response) this.#ports.onAnswerDue();
    }
    this.#audio.trim(this.#turn === undefined && !this.#detector.speaking);
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
    silenceDurationMs: FINISHED_SILENCE_MS[detection.eagerness],
  };
}
