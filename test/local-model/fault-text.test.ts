import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FaultError, FAULTS, parseFault } from "../../src/local-model/faults/fault.ts";
import { SERVER_EVENTS } from "../../src/local-model/wire/event-names.ts";
import { WEBSOCKET_EVENTS } from "./event-types.ts";

describe("the text of a fault", () => {
  it("FT1 reads a fault as name, value, event and number", () => {
    expect(parseFault("drop")).toEqual({ name: "drop", value: "reset", at: undefined });
    expect(parseFault("close:4001,bye@response.done#3")).toEqual({
      name: "close",
      value: "4001,bye",
      at: { event: "response.done", nth: 3 },
    });
    expect(parseFault("withhold@conversation.item.done#each").at?.nth).toBe("each");
    expect(parseFault("delay:50").at).toEqual({ event: "session.updated", nth: 1 });
  });

  it.each([
    "",
    "burn",
    "drop@",
    "delay",
    "delay:soon",
    "delay:-1",
    "silence:5",
    "pace:2@response.done",
    "drop@session.created#0",
    "drop@response.craeted",
    "withhold@x",
    "chunk:0",
    "expire:86401",
  ])("FT1 refuses %j", (text) => {
    expect(() => parseFault(text)).toThrow(FaultError);
  });

  it("FT1 knows every event of a session, of the server's and the client's", () => {
    expect(SERVER_EVENTS).toEqual(WEBSOCKET_EVENTS);
    for (const event of [...WEBSOCKET_EVENTS, "response.cancel", "input_audio_buffer.append"]) {
      expect(parseFault(`drop@${event}`).at?.event).toBe(event);
    }
  });

  it("FT1 is documented for every fault", () => {
    const page = readFileSync(new URL("../../docs/local-model.md", import.meta.url), "utf8");
    const documented = [...page.matchAll(/^\| `([a-z-]+)[^`]*` \|/gm)].map((match) => match[1]);
    expect(documented).toEqual(expect.arrayContaining(Object.keys(FAULTS)));
  });
});
