import { beforeEach, describe, expect, it } from "vitest";
import type { BrainTool, Decision, Memory } from "../../src/local-model/brain.ts";
import { RuleBrain } from "../../src/local-model/brain/rule-brain.ts";

const object = (properties: object, required: string[] = []): unknown => ({
  type: "object",
  properties,
  required,
});

const TOOLS: BrainTool[] = [
  {
    name: "set_thermostat",
    description: "Sets the temperature of a room.",
    parameters: object(
      { degrees: { type: "number" }, room: { type: "string", enum: ["kitchen", "living_room", "bedroom"] } },
      ["degrees", "room"],
    ),
  },
  {
    name: "orderCoffee",
    description: "Orders a coffee.",
    parameters: object(
      { size: { enum: ["small", "medium", "large"] }, drink: { enum: ["espresso", "latte"] } },
      ["size", "drink"],
    ),
  },
  {
    name: "jot_memo",
    description: 'Keeps a thought, for example "jot down that the printer needs ink".',
    parameters: object({ content: { type: "string" } }, ["content"]),
  },
  {
    name: "book_table",
    description: "Books a table in a restaurant.",
    parameters: object(
      {
        day: { type: "string", format: "date" },
        at: { type: "string", format: "time" },
        guests: { type: "integer" },
      },
      ["day", "at", "guests"],
    ),
  },
  {
    name: "tide_table",
    description: "When the tide is high somewhere.",
    parameters: object(
      { port: { type: "string", description: "City on the coast" }, metric: { type: "boolean" } },
      ["port"],
    ),
  },
];

const brain = new RuleBrain(() => new Date("2026-03-04T12:00:00"));
let memories: Memory[];

function asks(text: string, tools = TOOLS): Decision {
  memories.push({ kind: "said", by: "user", text });
  const decision = brain.decide({ tools, toolChoice: "auto", responseInstructions: undefined, memories });
  if (decision.kind === "say") memories.push({ kind: "said", by: "assistant", text: decision.text });
  return decision;
}

const call = (name: string, args: object): Decision => ({
  kind: "call",
  calls: [{ name, arguments: { ...args } }],
});

function hears(output: unknown): string {
  memories.push({
    kind: "output",
    callId: "call_1",
    output: typeof output === "string" ? output : JSON.stringify(output),
  });
  const decision = brain.decide({
    tools: TOOLS,
    toolChoice: "auto",
    responseInstructions: undefined,
    memories,
  });
  return decision.kind === "say" ? decision.text : "";
}

beforeEach(() => {
  memories = [];
});

describe("brain", () => {
  it("LM10 calls tools it has never seen, from their names and schemas", () => {
    expect(asks("Set the thermostat to twenty two degrees in the living room")).toEqual(
      call("set_thermostat", { degrees: 22, room: "living_room" }),
    );
    expect(asks("set the bedroom thermostat to 19.5, please")).toEqual(
      call("set_thermostat", { degrees: 19.5, room: "bedroom" }),
    );
    expect(asks("I want a large latte")).toEqual(call("orderCoffee", { size: "large", drink: "latte" }));
    expect(asks("When is the high tide in Lisbon?")).toEqual(call("tide_table", { port: "Lisbon" }));
    expect(asks("book a table for four on friday at half past seven")).toMatchObject({
      calls: [{ name: "book_table", arguments: { day: "2026-03-06", at: "07:30" } }],
    });
  });

  it("LM11 takes quoted sentences in a description for ways to call the tool, and free text as it was typed", () => {
    expect(asks("Jot down that Ada's flight is BA 117!")).toEqual(
      call("jot_memo", { content: "Ada's flight is BA 117" }),
    );
  });

  it("LM12 asks for a missing argument and fills it from the answer", () => {
    expect(asks("order a latte")).toEqual({ kind: "say", text: "Which size: small, medium or large?" });
    expect(asks("medium please")).toEqual(call("orderCoffee", { drink: "latte", size: "medium" }));
    expect(asks("what about the tide table")).toEqual({ kind: "say", text: "Which port?" });
    expect(asks("Ouagadougou")).toEqual(call("tide_table", { port: "Ouagadougou" }));
  });

  it("LM12 drops a question that is answered with never mind, and forgets it when something else is asked", () => {
    asks("order a latte");
    expect(asks("never mind")).toEqual({ kind: "say", text: "All right, never mind." });
    asks("order a latte");
    asks("when is high tide in Porto");
    expect(asks("medium")).toMatchObject({ kind: "say" });
  });

  it("LM13 speaks the sentence a tool made, or reads its values out, and says when it failed", () => {
    expect(hears({ speech: "High tide is at noon.", port: "Lisbon" })).toBe("High tide is at noon.");
    expect(hears({ place: "Paris", temperatureC: 18.444, condition: "cloudy" })).toBe(
      "High tide is at noon. In Paris, the temperature is 18.44 degrees Celsius and the condition is cloudy.",
    );
    memories = [];
    expect(hears({ place: "Tokyo", time: "9:42 PM" })).toBe("It is 9:42 PM in Tokyo.");
    memories = [];
    expect(hears("booked")).toBe("Booked.");
    memories = [];
    expect(hears({ error: "no table is free" })).toBe("Sorry, that did not work. No table is free.");
  });

  it("LM14 says exactly what it is told to, and repeats itself when asked", () => {
    const responseInstructions = 'Greet the user. Say exactly: "Hello, this is "Parley"."';
    const decision = brain.decide({ tools: TOOLS, toolChoice: "auto", responseInstructions, memories });
    expect(decision).toEqual({ kind: "say", text: 'Hello, this is "Parley".' });
    asks("hello");
    expect(asks("Could you say that again please?")).toEqual({
      kind: "say",
      text: "Hello! How can I help you?",
    });
  });

  it("LM15 is honest about what it is and what it did not understand", () => {
    const identity = asks("Who are you?");
    expect(identity).toMatchObject({ text: expect.stringContaining("a small rule-driven stand-in") });
    const unknown = asks("the moon is made of green cheese");
    expect(unknown).toMatchObject({
      text: expect.stringMatching(/^Sorry, I did not understand that\..*jot down/),
    });
    expect(asks("<?>")).toMatchObject({ text: expect.stringMatching(/^Sorry/) });
    expect(asks("what can you do", [])).toMatchObject({ text: expect.stringContaining("no tools") });
  });

  it("LM16 listens for the same words whenever the tools are the same", () => {
    const first = brain.vocabulary(TOOLS, []);
    expect(brain.vocabulary(structuredClone(TOOLS), []).key).toBe(first.key);
    expect(brain.vocabulary(TOOLS.slice(1), []).key).not.toBe(first.key);
  });
});
