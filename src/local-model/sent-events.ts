// What the server sends, made visible to whoever watches in the same process: every frame that leaves, in whatever
// session, after every layer that could still change it. Costs nothing while nobody subscribes.

import { channel } from "node:diagnostics_channel";
import { WebSocket } from "ws";

/** Publishes each server event as JSON text. */
export const SENT_EVENTS = channel("parley.local-model.sent");

type Send = WebSocket["send"];

/** The server's end of a connection. */
export class PublishingWebSocket extends WebSocket {
  override readonly send: Send = (data: Parameters<Send>[0], ...rest: unknown[]) => {
    // The base class tells its optional arguments apart by their types; they pass through as they are.
    super.send(data, ...(rest as []));
    if (SENT_EVENTS.hasSubscribers && typeof data === "string") SENT_EVENTS.publish(data);
  };
}
