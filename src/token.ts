// The ticket of a conversation: 256 random bits, shown once, stored only as their SHA-256.

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;

/** A fresh token: 43 characters of base64url, allowed in a header and in a WebSocket subprotocol. */
export function newToken(): string {
  return crypto
    .getRandomValues(new Uint8Array(TOKEN_BYTES))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

export function isToken(value: string | undefined): value is string {
  return value !== undefined && TOKEN.test(value);
}

/** The token of an `Authorization: Bearer` header, if it has the form of one. */
export function bearerToken(header: string | undefined): string | undefined {
  const value = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
  return isToken(value) ? value : undefined;
}

/** What is stored: SHA-256 in hex. With 256 random bits there is nothing a salt would protect. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toHex();
}
