// A turn that began in silence and has no words after all: a door, a cough, a button that was only held. Its answer is
// asked for before the words are known, for they take their time; while nothing of that has sounded, it can be taken
// back.

import type { Receipts } from "./receipts.ts";
import type { TurnState } from "./turn.ts";

export class NothingSaid {
  readonly #receipts: Receipts;
  readonly #turn: () => TurnState;
  /** The item of the speech heard last, or of the last press, if nothing else was going on when it began. */
  #alone: string | undefined;

  constructor(receipts: Receipts, turn: () => TurnState) {
    this.#receipts = receipts;
    this.#turn = turn;
  }

  began(itemId: string): void {
    const turn = this.#turn();
    const isIdle =
      turn.phase === "awake" &&
      !turn.owed &&
      turn.answering === false &&
      turn.toolsRunning === 0 &&
      turn.doubted === 0;
    this.#alone = isIdle ? itemId : undefined;
  }

  /** Whether the answer that runs is to this turn alone, has done nothing yet and has not sounded. */
  isAnswered(itemId: string): boolean {
    const turn = this.#turn();
    return (
      this.#alone === itemId &&
      turn.phase === "awake" &&
      turn.answering === "answer" &&
      !turn.playing &&
      !turn.owed &&
      this.#receipts.isOnly(itemId)
    );
  }
}
