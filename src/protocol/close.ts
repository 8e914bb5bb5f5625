// Close codes, and the platform's sharp edges around closing a socket, each a small function with its reason.

/** Why a conversation closes a page's socket. The reason text is part of the contract. */
export const CLOSE = {
  ended: { code: 1000, reason: "conversation ended" },
  replaced: { code: 1000, reason: "replaced by a newer socket of this page" },
  policy: { code: 1008, reason: "too much" },
  tooBig: { code: 1009, reason: "frame too large" },
} as const;

/** A close frame's reason holds at most 123 bytes of UTF-8; the runtime throws a SyntaxError beyond. */
export const MAX_CLOSE_REASON_BYTES = 123;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** `text` cut to what fits in a close frame, never inside a character. */
export function closeReason(text: string): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= MAX_CLOSE_REASON_BYTES) return text;
  let end = MAX_CLOSE_REASON_BYTES;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return decoder.decode(bytes.subarray(0, end));
}

/** 1004-1006 and 1015 are reports, never sent: `close()` throws on them, so echoing a peer's code needs this. */
export function isReservedCloseCode(code: number): boolean {
  return code < 1000 || code > 4999 || code === 1004 || code === 1005 || code === 1006 || code === 1015;
}

/** Closes and swallows what a socket that is already gone throws. */
export function closeQuietly(
  socket: { close(code?: number, reason?: string): void },
  code: number,
  reason: string,
): void {
  try {
    socket.close(isReservedCloseCode(code) ? 1000 : code, closeReason(reason));
  } catch {
    // The peer was faster; there is nothing left to close.
  }
}
