// The development half: sentences the rules and the recogniser may be improved against. Days are counted from the
// measurement's own Wednesday, 4 March 2026.

import { asks } from "./case.ts";
import type { Case } from "./case.ts";

const time = (say: string, place: string): Case => asks(say, "current_time", { place });
const weather = (say: string, place: string): Case => asks(say, "get_weather", { place });
const remember = (say: string, note: string): Case => asks(say, "remember_note", { note });

/** Over the sample agent's tools. */
export const developmentSeen: readonly Case[] = [
  time("What time is it in Madrid?", "Madrid"),
  time("Tell me the time in New York.", "New York"),
  time("Do you know what time it is in Australia?", "Australia"),
  time("What's the local time in Helsinki right now?", "Helsinki"),
  time("How late is it in Cairo?", "Cairo"),
  time("Could you check the clock in Berlin for me?", "Berlin"),
  weather("How's the weather in Lisbon?", "Lisbon"),
  weather("Is it raining in London?", "London"),
  weather("What's it like outside in Oslo?", "Oslo"),
  weather("Should I take an umbrella in Dublin?", "Dublin"),
  weather("Give me the weather for Rome, please.", "Rome"),
  weather("How hot is it in Dubai?", "Dubai"),
  remember("Remember that my keys are in the drawer.", "my keys are in the drawer"),
  remember("Please remember the meeting starts at nine.", "the meeting starts at nine"),
  remember("Make a note that Anna likes green tea.", "Anna likes green tea"),
  remember("Don't let me forget to call the dentist.", "call the dentist"),
  remember("Keep in mind that the train leaves at six.", "the train leaves at six"),
  asks("What did I ask you to remember?", "recall_notes"),
  asks("Read me my notes.", "recall_notes"),
  asks("What do you have written down for me?", "recall_notes"),
  {
    say: "What time is it in Tokyo and what is the weather in Paris?",
    calls: [
      { name: "current_time", arguments: { place: "Tokyo" } },
      { name: "get_weather", arguments: { place: "Paris" } },
    ],
  },
];

/** Over the ten tools of `development-tools.ts`. */
export const developmentUnseen: readonly Case[] = [
  asks("Book a table for four on Friday.", "book_table", { guests: 4, date: "2026-03-06" }),
  asks("I'd like a table for two people tomorrow at seven thirty.", "book_table", {
    guests: 2,
    date: "2026-03-05",
    time: "07:30",
  }),
  asks("Can you reserve a table for six on Sunday?", "book_table", { guests: 6, date: "2026-03-08" }),
  asks("Set the bedroom to nineteen degrees.", "set_thermostat", { room: "bedroom", temperature: 19 }),
  asks("Set the thermostat in the living room to twenty two.", "set_thermostat", {
    room: "living_room",
    temperature: 22,
  }),
  asks("Make it twenty one degrees in the office, please.", "set_thermostat", {
    room: "office",
    temperature: 21,
  }),
  asks("Where is my package number fifty seven?", "track_package", { order_number: 57 }),
  asks("Track order number eighty two.", "track_package", { order_number: 82 }),
  asks("Convert fifty dollars to euros.", "convert_currency", { amount: 50, from: "dollar", to: "euro" }),
  asks("How many yen are twenty pounds?", "convert_currency", { amount: 20, from: "pound", to: "yen" }),
  asks("What is one hundred euros in pounds?", "convert_currency", {
    amount: 100,
    from: "euro",
    to: "pound",
  }),
  asks("Play some jazz.", "play_music", { genre: "jazz" }),
  asks("I want to hear classical music.", "play_music", { genre: "classical" }),
  asks("Put on some rock music.", "play_music", { genre: "rock" }),
  asks("Send a message to Peter saying the dinner is ready.", "send_message", {
    recipient: "Peter",
    body: "the dinner is ready",
  }),
  asks("Text Maria that I am on the bus.", "send_message", { recipient: "Maria", body: "I am on the bus" }),
  asks("Add bread to my shopping list.", "addToShoppingList", { item: "bread" }),
  asks("Put orange juice on the shopping list.", "addToShoppingList", { item: "orange juice" }),
  asks("What's the balance of my savings account?", "get_account_balance", { account: "savings" }),
  asks("How much money is in my checking account?", "get_account_balance", { account: "checking" }),
  asks("How much did I spend on my credit card?", "get_account_balance", { account: "credit_card" }),
  asks("Cancel the reservation for Laura.", "cancel_reservation", { name: "Laura" }),
  asks("Please cancel my reservation under the name Daniel.", "cancel_reservation", { name: "Daniel" }),
  asks("Lock the front door.", "set_door_lock", { door: "front", locked: true }),
  asks("Unlock the garage door, please.", "set_door_lock", { door: "garage", locked: false }),
  asks("Is the back door locked? If not, lock the back door.", "set_door_lock", {
    door: "back",
    locked: true,
  }),
];

/** About nothing any tool can do. */
export const developmentOutside: readonly string[] = [
  "I think the new movie was better than the book.",
  "My grandmother grew up on a farm.",
  "Who won the football game last night?",
  "Tell me a story about a dragon.",
  "How many legs does a spider have?",
  "The children are playing in the garden.",
  "What is the capital of France?",
  "Sing me a song about the sea.",
  "Do you believe in ghosts?",
  "We should paint the fence next summer.",
  "Why is the sky blue?",
  "My brother bought a red bicycle.",
  "How do you spell necessary?",
  "Translate good morning into Spanish.",
  "That was a long day at the office.",
  "Can dogs eat chocolate?",
  "He plays the guitar very well.",
  "Write a poem about autumn leaves.",
  "What happened in the year nineteen sixty nine?",
  "I am not sure what you mean.",
  "The bus was late again this morning.",
  "Is it dangerous to swim after lunch?",
  "She has been to Paris twice.",
  "Turn left at the next traffic light.",
];
