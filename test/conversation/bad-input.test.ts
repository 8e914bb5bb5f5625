// What a page should not send. The conversation stays as it was, and nothing leaks.

import { describe, expect, test } from "vitest";
import { FRAME_BYTES, MAX_FRAME_BYTES } from "../../src/audio/format.ts";
import { MESSAGE_BURST } from "../../src/conversation/caller-guard.ts";
import { MAX_TEXT_FRAME_BYTES } from "../../src/protocol/messages.ts";
import { play, talking } from "../support/conversation-scene.ts";

describe("bad input", () => {
  test("IN1 malformed text gets one error and changes nothing", () =>
    play({}, (it) => {
      const page = talking(it);
      const before = page.messages.length;
      for (const text of ["{", "[]", '{"type":"text","text":7}']) it.conversation.reception.text(page, text);
      expect(page.messages.slice(before)).toEqual(
        Array.from({ length: 3 }, () => ({
          type: "error",
          code: "bad_message",
          message: "This message is not understood.",
          retryable: false,
        })),
      );
      expect(page.closed).toBeUndefined();
    }));

  test("IN2 unknown types and late reports change nothing", () =>
    play({}, (it) => {
      const page = talking(it);
      const before = page.messages.length;
      it.says(page, { type: "wave" });
      it.says(page, { type: "playback", itemId: "nobody", playedMs: 5, done: true });
      it.says(page, { type: "approval", callId: "nobody", approved: true });
      expect(page.messages).toHaveLength(before);
    }));

  test("IN3 frames that hold no whole samples get an error and go nowhere", () =>
    play({}, (it) => {
      const page = talking(it);
      for (const bytes of [0, 1, 1919]) it.conversation.reception.frame(page, new Uint8Array(bytes));
      expect(page.messages.filter((message) => message.type === "error")).toHaveLength(3);
      expect(page.last("error")).toMatchObject({ code: "bad_audio" });
      expect(it.model().frames).toBe(0);
    }));

  test("IN4 an oversize frame costs the socket, not the talk", () =>
    play({}, (it) => {
      const page = talking(it);
      const other = it.page("other");
      it.says(other, { type: "text", text: "hello" });
      it.conversation.reception.frame(page, new Uint8Array(MAX_FRAME_BYTES + 2));
      expect(page.closed).toMatchObject({ code: 1009 });
      expect(it.conversation.state.phase).toBe("awake");
      expect(it.items.pageItems(10).items).toHaveLength(1);
    }));

  test("IN5 audio before start is mentioned once", () =>
    play({}, (it) => {
      const page = it.page();
      for (let count = 0; count < 5; count++) {
        it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
      }
      expect(page.messages.filter((message) => message.type === "error")).toMatchObject([
        { code: "not_started" },
      ]);
    }));

  test("IN6 floods of audio and of messages close with 1008", () =>
    play({}, (it) => {
      const page = talking(it);
      for (let count = 0; count < 1600 && !page.closed; count++) {
        it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
      }
      expect(page.closed).toMatchObject({ code: 1008 });
      const chatter = it.page("chatter");
      for (let count = 0; count <= MESSAGE_BURST; count++) it.says(chatter, { type: "interrupt" });
      expect(chatter.closed).toMatchObject({ code: 1008 });
    }));

  test("IN7 a page at 16 kHz is told so", () =>
    play({}, (it) => {
      const page = talking(it);
      for (let count = 0; count < 240; count++) {
        it.conversation.reception.frame(page, new Uint8Array(FRAME_BYTES));
        it.clock.advance(60);
      }
      expect(page.last("error")).toMatchObject({ code: "audio_rate" });
    }));

  test("IN8 a text frame over its cap closes with 1009", () =>
    play({}, (it) => {
      const page = talking(it);
      it.conversation.reception.text(page, "x".repeat(MAX_TEXT_FRAME_BYTES + 1));
      expect(page.closed).toMatchObject({ code: 1009 });
    }));
});
