// What people say to any assistant, whatever it is for, and how this one answers.

import { wordsOf } from "./tokens.ts";

export type Topic =
  | "greeting"
  | "thanks"
  | "identity"
  | "abilities"
  | "goodbye"
  | "repeat"
  | "feelings"
  | "yes";

const SAYINGS: Readonly<Record<Topic, readonly string[]>> = {
  greeting: [
    "hello",
    "hi",
    "hey",
    "hello there",
    "hi there",
    "good morning",
    "good afternoon",
    "good evening",
    "hello parley",
    "are you there",
    "can you hear me",
  ],
  thanks: [
    "thanks",
    "thank you",
    "thank you very much",
    "thanks a lot",
    "many thanks",
    "great thanks",
    "great thank you",
    "thank you so much",
  ],
  identity: [
    "who are you",
    "what are you",
    "what is your name",
    "who am i talking to",
    "are you a robot",
    "are you human",
    "tell me about yourself",
    "what model are you",
  ],
  abilities: [
    "what can you do",
    "what can i ask you",
    "what can i ask",
    "what can i say",
    "help",
    "help me",
    "how can you help me",
    "what do you do",
    "what do you know",
    "what tools do you have",
  ],
  goodbye: ["goodbye", "bye", "bye bye", "good bye", "see you", "see you later", "good night", "that is all"],
  repeat: [
    "say that again",
    "repeat that",
    "can you repeat that",
    "could you repeat that",
    "what did you say",
    "pardon",
    "say it again",
    "repeat",
    "once more",
    "come again",
    "what was that",
  ],
  feelings: ["how are you", "how are you doing", "how do you do", "how is it going", "are you well"],
  yes: [
    "yes",
    "no",
    "okay",
    "ok",
    "all right",
    "alright",
    "good",
    "great",
    "cool",
    "fine",
    "nice",
    "perfect",
    "sure",
  ],
};

/** Three words that fit of four are a saying; one of two is not. */
const LEAST_WORDS_NEAR = 4;

const byWords = new Map(
  Object.entries(SAYINGS).flatMap(([topic, sayings]) =>
    sayings.map((saying) => [wordsOf(saying).join(" "), topic as Topic] as const),
  ),
);

/** Which topic these words are, when they are all of what was said. */
export function smallTalk(words: string): Topic | undefined {
  return byWords.get(words);
}

/** The same when one word of a longer saying was misheard. */
export function nearSmallTalk(words: string): Topic | undefined {
  const said = words.split(" ");
  if (said.length < LEAST_WORDS_NEAR) return undefined;
  for (const [saying, topic] of byWords) {
    const expected = saying.split(" ");
    if (expected.length !== said.length) continue;
    if (expected.filter((word, index) => word !== said[index]).length === 1) return topic;
  }
  return undefined;
}

/** For the speech grammar. */
export const SMALL_TALK_SENTENCES: readonly string[] = [...byWords.keys()];

const IDENTITY =
  "I am Parley's local model, a small rule-driven stand-in that runs on this computer without a key.";

/** `examples` are sentences that call the session's tools; `lastSaid` is what the assistant said before. */
export function smallTalkReply(
  topic: Topic,
  examples: readonly string[],
  lastSaid: string | undefined,
): string {
  switch (topic) {
    case "greeting":
      return "Hello! How can I help you?";
    case "thanks":
      return "You are welcome.";
    case "identity":
      return `${IDENTITY} ${abilities(examples)}`;
    case "abilities":
      return abilities(examples);
    case "goodbye":
      return "Goodbye!";
    case "repeat":
      return lastSaid ?? "I have not said anything yet.";
    case "feelings":
      return "I am doing fine, thank you. How can I help you?";
    case "yes":
      return "All right.";
  }
}

/** Honest about what this is: said when nothing matched. Short when there were no words, for a cough is no question. */
export function notUnderstood(examples: readonly string[], heardSomething: boolean): string {
  if (!heardSomething) return "Sorry, I did not hear any words.";
  const hint = examples.length > 0 ? `Try ${quoted(examples, 3)}.` : abilities(examples);
  return `Sorry, I did not understand that. I am Parley's local model, a small rule-driven stand-in. ${hint}`;
}

function abilities(examples: readonly string[]): string {
  if (examples.length === 0) {
    return "This session has no tools, so I can only greet you, say who I am, and repeat myself.";
  }
  return `I understand English sentences about the tools of this session, such as ${quoted(examples, 4)}.`;
}

function quoted(examples: readonly string[], most: number): string {
  const named = examples.slice(0, most).map((example) => `"${example.replace(/[.?!…]+$/, "")}"`);
  const last = named.pop() ?? "";
  return named.length > 0 ? `${named.join(", ")}, or ${last}` : last;
}
