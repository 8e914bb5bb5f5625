// A union of objects told apart by constant fields, such as `type` and `role`, accepts the same values when the member
// is chosen by those fields first; but then what is wrong is said about that member alone, not about all of them.

import { referredTo } from "./json-schema.ts";
import type { JsonSchema, SchemaFile } from "./json-schema.ts";

export function withTaggedUnions({ definitions, ...file }: SchemaFile): SchemaFile {
  const rewritten = Object.entries(definitions).map(([name, schema]) => [name, rewrite(schema, definitions)]);
  return { ...file, definitions: Object.fromEntries(rewritten) as SchemaFile["definitions"] };
}

function rewrite(schema: JsonSchema, definitions: SchemaFile["definitions"]): JsonSchema {
  const { anyOf, items, properties, ...rest } = schema;
  const tags = anyOf?.map((member) => tagsOf(definitions[referredTo(member)] ?? member));
  const distinct = new Set(tags?.map((tag) => JSON.stringify(tag)));
  const isTagged = tags?.every((tag) => tag !== undefined) && distinct.size === tags.length;
  return {
    ...rest,
    ...(items ? { items: rewrite(items, definitions) } : {}),
    ...(properties
      ? { properties: mapValues(properties, (property) => rewrite(property, definitions)) }
      : {}),
    ...(anyOf && tags && isTagged
      ? {
          anyOf: tags as JsonSchema[],
          allOf: anyOf.map((member, index) => ({
            if: tags[index]!,
            // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema, not a promise
            then: rewrite(member, definitions),
          })),
        }
      : anyOf
        ? { anyOf: anyOf.map((member) => rewrite(member, definitions)) }
        : {}),
  };
}

/** What every value of this member has, and undefined when it has nothing constant. */
function tagsOf({ properties = {}, required = [] }: JsonSchema): JsonSchema | undefined {
  const constant = Object.entries(properties).filter(
    ([field, property]) => property.const !== undefined && required.includes(field),
  );
  if (constant.length === 0) return undefined;
  return {
    properties: Object.fromEntries(constant.map(([field, property]) => [field, { const: property.const }])),
    required: constant.map(([field]) => field),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
