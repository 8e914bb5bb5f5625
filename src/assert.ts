// The two assertions every folder shares. Both throw: a broken invariant must not be carried on with.

/** Ends a `switch` over a union: a new member that nobody handles is a type error here. */
export function assertNever(value: never): never {
  throw new Error(`unhandled: ${JSON.stringify(value)}`);
}

/** Throws with `message` unless `condition` holds. For what the code itself guarantees, never for input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`);
}
