// The one-response-at-a-time rule, without a socket: the API refuses a `response.create` while a response runs, a
// cancel may race the start of the response it means, and a failed response may end without ever having begun.
// Everything that wants an answer goes through here (rule RT4).

import type { AnswerRequest } from "../conversation/ports.ts";
import type { ClientEvent } from "./events.ts";

type State =
  | { at: "idle" }
  /** `response.create` is sent, its `response.created` has not come. */
  | { at: "requested"; eventId: string; request: AnswerRequest; cancelled: boolean }
  /** Refused because a response runs that we did not ask for; our request goes out when that one ends. */
  | { at: "blocked"; request: AnswerRequest }
  | { at: "active"; responseId: string };

export class ResponseSequencer {
  readonly #send: (event: ClientEvent) => void;
  #state: State = { at: "idle" };
  #waiting: AnswerRequest | undefined;
  /** The response that ended last: its duplicate end must not be taken for the end of the next. */
  #endedId: string | undefined;
  #count = 0;

  constructor(send: (event: ClientEvent) => void) {
    this.#send = send;
  }

  get busy(): boolean {
    return this.#state.at !== "idle";
  }

  /** Sends `response.create` now, or when the running response is done; asked twice meanwhile, the later one counts. */
  request(request: AnswerRequest): void {
    if (this.#state.at !== "idle") {
      this.#waiting = request;
      return;
    }
    const eventId = `create_${++this.#count}`;
    this.#state = { at: "requested", eventId, request, cancelled: false };
    // The modality is named each time: a long text history can talk a session into answering in text.
    const instructions = request.instructions === undefined ? {} : { instructions: request.instructions };
    this.#send({
      type: "response.create",
      event_id: eventId,
      response: {
        output_modalities: ["audio"],
        ...instructions,
        ...(request.tools === false ? { tool_choice: "none" } : {}),
      },
    });
  }

  /**
   * Cancels what runs or is about to, and forgets what waits. True when that was all there was: no end will come of
   * a request that had not gone out.
   */
  cancel(): boolean {
    this.#waiting = undefined;
    switch (this.#state.at) {
      case "active":
        this.#send({ type: "response.cancel", response_id: this.#state.responseId });
        return false;
      case "requested":
        // The id is not known yet, and a cancel without one could hit the next response: it follows on `created`.
        this.#state.cancelled = true;
        return false;
      case "blocked":
        this.#state = { at: "idle" };
        return true;
      case "idle":
        return true;
    }
  }

  created(responseId: string): void {
    const cancelled = this.#state.at === "requested" && this.#state.cancelled;
    this.#state = { at: "active", responseId };
    if (cancelled) this.#send({ type: "response.cancel", response_id: responseId });
  }

  /**
   * A `response.done`. True when it ends what we asked for; false for a duplicate or a stranger, to be ignored.
   * While a create is unanswered any fresh done ends it: quota and rate failures come without `response.created`.
   */
  done(responseId: string): boolean {
    if (responseId === this.#endedId) return false;
    switch (this.#state.at) {
      case "idle":
        return false;
      case "active":
        if (this.#state.responseId !== responseId) return false;
        break;
      case "blocked": {
        this.#endedId = responseId;
        const { request } = this.#state;
        this.#state = { at: "idle" };
        this.request(request);
        return false;
      }
      case "requested":
        break;
    }
    this.#endedId = responseId;
    this.#next();
    return true;
  }

  /** An `error` event. True when it refused our create for good: no response will come of it. */
  refused(eventId: string | undefined, code: string | undefined): boolean {
    if (this.#state.at !== "requested") return false;
    // This one often comes without the event's id, and can mean nothing but our create.
    if (code === "conversation_already_has_active_response") {
      const { cancelled, request } = this.#state;
      this.#state = cancelled ? { at: "idle" } : { at: "blocked", request };
      return cancelled;
    }
    if (this.#state.eventId !== eventId) return false;
    this.#next();
    return true;
  }

  #next(): void {
    this.#state = { at: "idle" };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.request(waiting);
  }
}
