// Ten tools the rules may be improved against. They exist only here.

import type { BrainTool } from "../../src/local-model/brain.ts";
import { object } from "./case.ts";

const CURRENCIES = ["dollar", "euro", "pound", "yen"];

export const developmentTools: readonly BrainTool[] = [
  {
    name: "book_table",
    description: "Books a table in the restaurant.",
    parameters: object(
      {
        guests: { type: "integer", description: "How many people will come" },
        date: { type: "string", format: "date" },
        time: { type: "string", format: "time" },
      },
      ["guests", "date"],
    ),
  },
  {
    name: "set_thermostat",
    description: "Sets the target temperature of a room in degrees Celsius.",
    parameters: object(
      {
        room: { type: "string", enum: ["kitchen", "living_room", "bedroom", "office"] },
        temperature: { type: "number", minimum: 5, maximum: 30 },
      },
      ["room", "temperature"],
    ),
  },
  {
    name: "track_package",
    description: "Tells where a package is and when it will be delivered.",
    parameters: object({ order_number: { type: "integer" } }, ["order_number"]),
  },
  {
    name: "convert_currency",
    description: "Converts an amount of money from one currency to another.",
    parameters: object(
      {
        amount: { type: "number" },
        from: { type: "string", enum: CURRENCIES },
        to: { type: "string", enum: CURRENCIES },
      },
      ["amount", "from", "to"],
    ),
  },
  {
    name: "play_music",
    description: "Plays music of a genre on the speakers.",
    parameters: object({ genre: { type: "string", enum: ["jazz", "rock", "classical", "pop"] } }, ["genre"]),
  },
  {
    name: "send_message",
    description: 'Sends a text message to a contact. For example "send a message to Bob saying I am late".',
    parameters: object(
      {
        recipient: { type: "string", description: "First name of the contact" },
        body: { type: "string", description: "The text of the message" },
      },
      ["recipient", "body"],
    ),
  },
  {
    name: "addToShoppingList",
    description: "Adds an item to the shopping list.",
    parameters: object({ item: { type: "string", description: "What to buy" } }, ["item"]),
  },
  {
    name: "get_account_balance",
    description: "Returns the balance of one of the user's bank accounts.",
    parameters: object({ account: { type: "string", enum: ["checking", "savings", "credit_card"] } }, [
      "account",
    ]),
  },
  {
    name: "cancel_reservation",
    description: "Cancels a reservation.",
    parameters: object({ name: { type: "string", description: "First name of the guest" } }, ["name"]),
  },
  {
    name: "set_door_lock",
    description: "Locks or unlocks a door of the house.",
    parameters: object(
      {
        door: { type: "string", enum: ["front", "back", "garage"] },
        locked: { type: "boolean", description: "True to lock the door, false to unlock it" },
      },
      ["door", "locked"],
    ),
  },
];
