// Turns of the user whose transcription failed: the upstream heard them, so their sound is asked back before they are
// told as failed. A session that ends meanwhile tells nothing of them, and they are heard again by the next.

import type { Clock } from "../conversation/ports.ts";
import type { ClientEvent, RealtimeItem } from "./events.ts";
import { itemAudio } from "./model-items.ts";

/** A turn's minute comes as 4 MB of text; an upstream that has not sent it by then does not know how. */
export const RETRIEVE_TIMEOUT_MS = 5_000;
/** A longer turn is not asked back: it would come as one message of 19 MB, and an object has 128 MB. */
export const MAX_RETRIEVED_MS = 300_000;

interface Asked {
  itemId: string;
  code: string;
  callOff(): void;
}

export interface FailedTurnsWorld {
  send(event: ClientEvent): void;
  clock: Clock;
  /** The turn failed for good; with its sound, if the upstream gave it back. */
  failed(itemId: string, code: string, pcm: Uint8Array | undefined): void;
}

export class FailedTurns {
  readonly #world: FailedTurnsWorld;
  /** By the upstream's id. */
  readonly #asked = new Map<string, Asked>();

  constructor(world: FailedTurnsWorld) {
    this.#world = world;
  }

  /** Asks for the sound of a turn of `audioMs`. */
  ask(upstreamId: string, itemId: string, code: string, audioMs: number): void {
    if (this.#asked.has(upstreamId)) return;
    if (audioMs > MAX_RETRIEVED_MS) return this.#world.failed(itemId, code, undefined);
    const callOff = this.#world.clock.after(RETRIEVE_TIMEOUT_MS, () => this.#over(upstreamId, undefined));
    this.#asked.set(upstreamId, { itemId, code, callOff });
    this.#world.send({
      type: "conversation.item.retrieve",
      event_id: eventId(upstreamId),
      item_id: upstreamId,
    });
  }

  retrieved(item: RealtimeItem): void {
    this.#over(item.id, itemAudio(item));
  }

  /** An `error` event may mean one of our requests. */
  refused(refusedEventId: string | undefined): void {
    for (const upstreamId of this.#asked.keys()) {
      if (eventId(upstreamId) === refusedEventId) return this.#over(upstreamId, undefined);
    }
  }

  stop(): void {
    for (const { callOff } of this.#asked.values()) callOff();
    this.#asked.clear();
  }

  #over(upstreamId: string, pcm: Uint8Array | undefined): void {
    const asked = this.#asked.get(upstreamId);
    if (asked === undefined) return;
    this.#asked.delete(upstreamId);
    asked.callOff();
    this.#world.failed(asked.itemId, asked.code, pcm);
  }
}

function eventId(upstreamId: string): string {
  return `retrieve_${upstreamId}`;
}
