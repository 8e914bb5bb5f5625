// As much of JSON Schema as the generated schemas are handled with.

export interface JsonSchema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** The schemas of one TypeScript type: its own under its name, and those it refers to. */
export interface SchemaFile {
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** The name in a reference such as `#/definitions/ResponseDoneEvent`. */
export function referredTo(schema: JsonSchema): string {
  return decodeURIComponent(schema.$ref?.replace("#/definitions/", "") ?? "");
}
