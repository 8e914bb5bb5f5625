import { describe, expect, it } from "vitest";
import type { Memory } from "../../../src/local-model/brain.ts";
import { Dialogue, tool } from "./dialogue.ts";

describe("dialogue", () => {
  it("LM100 calls again with the corrected argument and keeps the others", () => {
    const talk = new Dialogue();
    expect(talk.answers("What time is it in Tokyo?")).toBe("current_time(Tokyo)");
    talk.returns('{"say":"It is nine."}');
    expect(talk.answers("No, Paris.")).toBe("current_time(Paris)");
    expect(talk.answers("I meant London")).toBe("current_time(London)");
    expect(talk.answers("no, not London, Lisbon")).toBe("current_time(Lisbon)");
    expect(talk.answers("Book a table for four on Friday")).toBe("book_table(4, 2026-03-06)");
    expect(talk.answers("make that three")).toBe("book_table(3, 2026-03-06)");
    expect(talk.answers("sorry, tomorrow")).toBe("book_table(3, 2026-03-05)");
  });

  it("LM100 corrects what was said before a question is answered, and asks again", () => {
    const talk = new Dialogue();
    expect(talk.answers("Book a table for two")).toBe("For which day?");
    expect(talk.answers("Actually, make that five")).toBe("For which day?");
    expect(talk.answers("on Sunday")).toBe("book_table(5, 2026-03-08)");
  });

  it("LM101 understands a follow-up as the latest request it fits, also of a replayed call", () => {
    const replayed: Memory[] = [
      { kind: "call", callId: "c", name: "get_weather", arguments: '{"place":"Oslo"}' },
      { kind: "output", callId: "c", output: '{"say":"Snow."}' },
      { kind: "said", by: "assistant", text: "Snow." },
    ];
    const talk = new Dialogue(replayed);
    expect(talk.answers("And in Paris?")).toBe("get_weather(Paris)");
    expect(talk.answers("what about Ouagadougou?")).toBe("get_weather(Ouagadougou)");
    talk.answers("Remember that the milk is gone");
    expect(talk.answers("And in Rome?")).toBe("get_weather(Rome)");
    expect(new Dialogue().answers("And in Paris?")).toMatch(/^Sorry/);
  });

  it("LM102 makes every call one turn asks for, and speaks all outputs in one answer", () => {
    const talk = new Dialogue();
    expect(talk.answers("What time is it in Tokyo and what is the weather in Paris?")).toBe(
      "current_time(Tokyo) get_weather(Paris)",
    );
    expect(talk.returns('{"say":"It is nine."}', '{"say":"It rains."}')).toBe("It is nine. It rains.");
    expect(talk.answers("What is the weather in Tokyo, Paris and Rome?")).toBe(
      "get_weather(Tokyo) get_weather(Paris) get_weather(Rome)",
    );
    expect(talk.answers("Remember that I need bread and butter")).toBe(
      "remember_note(I need bread and butter)",
    );
  });

  it.each<[string, readonly Memory[], string]>([
    ["what the user said", [{ kind: "said", by: "user", text: "Hello, my name is Anna." }], "Anna"],
    ["what the assistant said", [{ kind: "said", by: "assistant", text: "Nice to meet you, Bea." }], "Bea"],
    ["a system item", [{ kind: "said", by: "system", text: "The user's name is Cleo." }], "Cleo"],
    [
      "what a tool returned",
      [
        { kind: "call", callId: "c", name: "get_profile", arguments: "{}" },
        { kind: "output", callId: "c", output: '{"user":{"name":"Dora"}}' },
        { kind: "said", by: "assistant", text: "There you are." },
      ],
      "Dora",
    ],
  ])("LM103 knows a name from %s", (_from, items, name) => {
    expect(new Dialogue(items).answers("What is my name?")).toBe(`Your name is ${name}.`);
    expect(new Dialogue(items, []).answers("Do you know my name?")).toBe(`Your name is ${name}.`);
  });

  it("LM103 says that it was not told what is in no item, and takes the latest of what is", () => {
    const talk = new Dialogue();
    expect(talk.answers("What's my name?")).toBe("You have not told me your name in this conversation.");
    expect(talk.answers("My name is Anna.")).toBe("Nice to meet you, Anna.");
    talk.answers("No wait, my name is Hannah.");
    expect(talk.answers("What is my name?")).toBe("Your name is Hannah.");
    // As a recogniser may hear it.
    expect(talk.answers("What is my name Anne?")).toBe("Your name is Hannah.");
    talk.answers("My favourite colour is green.");
    expect(talk.answers("What is my favourite colour?")).toBe("Your favourite colour is green.");
    talk.answers("I live in Graz.");
    expect(talk.answers("Where do I live?")).toBe("You live in Graz.");
  });

  it("LM104 retells what was said first and last, and repeats itself", () => {
    const talk = new Dialogue();
    expect(talk.answers("What did I say first?")).toBe("You have not said anything before that.");
    const other = new Dialogue([{ kind: "said", by: "assistant", text: "Hi, I am Parley." }]);
    other.answers("Hello");
    other.answers("What time is it in Tokyo?");
    other.returns('{"say":"It is nine."}');
    expect(other.answers("Say that again")).toBe("It is nine.");
    expect(other.answers("What did I say first?")).toBe("First you said: Hello.");
    expect(other.answers("What did you say first?")).toBe("I said: Hi, I am Parley.");
    expect(other.answers("What was my first question?")).toBe("First you said: Hello.");
  });

  it("LM105 keeps unknown stretches marked in free text, and asks where they may hide an argument", () => {
    expect(new Dialogue().answers("remember that <?> keys are in the drawer")).toBe(
      "remember_note(<?> keys are in the drawer)",
    );
    expect(new Dialogue().answers("what time is it in <?>")).toBe("Which place?");
    expect(new Dialogue().answers("book a table for <?> on friday")).toMatch(/guests/);
  });

  it("LM106 fills yes and no from verbs, from and to from their words, and free text without its wrapping", () => {
    const currency = { enum: ["dollar", "euro", "pound"] };
    const talk = new Dialogue(
      [],
      [
        tool("set_door_lock", "Locks a door.", {
          door: { enum: ["front", "garage"] },
          locked: { type: "boolean", description: "True to lock it, false to unlock it" },
        }),
        tool("convert_money", "Converts money.", {
          from: currency,
          to: currency,
          amount: { type: "number" },
        }),
        tool("add_to_shopping_list", "Adds something.", { item: { type: "string" } }),
      ],
    );
    expect(talk.answers("Unlock the garage door")).toBe("set_door_lock(garage, false)");
    expect(talk.answers("Please lock the front door")).toBe("set_door_lock(front, true)");
    expect(talk.answers("Convert ten pounds to euros")).toBe("convert_money(pound, euro, 10)");
    expect(talk.answers("Put orange juice on my shopping list")).toBe("add_to_shopping_list(orange juice)");
  });
});
