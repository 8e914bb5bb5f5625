// Checks server events against the generated schemas, each against the schema of its own type.

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { withDifferences } from "./allow-list.ts";
import { SERVER_EVENT, serverEventSchemas } from "./generate.ts";
import type { SchemaFile } from "./json-schema.ts";
import { referredTo } from "./json-schema.ts";
import { withTaggedUnions } from "./tagged-unions.ts";

/** Of one wrong event, so many of the places where it is wrong are named. */
const MAX_FAULTS_SHOWN = 4;
export class EventChecker {
  readonly #ajv: Ajv;
  readonly #definitions = new Map<string, string>();
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(schemas: SchemaFile) {
    this.#ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false });
    this.#ajv.addSchema(withTaggedUnions(schemas), "server-events");
    for (const member of schemas.definitions[SERVER_EVENT]?.anyOf ?? []) {
      const name = referredTo(member);
      this.#definitions.set(String(schemas.definitions[name]?.properties?.["type"]?.const), name);
    }
  }

  /** By the declarations and the allow-list. */
  static async load(): Promise<EventChecker> {
    return new EventChecker(withDifferences(await serverEventSchemas()));
  }

  /** Every type in the union. */
  get types(): string[] {
    return [...this.#definitions.keys()];
  }

  /** What is wrong with an event; undefined if nothing is. */
  problem(event: unknown): string | undefined {
    const type = String((event as { type?: unknown }).type);
    const definition = this.#definitions.get(type);
    if (definition === undefined) return `no type "${type}" in ${SERVER_EVENT}`;
    const validate = this.#validator(type, definition);
    if (validate(event)) return undefined;
    return `${type} is not as declared in ${definition}:\n${faults(validate.errors ?? [])}`;
  }

  #validator(type: string, definition: string): ValidateFunction {
    const validator =
      this.#validators.get(type) ??
      this.#ajv.compile({ $ref: `server-events#/definitions/${encodeURIComponent(definition)}` });
    this.#validators.set(type, validator);
    return validator;
  }
}

/** The branches that a choice was made between are no news. */
function faults(errors: readonly ErrorObject[]): string {
  const told = errors
    .filter(({ keyword }) => keyword !== "anyOf" && keyword !== "if")
    .map(
      ({ instancePath, message, params }) =>
        `  at ${instancePath || "/"}: ${message} ${JSON.stringify(params)}`,
    );
  return [...new Set(told)].slice(0, MAX_FAULTS_SHOWN).join("\n");
}
