// Ten other tools, which no rule was improved against. They exist only here.

import type { BrainTool } from "../../src/local-model/brain.ts";
import { object } from "./case.ts";

export const heldOutTools: readonly BrainTool[] = [
  {
    name: "schedule_appointment",
    description: "Makes an appointment with a doctor.",
    parameters: object(
      {
        doctor: { type: "string", enum: ["dentist", "optician", "physician"] },
        date: { type: "string", format: "date" },
        time: { type: "string", format: "time" },
      },
      ["doctor", "date"],
    ),
  },
  {
    name: "dim_lights",
    description: "Changes the brightness of the lights in a room, in percent.",
    parameters: object(
      {
        room: { type: "string", enum: ["hall", "dining_room", "studio", "bathroom"] },
        brightness: { type: "integer", minimum: 0, maximum: 100 },
      },
      ["room", "brightness"],
    ),
  },
  {
    name: "orderPizza",
    description: "Orders a pizza for delivery.",
    parameters: object(
      {
        size: { type: "string", enum: ["small", "medium", "large"] },
        topping: { type: "string", enum: ["mushroom", "ham", "spinach", "extra_cheese"] },
      },
      ["size", "topping"],
    ),
  },
  {
    name: "find_flights",
    description: "Searches for flights between two cities on a day.",
    parameters: object(
      {
        origin: { type: "string", description: "City of departure" },
        destination: { type: "string", description: "City of arrival" },
        departure_date: { type: "string", format: "date" },
      },
      ["origin", "destination"],
    ),
  },
  {
    name: "call_contact",
    description: "Calls somebody from the address book.",
    parameters: object({ contact: { type: "string", description: "First name" } }, ["contact"]),
  },
  {
    name: "start_workout",
    description: "Starts recording a workout.",
    parameters: object(
      {
        activity: { type: "string", enum: ["running", "cycling", "yoga", "rowing"] },
        minutes: { type: "integer", description: "Planned length" },
      },
      ["activity"],
    ),
  },
  {
    name: "log_expense",
    description: "Records an expense in dollars.",
    parameters: object(
      {
        amount: { type: "number" },
        category: { type: "string", enum: ["food", "travel", "rent", "clothes"] },
      },
      ["amount", "category"],
    ),
  },
  {
    name: "create_task",
    description: 'Creates a task on the to-do list. For example "add a task to water the plants".',
    parameters: object({ title: { type: "string", description: "What has to be done" } }, ["title"]),
  },
  {
    name: "get_opening_hours",
    description: "Tells when a branch of the library opens and closes.",
    parameters: object(
      { branch: { type: "string", enum: ["downtown", "airport", "harbor", "university"] } },
      ["branch"],
    ),
  },
  {
    name: "set_burglar_alarm",
    description: "Switches the burglar alarm of the house on or off.",
    parameters: object({ enabled: { type: "boolean" } }, ["enabled"]),
  },
];
