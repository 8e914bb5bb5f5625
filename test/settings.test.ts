import { describe, expect, test } from "vitest";
import { readSettings, SettingsError } from "../src/env.ts";
import type { Env } from "../src/env.ts";

const settings = (given: Partial<Record<keyof Env, string>>) => readSettings(given as unknown as Env);
const problem = (given: Partial<Record<keyof Env, string>>) => {
  try {
    settings(given);
  } catch (thrown) {
    return thrown as SettingsError;
  }
  throw new Error("accepted");
};

describe("settings", () => {
  test("SE1 defaults stand in for what is unset or empty", () => {
    expect(settings({ OPENAI_API_KEY: "k", REALTIME_MODEL: "" })).toMatchObject({
      realtimeUrl: "https://api.openai.com/v1/realtime",
      realtimeModel: "gpt-realtime-2.1",
      transcriptionModel: "gpt-realtime-whisper",
      maxConversationsPerDay: 500,
    });
    expect(settings({ OPENAI_API_KEY: "k", REALTIME_URL: "wss://example.com/v1/realtime" }).realtimeUrl).toBe(
      "https://example.com/v1/realtime",
    );
  });

  test("SE2 only this computer is reached unencrypted", () => {
    expect(settings({ OPENAI_API_KEY: "k", REALTIME_URL: "ws://127.0.0.1:9/v1/realtime" }).realtimeUrl).toBe(
      "http://127.0.0.1:9/v1/realtime",
    );
    expect(problem({ OPENAI_API_KEY: "k", REALTIME_URL: "http://example.com/v1/realtime" }).setting).toBe(
      "REALTIME_URL",
    );
  });

  test("SE3 a wrong value is reported by name, never by value", () => {
    const wrong: [Partial<Record<keyof Env, string>>, string][] = [
      [{}, "OPENAI_API_KEY"],
      [{ OPENAI_API_KEY: "secret key" }, "OPENAI_API_KEY"],
      [{ OPENAI_API_KEY: "k", REALTIME_URL: "secret" }, "REALTIME_URL"],
      [{ OPENAI_API_KEY: "k", MAX_CONVERSATIONS_PER_DAY: "secret" }, "MAX_CONVERSATIONS_PER_DAY"],
      [{ OPENAI_API_KEY: "k", ALLOWED_ORIGINS: "https://a.example/path-secret" }, "ALLOWED_ORIGINS"],
    ];
    for (const [given, setting] of wrong) {
      const error = problem(given);
      expect(error).toBeInstanceOf(SettingsError);
      expect(error.setting).toBe(setting);
      expect(error.message).toContain(setting);
      expect(error.message).not.toContain("secret");
    }
  });
});
