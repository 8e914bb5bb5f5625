// Structured logging: one line per change of a conversation's life, fields of ids and numbers. Never speech,
// transcripts, tool arguments, addresses or keys: the type of `fields` is as narrow as that rule allows.

export type LogFields = Record<string, string | number | boolean | undefined>;

/**
 * `info`: one line per lifecycle change. `warn`: a fault that was handled. `error`: a fault of ours.
 * String fields are ids, codes and names from closed lists, never free text from people or models.
 */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A log whose every line carries `base`, say the conversation's id. */
export function makeLog(base: LogFields): Log {
  return {
    info: (event, fields) => console.log({ event, ...base, ...fields }),
    warn: (event, fields) => console.warn({ event, ...base, ...fields }),
    error: (event, fields) => console.error({ event, ...base, ...fields }),
  };
}

/** What may be logged of a thrown value: its class and nothing of its text, which can quote people or keys. */
export function errorName(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
