// The one-response rule, without a socket.

import { describe, expect, test } from "vitest";
import { ResponseSequencer } from "../../src/realtime/response-sequencer.ts";
import type { ClientEvent } from "../../src/realtime/events.ts";

function sequencer() {
  const sent: ClientEvent[] = [];
  return {
    sent,
    types: () => sent.map((event) => event.type),
    it: new ResponseSequencer((event) => sent.push(event)),
  };
}

describe("the response sequencer", () => {
  test("RT4 a second request follows the end of the first, and several become one", () => {
    const { it, types } = sequencer();
    it.request({});
    it.created("r1");
    it.request({});
    it.request({});
    expect(types()).toEqual(["response.create"]);
    expect(it.done("r1")).toBe(true);
    expect(types()).toEqual(["response.create", "response.create"]);
  });

  test("RT4 a cancel carries the id, also when the response had not begun yet", () => {
    const { it, sent } = sequencer();
    it.request({});
    it.cancel();
    expect(sent).toHaveLength(1);
    it.created("r1");
    expect(sent[1]).toEqual({ type: "response.cancel", response_id: "r1" });
  });

  test("RT4 a cancel forgets the request that waits", () => {
    const { it, types } = sequencer();
    it.request({});
    it.created("r1");
    it.request({});
    it.cancel();
    it.done("r1");
    expect(types()).toEqual(["response.create", "response.cancel"]);
    expect(it.busy).toBe(false);
  });

  test("RT4 a failure without a start ends the request; its duplicate changes nothing", () => {
    const { it } = sequencer();
    it.request({});
    expect(it.done("r9")).toBe(true);
    expect(it.done("r9")).toBe(false);
    expect(it.busy).toBe(false);
  });

  test("RT4 the end of another response is not ours", () => {
    const { it } = sequencer();
    it.request({});
    it.created("r1");
    expect(it.done("r0")).toBe(false);
    expect(it.busy).toBe(true);
  });

  test("RT4 refused because one is active, the request goes out when that one ends", () => {
    const { it, types, sent } = sequencer();
    it.request({ instructions: "again" });
    const { event_id: eventId } = sent[0] as { event_id: string };
    expect(it.refused(eventId, "conversation_already_has_active_response")).toBe(false);
    expect(it.done("unknown")).toBe(false);
    expect(types()).toEqual(["response.create", "response.create"]);
    expect(sent[1]).toMatchObject({ response: { instructions: "again" } });
  });

  test("RT4 the same refusal without an event id means our create too", () => {
    const { it, types } = sequencer();
    it.request({});
    expect(it.refused(undefined, "conversation_already_has_active_response")).toBe(false);
    it.done("unknown");
    expect(types()).toEqual(["response.create", "response.create"]);
  });

  test("RT4 a cancel of a request that had not gone out is the end of it", () => {
    const { it, types } = sequencer();
    it.request({});
    it.refused(undefined, "conversation_already_has_active_response");
    expect(it.cancel()).toBe(true);
    it.done("unknown");
    expect(types()).toEqual(["response.create"]);
  });

  test("RT4 the duplicate end of the last response does not end the next", () => {
    const { it } = sequencer();
    it.request({});
    it.created("r1");
    it.done("r1");
    it.request({});
    expect(it.done("r1")).toBe(false);
    expect(it.busy).toBe(true);
  });

  test("RT4 refused for any other reason, no answer will come", () => {
    const { it, sent } = sequencer();
    it.request({});
    const { event_id: eventId } = sent[0] as { event_id: string };
    expect(it.refused("someone else's", "invalid_value")).toBe(false);
    expect(it.refused(eventId, "invalid_value")).toBe(true);
    expect(it.busy).toBe(false);
  });
});
