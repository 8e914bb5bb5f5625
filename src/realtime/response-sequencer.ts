// The one-response-at-a-time rule, without a socket: the API refuses a `response.create` while a response runs, a
// cancel may race the start of the response it means, and a failed response may end without ever having begun.
// Everything that wants an answer goes through here (rule RT4).

import type { AnswerRequest } from "../conversation/ports.ts";
import type { ClientEvent } from "./events.ts";

type State =
  | { at: "idle" }
  /** `response.create` is sent, its `response.created` has not come. */
  | { at: "requested"; eventId: string; request: AnswerRequest; cancelled: boolean }
  /** A response runs. Its id is undefined where we learnt of it only by a refusal. */
  | { at: "active"; responseId: string | undefined };

export class ResponseSequencer {
  readonly #send: (event: ClientEvent) => void;
  #state: State = { at: "idle" };
  #waiting: AnswerRequest | undefined;
  #count = 0;

  constructor(send: (event: ClientEvent) => void) {
    this.#send = send;
  }

  /** The running response, if one is. */
  get responseId(): string | undefined {
    return this.#state.at === "active" ? this.#state.responseId : undefined;
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
    this.#send({
      type: "response.create",
      event_id: eventId,
      // Named each time: a long text history can talk a session into answering in text.
      response: {
        output_modalities: ["audio"],
        ...(request.instructions === undefined ? {} : { instructions: request.instructions }),
      },
    });
  }

  /** Cancels what runs or is about to, and forgets what waits. */
  cancel(): void {
    this.#waiting = undefined;
    if (this.#state.at === "active") this.#cancelActive(this.#state.responseId);
    // The id is not known yet, and a cancel without one could hit the next response: it follows on `created`.
    else if (this.#state.at === "requested") this.#state.cancelled = true;
  }

  created(responseId: string): void {
    const cancelled = this.#state.at === "requested" && this.#state.cancelled;
    this.#state = { at: "active", responseId };
    if (cancelled) this.#cancelActive(responseId);
  }

  /**
   * A `response.done`. True when it ends what we asked for; false for a duplicate or a stranger, to be ignored.
   * While a create is unanswered any done ends it: quota and rate failures come without `response.created`.
   */
  done(responseId: string): boolean {
    if (this.#state.at === "idle") return false;
    if (this.#state.at === "active" && (this.#state.responseId ?? responseId) !== responseId) return false;
    this.#next();
    return true;
  }

  /** An `error` event with this `event_id`. True when it refused our create: no response will come of it. */
  refused(eventId: string | undefined, code: string | undefined): boolean {
    if (this.#state.at !== "requested" || this.#state.eventId !== eventId) return false;
    if (code === "conversation_already_has_active_response") {
      // Its end is still to come and will let this request go; until then nothing is lost.
      this.#waiting ??= this.#state.cancelled ? undefined : this.#state.request;
      this.#state = { at: "active", responseId: undefined };
      return false;
    }
    this.#next();
    return true;
  }

  #cancelActive(responseId: string | undefined): void {
    if (responseId !== undefined) this.#send({ type: "response.cancel", response_id: responseId });
  }

  #next(): void {
    this.#state = { at: "idle" };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.request(waiting);
  }
}
