// The two level meters. A number comes every 50 ms of audio; it is drawn on a scale of decibels, since that
// is how loudness is felt. Who asked for less motion sees a few steady steps instead of a dance.

import { find } from "./page-elements.ts";

/** The quietest level that shows. */
const FLOOR_DB = -54;
/** Steps of the meter where motion is to be reduced. */
const STILL_STEPS = 4;

export type MeterName = "microphone" | "speaker";

export class Meters {
  readonly #fills = {
    microphone: find("meter-microphone", HTMLElement),
    speaker: find("meter-speaker", HTMLElement),
  };
  readonly #lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

  /** `level` is a root mean square from 0 to 1. */
  show(name: MeterName, level: number): void {
    const share = meterShare(level);
    const shown = this.#lessMotion.matches ? Math.ceil(share * STILL_STEPS) / STILL_STEPS : share;
    this.#fills[name].style.setProperty("--level", shown.toFixed(2));
  }
}

function meterShare(level: number): number {
  if (level <= 0) return 0;
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(level)) / FLOOR_DB));
}
