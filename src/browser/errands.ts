// What the page asks over HTTP. An answer may come late: what became of the stay meanwhile counts, and not the answer.

import type { ConversationApi, Created } from "./conversation-api.ts";
import type { StoredConversation } from "./conversation-memory.ts";
import type { NoticeBoard } from "./notice-board.ts";
import type { Stay } from "./stay.ts";
import type { Transcript } from "./transcript.ts";
import { noticeWords } from "./words.ts";

export class Errands {
  readonly #api: ConversationApi;
  readonly #stay: Stay;
  readonly #transcript: Transcript;
  readonly #notices: NoticeBoard;

  constructor(api: ConversationApi, stay: Stay, transcript: Transcript, notices: NoticeBoard) {
    this.#api = api;
    this.#stay = stay;
    this.#transcript = transcript;
    this.#notices = notices;
  }

  /** Null when nobody waits for a new conversation any more. */
  async create(): Promise<Created | null> {
    const connecting = { phase: "connecting", conversation: null } as const;
    this.#stay.become(connecting);
    const created = await this.#api.create();
    return this.#stay.state === connecting ? created : null;
  }

  /** Whether the conversation the page is still trying to reach is no more. */
  async isGone(conversation: StoredConversation): Promise<boolean> {
    const presence = await this.#api.ask(conversation);
    return presence === "gone" && this.#stay.conversation === conversation;
  }

  /** True when nothing is left of the page's conversation, and no other has begun meanwhile. */
  async erase(): Promise<boolean> {
    const { conversation } = this.#stay;
    if (conversation === null) return true;
    const isErased = await this.#api.erase(conversation);
    // Its end may be told by the socket first; then this is still the conversation on the screen.
    if (this.#stay.state.phase !== "ended" && this.#stay.conversation !== conversation) return false;
    if (!isErased) this.#notices.say(noticeWords.notErased);
    return isErased;
  }

  async showEarlier(): Promise<void> {
    const { conversation } = this.#stay;
    const [first] = this.#transcript.items;
    if (conversation === null || first === undefined) return;
    const earlier = await this.#api.earlier(conversation, first.id);
    if (this.#stay.conversation !== conversation) return;
    if (earlier === null) this.#notices.say(noticeWords.noEarlier);
    else this.#transcript.addEarlier(earlier.items, earlier.hasEarlier);
  }
}
