// An utterance without its wrapping: "could you please" before and "right now" after what it asks for.

import type { Token } from "./tokens.ts";

const OPENINGS =
  /^(?:(?:please|hey|hi|hello|ok|okay|so|well|and|um|uh|er|now|then|also|parley|yes|no) |(?:can|could|would|will) you (?:please )?(?:tell me )?|i (?:want|would like|need) (?:you )?to |do you know |tell me )/;
const CLOSINGS = / (?:please|now|right now|for me|thanks|thank you|then|too|as well)$/;

export function core(list: readonly Token[]): Token[] {
  let rest = [...list];
  for (let again = true; again;) {
    const said = phrase(rest);
    const opening = OPENINGS.exec(`${said} `)?.[0].trim().split(" ").length ?? 0;
    const closing = CLOSINGS.exec(said)?.[0].trim().split(" ").length ?? 0;
    again = opening + closing > 0 && opening + closing < rest.length;
    if (again) rest = rest.slice(opening, rest.length - closing);
  }
  return rest;
}

export function phrase(list: readonly Token[]): string {
  return list.map((token) => token.word).join(" ");
}
