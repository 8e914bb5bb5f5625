// What one session knows of the conversation's items: which id of ours is which of the upstream's, what it knows as
// text only, in which order they stand, and the client events that create, cut and remove them (rules RT5, RT10, RT11).

import type { ModelItem, NewId } from "../conversation/ports.ts";
import type { ClientEvent } from "./events.ts";
import { ItemIds } from "./item-ids.ts";
import { ItemOrder } from "./item-order.ts";
import { toRealtimeItem } from "./model-items.ts";

export class SessionItems {
  readonly #send: (event: ClientEvent) => void;
  readonly #newId: NewId;
  readonly #ids = new ItemIds();
  readonly #callIds = new Map<string, string>();
  readonly #upstreamCalls = new Set<string>();
  /** Items of ours that this session knows as text. */
  readonly #texts = new Set<string>();
  readonly #order = new ItemOrder();
  /** Items to delete when the running response is done. */
  readonly #removals: string[] = [];

  constructor(send: (event: ClientEvent) => void, newId: NewId) {
    this.#send = send;
    this.#newId = newId;
  }

  /** Our id of an upstream item; undefined for one we do not know, or no longer. */
  ours(upstreamId: string): string | undefined {
    return this.#ids.ours(upstreamId);
  }

  /** An item the upstream made: gets an id of ours. */
  found(upstreamId: string): string {
    const id = this.#newId("item");
    this.#ids.pair(id, upstreamId);
    return id;
  }

  /** A user item is announced by `speech_started`, or first seen at its commit. */
  foundUser(upstreamId: string): string {
    return this.ours(upstreamId) ?? this.found(upstreamId);
  }

  /**
   * A call the upstream made: gets an id of ours, under which its output will come back. Undefined for one that was
   * told before: a call runs once.
   */
  foundCall(upstreamCallId: string | null | undefined): string | undefined {
    if (upstreamCallId && this.#upstreamCalls.has(upstreamCallId)) return undefined;
    const callId = this.#newId("call");
    if (upstreamCallId) {
      this.#upstreamCalls.add(upstreamCallId);
      this.#callIds.set(callId, upstreamCallId);
    }
    return callId;
  }

  create(item: ModelItem, eventId?: string): void {
    this.#ids.pair(item.id, item.id);
    if (item.kind === "message") this.#texts.add(item.id);
    const callId = "callId" in item ? (this.#callIds.get(item.callId) ?? item.callId) : "";
    this.#send({
      type: "conversation.item.create",
      ...(eventId === undefined ? {} : { event_id: eventId }),
      item: toRealtimeItem(item, callId),
    });
  }

  cut(id: string, heardMs: number, text: string): void {
    const upstream = this.#ids.upstream(id);
    if (upstream === undefined) return;
    if (this.#texts.has(id)) return this.#replaceText(id, upstream, text);
    this.#send({
      type: "conversation.item.truncate",
      item_id: upstream,
      content_index: 0,
      audio_end_ms: heardMs,
    });
  }

  /** Deleted under a running response an item could come back with its `done`: then it waits for `responseDone`. */
  remove(id: string, responseRuns: boolean): void {
    const upstream = this.#ids.upstream(id);
    if (upstream === undefined) return;
    this.#ids.forget(id);
    if (responseRuns) this.#removals.push(upstream);
    else this.#send({ type: "conversation.item.delete", item_id: upstream });
  }

  responseDone(): void {
    for (const itemId of this.#removals.splice(0)) {
      this.#send({ type: "conversation.item.delete", item_id: itemId });
    }
  }

  /** The upstream says where an item stands. */
  added(upstreamId: string, previous: string | null | undefined): void {
    this.#order.added(upstreamId, previous);
  }

  deleted(upstreamId: string): void {
    this.#order.removed(upstreamId);
  }

  /** An item that was told as text has no audio to truncate: its heard part takes its place. */
  #replaceText(id: string, upstream: string, text: string): void {
    const previous = this.#order.before(upstream) ?? "root";
    this.#send({ type: "conversation.item.delete", item_id: upstream });
    const newUpstream = this.#newId("item");
    this.#ids.forget(id);
    this.#ids.pair(id, newUpstream);
    const item = toRealtimeItem({ kind: "message", id: newUpstream, role: "assistant", text }, "");
    this.#send({ type: "conversation.item.create", previous_item_id: previous, item });
  }
}
