// Which conversation this browser is in. Kept in local storage, so that a reload, a closed tab or tomorrow
// finds it again; the token opens this one conversation and nothing else.

export interface StoredConversation {
  conversationId: string;
  token: string;
}

export interface ConversationMemory {
  load(): StoredConversation | null;
  save(conversation: StoredConversation): void;
  /** Only this one: another tab may have begun a new conversation meanwhile. */
  forget(conversation: StoredConversation): void;
}

const KEY = "parley.conversation";

/** Storage may be forbidden (private mode, policy); the conversation then lasts as long as the page. */
export function browserMemory(storage: () => Storage): ConversationMemory {
  const load = (): StoredConversation | null => parseStored(attempt(() => storage().getItem(KEY)) ?? null);
  return {
    load,
    save: ({ conversationId, token }) =>
      void attempt(() => storage().setItem(KEY, JSON.stringify({ conversationId, token }))),
    forget: ({ conversationId }) => {
      if (load()?.conversationId === conversationId) attempt(() => storage().removeItem(KEY));
    },
  };
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function parseStored(text: string | null): StoredConversation | null {
  const value = attempt(() => JSON.parse(text ?? "null") as Partial<StoredConversation> | null);
  if (typeof value?.conversationId !== "string" || typeof value.token !== "string") return null;
  return { conversationId: value.conversationId, token: value.token };
}
