// The sound of turns without words, in the real SQLite.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { ItemStore } from "../../src/store/item-store.ts";
import { migrate } from "../../src/store/schema.ts";
import { MAX_KEPT_SPEECH_MS, MAX_KEPT_TURN_MS, SpeechStore } from "../../src/store/speech-store.ts";

const BYTES_PER_MS = 48;

function withStore(use: (speech: SpeechStore, sql: SqlStorage) => void): Promise<void> {
  return runInDurableObject(env.CONVERSATION.get(env.CONVERSATION.newUniqueId()), (_instance, state) => {
    migrate(state.storage);
    const items = new ItemStore(state.storage.sql);
    for (let position = 0; position < 5; position++) {
      items.insert({
        id: `u${position}`,
        position,
        kind: "message",
        role: "user",
        text: "",
        status: "failed",
        startedAt: 1,
      });
    }
    use(new SpeechStore(state.storage.sql), state.storage.sql);
  });
}

/** Sound in which every stretch is different. */
function sound(ms: number): Uint8Array {
  return Uint8Array.from({ length: ms * BYTES_PER_MS }, (_, index) => (index * 7 + (index >> 10)) & 255);
}

/** Millions of bytes are too many for the matchers. */
function isSame(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one?.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}

describe("kept speech", () => {
  test("ST6 a turn comes back as it was kept, in rows far below the platform's cap", () =>
    withStore((speech, sql) => {
      const pcm = sound(MAX_KEPT_TURN_MS);
      expect(speech.keep("u0", pcm)).toBe(0);
      expect(isSame(speech.read("u0"), pcm)).toBe(true);
      expect(speech.read("u1")).toBeUndefined();
      const { largest, rows } = sql
        .exec<{ largest: number; rows: number }>(
          "SELECT MAX(LENGTH(pcm)) AS largest, COUNT(*) AS rows FROM speech",
        )
        .one();
      expect(largest).toBeLessThan(1024 * 1024);
      expect(rows).toBe(3);
    }));

  test("ST6 of a long turn its end is kept, and of a conversation the newest turns; what gives way is counted", () =>
    withStore((speech) => {
      const long = sound(MAX_KEPT_TURN_MS + 500);
      expect(speech.keep("u0", long)).toBe(500);
      expect(isSame(speech.read("u0"), long.subarray(500 * BYTES_PER_MS))).toBe(true);
      const whole = new Uint8Array(MAX_KEPT_TURN_MS * BYTES_PER_MS);
      const fitting = MAX_KEPT_SPEECH_MS / MAX_KEPT_TURN_MS;
      for (let turn = 1; turn < fitting; turn++) expect(speech.keep(`u${turn}`, whole)).toBe(0);
      expect(speech.keep(`u${fitting}`, whole)).toBe(MAX_KEPT_TURN_MS);
      expect(speech.read("u0")).toBeUndefined();
      expect(isSame(speech.read("u1"), whole)).toBe(true);
    }));
});
