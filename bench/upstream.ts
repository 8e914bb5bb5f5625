// A Realtime server that does nothing but carry audio: acknowledges the settings, opens one endless answer, notes
// when each microphone frame arrived, and sends deltas when told. Frames carry their time of departure.

import type { WebSocket } from "ws";

export class ScriptedUpstream {
  readonly #socket: WebSocket;
  readonly latenciesMs: number[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#send({ type: "session.created", session: { id: "sess_bench" } });
    socket.on("message", (data: Buffer) => this.#event(data.toString()));
  }

  /** One delta of `bytes` of audio. */
  sendDelta(bytes: number): void {
    const audio = Buffer.alloc(bytes);
    audio.writeDoubleLE(performance.now(), 0);
    this.#send({
      type: "response.output_audio.delta",
      response_id: "resp_1",
      item_id: "item_1",
      delta: audio.toString("base64"),
    });
  }

  #event(text: string): void {
    if (text.startsWith('{"type":"input_audio_buffer.append"')) {
      const sentAt = Buffer.from(text.slice(text.indexOf('"audio":"') + 9, -2), "base64").readDoubleLE(0);
      this.latenciesMs.push(performance.now() - sentAt);
      return;
    }
    const { type } = JSON.parse(text) as { type: string };
    if (type === "session.update") this.#send({ type: "session.updated", session: { id: "sess_bench" } });
    if (type === "response.create") {
      this.#send({ type: "response.created", response: { id: "resp_1", status: "in_progress" } });
      this.#send({
        type: "response.output_item.added",
        response_id: "resp_1",
        item: { id: "item_1", type: "message" },
      });
    }
  }

  #send(event: object): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(event));
  }
}
