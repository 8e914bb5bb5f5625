// Ids in the shapes the real service uses.

import { randomBytes } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 21;
const CALL_LENGTH = 16;
/** `obfuscation` hides the length of a delta on the wire; its own length is arbitrary up to this. */
const LONGEST_OBFUSCATION = 16;

export function newId(prefix: "event" | "item" | "resp" | "sess" | "conv"): string {
  return `${prefix}_${alphanumerics(LENGTH)}`;
}

export function newCallId(): string {
  return `call_${alphanumerics(CALL_LENGTH)}`;
}

export function obfuscation(): string {
  return alphanumerics(1 + (randomBytes(1)[0]! % LONGEST_OBFUSCATION));
}

function alphanumerics(length: number): string {
  let text = "";
  // 256 is no multiple of 62: the slight bias does not matter for names.
  for (const byte of randomBytes(length)) text += ALPHABET[byte % ALPHABET.length];
  return text;
}
