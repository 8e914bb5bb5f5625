// Checks of JSON values against the shapes the API documents. A check returns the value or throws the `WireError`
// that names the field by its path.

import {
  aboveMaximum,
  belowMinimum,
  missingParameter,
  stringTooLong,
  unknownParameter,
  unsupportedValue,
  WireError,
  wrongType,
} from "./errors.ts";

export type Check<Value> = (value: unknown, path: string) => Value;

type Shape = Readonly<Record<string, Check<unknown>>>;
type Checked<S extends Shape> = { -readonly [Key in keyof S]?: ReturnType<S[Key]> };

/** Levels of nesting in anything that is taken in. Schemas have some ten; thousands overflow the stack of a reader. */
export const MAX_DEPTH = 100;

/** Whether arrays and objects are nested in each other more than `levels` times. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) if (isDeeperThan(fields[key], levels - 1)) return true;
  return false;
}

export const anything: Check<unknown> = (value) => value;

export const text: Check<string> = (value, path) => {
  if (typeof value !== "string") throw wrongType(path, "a string", value);
  return value;
};

export function textUpTo(maximum: number): Check<string> {
  return (value, path) => {
    const checked = text(value, path);
    if (checked.length > maximum) throw stringTooLong(path, maximum, checked.length);
    return checked;
  };
}

/** Item and call ids: the characters and the length the real service takes. */
export const identifier: Check<string> = (value, path) => {
  const checked = textUpTo(32)(value, path);
  if (!/^[a-zA-Z0-9_-]+$/.test(checked)) {
    const message = `Invalid '${path}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
    throw new WireError("invalid_value", message, path);
  }
  return checked;
};

export const flag: Check<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw wrongType(path, "a boolean", value);
  return value;
};

export function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Check<number> {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(path, "an integer", value);
    if (value < minimum) throw belowMinimum(path, minimum, value);
    if (value > maximum) throw aboveMaximum(path, maximum, value);
    return value;
  };
}

export function decimal(minimum: number, maximum: number): Check<number> {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isFinite(value)) throw wrongType(path, "a decimal", value);
    if (value < minimum || value > maximum) {
      throw new WireError(
        "invalid_value",
        `Invalid '${path}': expected a value between ${minimum} and ${maximum}.`,
        path,
      );
    }
    return value;
  };
}

export function oneOf<const Value extends string>(...values: readonly Value[]): Check<Value> {
  return (value, path) => {
    const found = values.find((each) => each === value);
    if (found === undefined) throw unsupportedValue(path, value, values);
    return found;
  };
}

export function nullable<Value>(check: Check<Value>): Check<Value | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

export function arrayOf<Value>(check: Check<Value>): Check<Value[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrongType(path, "an array", value);
    return value.map((each, index) => check(each, `${path}[${index}]`));
  };
}

/** An object with these fields only; those named in `required` must be there. */
export function object<const S extends Shape, const Required extends keyof S & string = never>(
  shape: S,
  required: readonly Required[] = [],
): Check<Checked<S> & { [Key in Required]: ReturnType<S[Key]> }> {
  return (value, path) => {
    const source = record(value, path);
    for (const key of required) if (source[key] === undefined) throw missingParameter(`${path}.${key}`);
    const result: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(source)) {
      const check = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (!check) throw unknownParameter(`${path}.${key}`);
      if (part !== undefined) result[key] = check(part, `${path}.${key}`);
    }
    return result as Checked<S> & { [Key in Required]: ReturnType<S[Key]> };
  };
}

export function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongType(path, "an object", value);
  }
  return value as Record<string, unknown>;
}

/** At most 16 pairs of short strings, as the API limits them. */
export const metadata: Check<Record<string, string>> = (value, path) => {
  const entries = Object.entries(record(value, path));
  if (entries.length > 16) {
    throw new WireError("invalid_value", `Invalid '${path}': expected at most 16 key-value pairs.`, path);
  }
  return Object.fromEntries(
    entries.map(([key, part]) => [textUpTo(64)(key, path), textUpTo(512)(part, `${path}.${key}`)]),
  );
};
