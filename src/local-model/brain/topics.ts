// What people say about common subjects. A tool whose name contains one of the subject's words can be spoken to in
// these sentences; this is knowledge of English, not of any tool. `{kind}` stands for the tool's first argument of
// that kind; a sentence with a kind the tool lacks does not count for it.

export interface Topic {
  /** Words of a tool's name that bring the topic up. */
  readonly names: readonly string[];
  /** Other words people use for it. */
  readonly synonyms: readonly string[];
  readonly sentences: readonly string[];
}

export const TOPICS: readonly Topic[] = [
  {
    names: ["time", "clock", "hour"],
    synonyms: ["time", "clock", "hour", "late"],
    sentences: [
      "what time is it in {place}",
      "what time is it now in {place}",
      "what time is it",
      "what is the time in {place}",
      "what is the time",
      "what is the local time in {place}",
      "what is the current time in {place}",
      "what time it is in {place}",
      "what the time is in {place}",
      "how late is it in {place}",
      "the time in {place}",
      "time in {place}",
      "tell me the time in {place}",
      "tell me the time",
      "give me the time in {place}",
      "what time is it there in {place}",
      "do you know what time it is in {place}",
      "what is {place} time",
    ],
  },
  {
    names: ["weather", "forecast", "temperature"],
    synonyms: [
      "weather",
      "forecast",
      "temperature",
      "rain",
      "raining",
      "sunny",
      "cold",
      "hot",
      "warm",
      "snow",
      "snowing",
      "umbrella",
      "outside",
    ],
    sentences: [
      "what is the weather in {place}",
      "what is the weather like in {place}",
      "what is the weather",
      "what is the weather like",
      "how is the weather in {place}",
      "how is the weather",
      "what is the weather in {place} {day}",
      "what is the weather {day} in {place}",
      "what is the forecast for {place}",
      "what is the forecast in {place}",
      "what is the temperature in {place}",
      "what is it like in {place}",
      "what is it like outside in {place}",
      "weather in {place}",
      "the weather in {place}",
      "tell me the weather in {place}",
      "is it raining in {place}",
      "is it cold in {place}",
      "is it hot in {place}",
      "is it sunny in {place}",
      "is it warm in {place}",
      "is it snowing in {place}",
      "how cold is it in {place}",
      "how hot is it in {place}",
      "how warm is it in {place}",
      "will it rain in {place}",
      "will it rain in {place} {day}",
      "do i need an umbrella in {place}",
      "what about the weather in {place}",
      "how is the weather in {place} {day}",
    ],
  },
  {
    names: ["remember", "note", "memo", "memorize", "jot", "notes"],
    synonyms: ["remember", "note", "memo", "forget", "mind", "write"],
    sentences: [
      "remember that {text}",
      "remember to {text}",
      "remember {text}",
      "note that {text}",
      "note down that {text}",
      "make a note that {text}",
      "make a note to {text}",
      "take a note that {text}",
      "take a note",
      "make a note",
      "write down that {text}",
      "do not forget that {text}",
      "do not forget to {text}",
      "do not let me forget that {text}",
      "do not let me forget to {text}",
      "keep in mind that {text}",
      "i want you to remember that {text}",
      "save a note that {text}",
      "add a note that {text}",
    ],
  },
  {
    names: ["recall", "memories", "memory", "notes", "memos"],
    synonyms: ["recall", "remember", "remind", "note", "memo", "asked", "told", "tell", "know", "written"],
    sentences: [
      "what did i ask you to remember",
      "what did i ask you to note",
      "what did i tell you",
      "what did i tell you to remember",
      "what do you remember",
      "what have i asked you to remember",
      "what did you note",
      "what did i note",
      "what are my notes",
      "what is in my notes",
      "read my notes",
      "read me my notes",
      "list my notes",
      "show my notes",
      "show me my notes",
      "tell me my notes",
      "do i have any notes",
      "what notes do i have",
      "what notes did i make",
      "what did you remember",
      "what did i ask you to remember about {text}",
      "what do you remember about {text}",
      "what did i tell you about {text}",
      "what did i say about {text}",
      "recall my notes",
      "do you remember what i asked you",
      "do you remember what i told you",
      "do you remember what i asked you to remember",
    ],
  },
  {
    names: ["remind", "reminder", "reminders"],
    synonyms: ["remind", "reminder"],
    sentences: [
      "remind me to {text}",
      "remind me that {text}",
      "set a reminder to {text}",
      "remind me at {clock} to {text}",
      "set a reminder for {clock}",
    ],
  },
  {
    names: ["timer", "countdown"],
    synonyms: ["timer", "countdown"],
    sentences: [
      "set a timer for {number} minutes",
      "set a timer for {number} seconds",
      "set a {number} minute timer",
      "start a timer for {number} minutes",
      "set a timer",
      "start a timer",
    ],
  },
  {
    names: ["alarm", "wake"],
    synonyms: ["alarm", "wake"],
    sentences: [
      "set an alarm for {clock}",
      "set an alarm at {clock}",
      "wake me at {clock}",
      "wake me up at {clock}",
      "set an alarm",
    ],
  },
  {
    names: ["light", "lights", "lamp"],
    synonyms: ["light", "lamp"],
    sentences: [
      "turn {choice} the light",
      "turn the light {choice}",
      "turn {flag} the light",
      "turn the light {flag}",
      "turn {flag} the lights",
      "turn the lights {flag}",
      "switch {flag} the light",
      "switch the light {flag}",
      "dim the light to {number} percent",
    ],
  },
  {
    names: ["search", "find", "lookup"],
    synonyms: ["search", "find"],
    sentences: ["search for {text}", "look up {text}", "find {text}", "search the web for {text}"],
  },
  {
    names: ["message", "email", "mail", "sms"],
    synonyms: ["message", "mail", "email", "text"],
    sentences: [
      "send a message to {person}",
      "send a message to {person} saying {text}",
      "tell {person} that {text}",
      "write to {person}",
    ],
  },
];

/** Verbs of a tool's name that ask for something, and those that change something. */
export const READING_VERBS: ReadonlySet<string> = new Set(
  "get fetch find show list recall read search look check query lookup current view describe count what".split(
    " ",
  ),
);
export const WRITING_VERBS: ReadonlySet<string> = new Set(
  "set add create remember save store send book make order start stop delete remove turn play call schedule write note update cancel".split(
    " ",
  ),
);

/** Verbs that say nothing about what a tool is for. */
export const EMPTY_VERBS: ReadonlySet<string> = new Set(
  "get fetch find show list look lookup check query do make set run current view the a of my for to by and".split(
    " ",
  ),
);

/** Words that do not tell one request from another. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an the of for to in on at and or is are am was be it its this that these those me my mine i you your we us our he she they them " +
    "do does did have has had can could would will shall should may might please what which who how when where why tell give show get " +
    "with from by as about there here so just now not no yes ok okay if then use used tool user users their returns return call when any some"
  ).split(" "),
);

export const QUESTION_WORDS: ReadonlySet<string> = new Set(
  "what which who whom whose how when where why is are am do does did can could will would shall should may have has was were any".split(
    " ",
  ),
);
