// The user's turns as one session hears them: announced, committed, written down or not. What they mean for the talk
// is the conversation's business.

import type { Clock, ModelListener } from "../conversation/ports.ts";
import type { ClientEvent, ServerEvent } from "./events.ts";
import { FailedTurns } from "./failed-turns.ts";
import type { SessionItems } from "./session-items.ts";
import { TurnAudio } from "./turn-audio.ts";
import { transcriptionUsageTotals } from "./usage.ts";

export type UserTurnEvent = Extract<
  ServerEvent,
  {
    type:
      | "input_audio_buffer.speech_started"
      | "input_audio_buffer.speech_stopped"
      | "input_audio_buffer.committed"
      | "input_audio_buffer.cleared"
      | "conversation.item.input_audio_transcription.delta"
      | "conversation.item.input_audio_transcription.completed"
      | "conversation.item.input_audio_transcription.failed"
      | "conversation.item.retrieved";
  }
>;

export interface UserTurnsWorld {
  items: SessionItems;
  listener: ModelListener;
  send(event: ClientEvent): void;
  clock: Clock;
  /** The model whose price list counts, absent where the upstream is not the provider itself. */
  pricedModel: string | undefined;
}

export class UserTurns {
  /** How much audio the upstream was sent, and how much of it is whose turn. */
  readonly audio = new TurnAudio();
  readonly #world: UserTurnsWorld;
  readonly #failed: FailedTurns;

  constructor(world: UserTurnsWorld) {
    this.#world = world;
    this.#failed = new FailedTurns({
      send: (event) => world.send(event),
      clock: world.clock,
      failed: (itemId, code, pcm) => {
        const sound = pcm === undefined ? {} : { pcm };
        world.listener.event({ type: "user_transcript_failed", itemId, code, ...sound });
      },
    });
  }

  event(event: UserTurnEvent): void {
    const { items, listener } = this.#world;
    switch (event.type) {
      case "input_audio_buffer.speech_started": {
        const itemId = items.foundUser(event.item_id);
        this.audio.started(itemId, event.audio_start_ms);
        return listener.event({ type: "speech_started", itemId, startMs: event.audio_start_ms });
      }
      case "input_audio_buffer.speech_stopped": {
        const itemId = items.foundUser(event.item_id);
        this.audio.stopped(itemId, event.audio_end_ms);
        return listener.event({ type: "speech_stopped", itemId, endMs: event.audio_end_ms });
      }
      case "input_audio_buffer.committed": {
        const itemId = items.foundUser(event.item_id);
        return listener.event({ type: "user_turn", itemId, audioMs: this.audio.committed(itemId) });
      }
      case "input_audio_buffer.cleared":
        return this.audio.cleared();
      case "conversation.item.retrieved":
        return this.#failed.retrieved(event.item);
      default:
        return this.#transcription(event);
    }
  }

  /** An `error` event, which may have refused a request of ours. */
  refused(eventId: string | undefined): void {
    this.#failed.refused(eventId);
  }

  stop(): void {
    this.#failed.stop();
  }

  #transcription(
    event: Extract<UserTurnEvent, { type: `conversation.item.input_audio_transcription.${string}` }>,
  ): void {
    const { items, listener, pricedModel } = this.#world;
    const itemId = items.ours(event.item_id);
    if (itemId === undefined) return;
    switch (event.type) {
      case "conversation.item.input_audio_transcription.delta":
        return listener.event({ type: "user_caption", itemId, delta: event.delta });
      case "conversation.item.input_audio_transcription.completed": {
        const usage = transcriptionUsageTotals(event.usage, pricedModel, this.audio.ms(itemId));
        this.audio.forget(itemId);
        return listener.event({ type: "user_transcript", itemId, text: event.transcript.trim(), usage });
      }
      case "conversation.item.input_audio_transcription.failed": {
        const audioMs = this.audio.ms(itemId);
        this.audio.forget(itemId);
        return this.#failed.ask(event.item_id, itemId, event.error?.code ?? "none", audioMs);
      }
    }
  }
}
