// Draws the transcript: one list element per item, found again by the item's id. Whatever the conversation
// says goes in as text, never as markup.

import type { Item } from "../protocol/messages.ts";
import { create, find, setText } from "./page-elements.ts";
import type { Transcript, TranscriptChange } from "./transcript.ts";
import { itemMark, toolName } from "./words.ts";

/** Within this of the end the page keeps showing the end; further up somebody is reading. */
const NEAR_END_PX = 120;

export interface TranscriptActions {
  onApproval(callId: string, approved: boolean): void;
  onEarlier(): void;
}

export class TranscriptView {
  readonly #list = find("transcript", HTMLOListElement);
  readonly #scroller = find("log", HTMLElement);
  readonly #empty = find("empty", HTMLElement);
  readonly #earlier = find("earlier", HTMLButtonElement);
  readonly #elements = new Map<string, HTMLLIElement>();
  readonly #actions: TranscriptActions;
  /** The reader is at the end and wants to stay there. */
  #isAtEnd = true;

  constructor(actions: TranscriptActions) {
    this.#actions = actions;
    this.#scroller.addEventListener("scroll", () => this.#noticePlace(), { passive: true });
    // A keyboard on the screen, or a notice below, makes the space smaller without anybody scrolling.
    new ResizeObserver(() => this.#keepPlace()).observe(this.#scroller);
    this.#earlier.addEventListener("click", () => actions.onEarlier());
  }

  change(transcript: Transcript, change: TranscriptChange): void {
    if (change.type === "reset") this.#drawAll(transcript.items);
    else if (change.type === "item") this.#draw(change.item);
    else this.#erase(change.id);
    this.#empty.hidden = this.#elements.size > 0;
    this.#earlier.hidden = !transcript.hasEarlier;
    this.#keepPlace();
  }

  #noticePlace(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #keepPlace(): void {
    if (this.#isAtEnd && this.#elements.size > 0) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Keeps the elements that are there: a reconnect must not be read out as news. */
  #drawAll(items: Item[]): void {
    const ids = new Set(items.map(({ id }) => id));
    for (const id of this.#elements.keys()) if (!ids.has(id)) this.#erase(id);
    let place = this.#list.firstElementChild;
    for (const item of items) {
      const element = this.#draw(item);
      if (element === place) place = place.nextElementSibling;
      else this.#list.insertBefore(element, place);
    }
  }

  #erase(id: string): void {
    this.#elements.get(id)?.remove();
    this.#elements.delete(id);
  }

  #draw(item: Item): HTMLLIElement {
    const element = this.#elements.get(item.id) ?? this.#add(item);
    Object.assign(element.dataset, {
      itemId: item.id,
      role: item.role,
      kind: item.kind,
      status: item.status,
    });
    // Words still coming in are read out once they are complete.
    element.ariaBusy = String(item.status === "in_progress");
    const [who, text, mark, buttons] = element.children as unknown as HTMLElement[];
    setText(who!, whoWords(item));
    setText(text!, item.tool === undefined ? item.text : (item.tool.display ?? item.text));
    setText(mark!, itemMark(item));
    buttons!.hidden = item.tool?.status !== "waiting_approval";
    if (item.tool !== undefined) element.dataset["tool"] = item.tool.status;
    return element;
  }

  #add(item: Item): HTMLLIElement {
    const element = create("li", "item");
    element.dataset["testid"] = "item";
    element.append(create("span", "who"), create("p", "words"), create("span", "mark"), this.#buttons(item));
    this.#elements.set(item.id, element);
    this.#list.append(element);
    return element;
  }

  #buttons(item: Item): HTMLElement {
    const buttons = create("div", "approval");
    buttons.hidden = true;
    for (const approved of [true, false]) {
      const button = create("button", approved ? "small accent" : "small", approved ? "Allow" : "Refuse");
      button.type = "button";
      button.dataset["testid"] = approved ? "approve" : "refuse";
      button.addEventListener("click", () =>
        this.#actions.onApproval(item.tool?.callId ?? item.id, approved),
      );
      buttons.append(button);
    }
    return buttons;
  }
}

function whoWords(item: Item): string {
  if (item.tool !== undefined) return toolName(item.tool.name);
  return item.role === "user" ? "You" : item.role === "assistant" ? "Agent" : "Note";
}
