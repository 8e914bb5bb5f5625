// The held-out half, written before anything was improved and not looked at for improving: other wording, other
// values, other tools.

import { asks } from "./case.ts";
import type { Case } from "./case.ts";

const time = (say: string, place: string): Case => asks(say, "current_time", { place });
const weather = (say: string, place: string): Case => asks(say, "get_weather", { place });
const remember = (say: string, note: string): Case => asks(say, "remember_note", { note });

/** Over the sample agent's tools. */
export const heldOutSeen: readonly Case[] = [
  time("Hey, what's the time in Chicago?", "Chicago"),
  time("Can you tell me what time it is in Singapore?", "Singapore"),
  time("What time do they have in Moscow now?", "Moscow"),
  time("I need to know the current time in Toronto.", "Toronto"),
  time("Time in Vienna, please.", "Vienna"),
  time("What hour is it in Athens?", "Athens"),
  weather("What's the weather like today in Barcelona?", "Barcelona"),
  weather("Tell me about the weather in Seattle.", "Seattle"),
  weather("Is it warm in Naples right now?", "Naples"),
  weather("I'd like the weather report for Munich.", "Munich"),
  weather("Is the sun shining in Sydney?", "Sydney"),
  weather("Do I need a coat in Stockholm?", "Stockholm"),
  remember("Remember my passport is in the blue bag.", "my passport is in the blue bag"),
  remember("Please note that the garage code is seven three one.", "the garage code is seven three one"),
  remember("Can you remember that Tom is allergic to nuts?", "Tom is allergic to nuts"),
  remember("I want you to remember that rent is due on Friday.", "rent is due on Friday"),
  remember("Write down that the plumber comes tomorrow.", "the plumber comes tomorrow"),
  remember("Don't forget that we need more milk.", "we need more milk"),
  asks("Which notes did I give you?", "recall_notes"),
  asks("What have I told you to remember?", "recall_notes"),
  {
    say: "How is the weather in Madrid and what time is it in Boston?",
    calls: [
      { name: "get_weather", arguments: { place: "Madrid" } },
      { name: "current_time", arguments: { place: "Boston" } },
    ],
  },
];

/** Over the ten tools of `held-out-tools.ts`. */
export const heldOutUnseen: readonly Case[] = [
  asks("Make an appointment with the dentist on Monday.", "schedule_appointment", {
    doctor: "dentist",
    date: "2026-03-09",
  }),
  asks("I need to see the optician tomorrow at ten fifteen.", "schedule_appointment", {
    doctor: "optician",
    date: "2026-03-05",
    time: "10:15",
  }),
  asks("Schedule an appointment with my physician for Thursday.", "schedule_appointment", {
    doctor: "physician",
    date: "2026-03-05",
  }),
  asks("Dim the lights in the studio to forty percent.", "dim_lights", { room: "studio", brightness: 40 }),
  asks("Set the dining room lights to sixty.", "dim_lights", { room: "dining_room", brightness: 60 }),
  asks("Turn the bathroom lights down to ten percent.", "dim_lights", { room: "bathroom", brightness: 10 }),
  asks("I want a large pizza with mushrooms.", "orderPizza", { size: "large", topping: "mushroom" }),
  asks("Order a small ham pizza.", "orderPizza", { size: "small", topping: "ham" }),
  asks("Can I get a medium spinach pizza, please?", "orderPizza", { size: "medium", topping: "spinach" }),
  asks("Find flights from London to Rome on Saturday.", "find_flights", {
    origin: "London",
    destination: "Rome",
    departure_date: "2026-03-07",
  }),
  asks("Are there any flights from Boston to Miami?", "find_flights", {
    origin: "Boston",
    destination: "Miami",
  }),
  asks("I want to fly from Berlin to Madrid tomorrow.", "find_flights", {
    origin: "Berlin",
    destination: "Madrid",
    departure_date: "2026-03-05",
  }),
  asks("Call Susan.", "call_contact", { contact: "Susan" }),
  asks("Please give Robert a call.", "call_contact", { contact: "Robert" }),
  asks("Start a yoga workout.", "start_workout", { activity: "yoga" }),
  asks("I am going running for thirty minutes.", "start_workout", { activity: "running", minutes: 30 }),
  asks("Record forty five minutes of cycling.", "start_workout", { activity: "cycling", minutes: 45 }),
  asks("Log an expense of twelve dollars for food.", "log_expense", { amount: 12, category: "food" }),
  asks("I spent eighty dollars on clothes.", "log_expense", { amount: 80, category: "clothes" }),
  asks("Add a task to clean the kitchen.", "create_task", { title: "clean the kitchen" }),
  asks("Create a task to pay the electricity bill.", "create_task", { title: "pay the electricity bill" }),
  asks("When does the harbor branch open?", "get_opening_hours", { branch: "harbor" }),
  asks("What are the opening hours of the downtown library?", "get_opening_hours", { branch: "downtown" }),
  asks("How long is the university library open?", "get_opening_hours", { branch: "university" }),
  asks("Turn on the burglar alarm.", "set_burglar_alarm", { enabled: true }),
  asks("Please switch the alarm off.", "set_burglar_alarm", { enabled: false }),
];

/** About nothing any tool can do. */
export const heldOutOutside: readonly string[] = [
  "My sister is getting married in June.",
  "What is the meaning of life?",
  "I had eggs for breakfast.",
  "How far away is the moon?",
  "The cat is sleeping on the sofa.",
  "Have you ever been in love?",
  "This soup needs more salt.",
  "Who painted the Mona Lisa?",
  "I can't find my glasses anywhere.",
  "What is the fastest animal in the world?",
  "We watched a film about penguins.",
  "Could you write an essay on the French revolution?",
  "The neighbours were very loud yesterday.",
  "How old is the president?",
  "I would rather stay at home.",
  "Is there life on Mars?",
  "He forgot his umbrella on the train.",
  "Explain gravity to a child.",
  "My computer keeps crashing.",
  "What should I wear to a wedding?",
  "They moved to Canada three years ago.",
  "What is the square root of two?",
  "The concert was sold out in minutes.",
  "Do fish ever get thirsty?",
  "I really like your voice.",
  "Which language is the hardest to learn?",
  "It takes two to tango.",
  "How do airplanes stay in the air?",
  "Let me think about that for a second.",
  "The teacher gave us too much homework.",
  "Who invented the telephone?",
  "Nobody told me about the party.",
  "What are the ingredients of a good pancake?",
  "I broke my arm when I was seven.",
  "Please speak a little more slowly.",
  "The river is frozen in winter.",
  "Why do people yawn?",
  "We are out of printer paper.",
  "Can you recommend a good book?",
  "That joke was not funny at all.",
  "How deep is the ocean?",
  "She works at the hospital in Boston.",
  "My phone battery is almost empty.",
  "I have never seen snow.",
];
