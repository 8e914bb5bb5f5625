// Every message between a page and its conversation, imported by both ends. Text frames are JSON with a
// `type`; binary frames are audio and nothing else. `docs/protocol.md` tells the story; unknown types and
// fields are ignored on both sides, so that either end may be newer.

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = "parley.v1";
/** The page offers its token as a second subprotocol: a browser cannot set headers on a socket. */
export const TOKEN_SUBPROTOCOL_PREFIX = "token.";

/** Exactly these bytes are answered by the runtime without waking the object. */
export const PING = '{"type":"ping"}';
export const PONG = '{"type":"pong"}';
export const PING_INTERVAL_MS = 25_000;

/** Longest text frame a page may send. A typed turn is at most 4,000 characters, so 16 KiB is generous. */
export const MAX_TEXT_FRAME_BYTES = 16 * 1024;
/** Longest typed turn, in UTF-16 units: several minutes of reading aloud. */
export const MAX_TYPED_CHARS = 4_000;
/** How many items `welcome` and `GET` carry; older ones are asked for. */
export const WELCOME_ITEMS = 100;
/** How many receipts of turns `GET` carries, the newest: 20 KB, and longer than most talks. */
export const SNAPSHOT_TURNS = 100;
/** After this long without the page's answer to `flush`, its last `playback` report counts. */
export const FLUSH_ANSWER_MS = 300;
/** What a page keeps of its microphone beyond the last `safeSamples`, in ms; older audio is dropped and counted. */
export const KEPT_AUDIO_MS = 60_000;
/** While something plays, the page reports at least this often. */
export const PLAYBACK_REPORT_MS = 250;

// ------------------------------------------------------------------------------ what both sides speak of

export type ConversationState = "asleep" | "connecting" | "listening" | "thinking" | "speaking" | "ended";

/** Why a conversation is asleep, where it did not simply fall silent. A closed list. */
export type SleepReason =
  /** The model could not be reached, or its socket was lost; `start` tries again. */
  | "unavailable"
  /** The model refuses this deployment (key, quota, model): trying again does not help. */
  | "refused"
  /** The realtime session reached its time limit. */
  | "session_expired"
  /** A budget of the deployment or of this conversation is used up. */
  | "over_budget"
  /** A page asked for it with `stop`. */
  | "stopped"
  /** Nobody is attached any more. */
  | "nobody_here";

export type ItemRole = "user" | "assistant" | "system";
export type ItemStatus = "in_progress" | "completed" | "interrupted" | "failed";
export type ToolStatus = "running" | "waiting_approval" | "done" | "failed";

/** What a page may know of a tool call: its name, its state and what the tool chose to show. */
export interface ItemTool {
  callId: string;
  name: string;
  status: ToolStatus;
  display?: string;
}

/** One bubble of the transcript. Times are milliseconds since the epoch. */
export interface Item {
  id: string;
  role: ItemRole;
  kind: "message" | "tool";
  text: string;
  status: ItemStatus;
  startedAt: number;
  endedAt?: number;
  /** How much of the spoken item left the speaker, in ms; present when `status` is `interrupted`. */
  heardMs?: number;
  /** The page's own id of a typed turn, so that its page knows it has arrived. */
  sentId?: string;
  tool?: ItemTool;
}

/** Sums over a conversation, or over one turn. Money is absent where the model's price is not known. */
export interface UsageTotals {
  audioInMs: number;
  audioOutMs: number;
  inputTextTokens: number;
  inputAudioTokens: number;
  cachedTokens: number;
  outputTextTokens: number;
  outputAudioTokens: number;
  costMicroUsd?: number;
}

/** What the page may change and what is in force. */
export interface LiveSettings {
  policy: string;
  policies: string[];
  voice: string;
  voices: string[];
  muted: boolean;
  /** The user says with `turn` when they speak; frames outside of a press do not count. */
  pushToTalk: boolean;
  /** The microphone is closed while the agent speaks. */
  halfDuplex: boolean;
  /** What is typed over the agent stops it; otherwise its answer follows. */
  typingInterrupts: boolean;
  /** A policy among `policies` with a closed microphone, for rooms with an echo. */
  halfDuplexPolicy?: string;
}

/** Caps a page must know to stay inside them. */
export interface PageLimits {
  maxFrameBytes: number;
  maxTextChars: number;
}

// ------------------------------------------------------------------------------------ page → conversation

export type BrowserMessage =
  | { type: "hello"; pageId: string; streamId: string }
  /** `byVoice`: nobody pressed anything, the page's own detector heard a voice while the conversation slept. */
  | { type: "start"; byVoice?: true }
  | { type: "stop" }
  | { type: "text"; text: string; id?: string }
  | PlaybackReport
  /** Push-to-talk. `atSample`: where the page's stream stands; without it, where its frames have come to. */
  | { type: "turn"; action: "begin" | "end" | "cancel"; atSample?: number }
  /** `echoFrom`: what was heard since this sample of the stream was nothing but the agent's own voice. */
  | { type: "activity"; active: boolean; echoFrom?: number }
  /** The binary frames that follow are the stream's samples from here on: the answer to `resend`. */
  | { type: "resending"; fromSample: number }
  | { type: "interrupt" }
  | { type: "settings"; policy?: string; voice?: string; muted?: boolean }
  | { type: "approval"; callId: string; approved: boolean }
  | { type: "ping" };

/** What has left the speaker of an item. */
export interface PlaybackReport {
  type: "playback";
  itemId: string;
  playedMs: number;
  /** Nothing more of it will play. */
  done?: boolean;
  /** How often the speaker ran dry in the middle of the item so far, and the silence that cost. Absent: not counted. */
  underruns?: number;
  gapMs?: number;
}

// ------------------------------------------------------------------------------------ conversation → page

export type ConversationMessage =
  | {
      type: "welcome";
      protocol: typeof PROTOCOL_VERSION;
      conversationId: string;
      state: ConversationState;
      reason?: SleepReason;
      /** The last `WELCOME_ITEMS`, oldest first. */
      items: Item[];
      hasEarlier: boolean;
      /** Whether this page holds the microphone. */
      floor: boolean;
      /** Whether some page holds it. */
      floorTaken: boolean;
      settings: LiveSettings;
      usage: UsageTotals;
      limits: PageLimits;
    }
  | { type: "state"; state: ConversationState; reason?: SleepReason }
  | { type: "floor"; held: boolean }
  | { type: "item"; item: Item }
  | { type: "item_removed"; id: string }
  | { type: "caption"; itemId: string; delta: string }
  /**
   * The binary frames that follow on this socket belong to `itemId` from `fromMs`, until the next `audio`. Before
   * `protectedMs` of the item nothing the microphone hears may hold it.
   */
  | { type: "audio"; itemId: string; fromMs: number; protectedMs?: number }
  | { type: "audio_end"; itemId: string; totalMs: number }
  | { type: "flush" }
  /** What the page held its voice for was no interruption: go on where it stopped. */
  | { type: "resume" }
  | { type: "tool"; callId: string; name: string; status: ToolStatus; display?: string }
  | { type: "usage"; totals: UsageTotals; turn: UsageTotals }
  /** The settings in force have changed. */
  | { type: "settings"; settings: LiveSettings }
  | TurnReceipt
  /** At most one a second. What lies before `safeSamples` will never be asked for again. */
  | { type: "ack"; streamId: string; receivedSamples: number; safeSamples: number }
  /**
   * Send the kept audio again from here. What arrives before the page's `resending` is dropped: it was under way. The
   * page may begin later than asked, where it keeps no more or has heard only silence.
   */
  | { type: "resend"; fromSample: number }
  | { type: "error"; code: ErrorCode; message: string; retryable: boolean }
  | { type: "pong" };

/** One per finished turn. `itemId` is the user's item, `heardMs` how much of the answer was heard before it was cut. */
export interface TurnReceipt {
  type: "turn";
  outcome: TurnOutcome;
  itemId?: string;
  heardMs?: number;
  latencyMs: TurnLatency;
  /** Present where some of the answer was heard, and its page says how. */
  playback?: TurnPlayback;
}

/** How smoothly an answer was heard: all its items together, the pauses between them left out. */
export interface TurnPlayback {
  /** How often the speaker ran dry in the middle of an item, whoever was late: a network, the model, or the machine. */
  underruns: number;
  /** The silence that cost, until the voice went on or was cut. */
  gapMs: number;
}

/** A receipt as it is kept and read again. */
export type StoredReceipt = Omit<TurnReceipt, "type">;

/** Steps of a turn, each present where it was measured. Milliseconds of wall clock at the conversation. */
export interface TurnLatency {
  /** From the end of speech, as the page's own detector or the model's audio clock tells it, to the commit. */
  commit?: number;
  /** From the commit (or the typed text) to the first audio from the model. */
  model?: number;
  /** From the first audio from the model to the first sound at the page's speaker. */
  speaker?: number;
  /** From the end of speech (or the typed text) to the first sound at the page's speaker. */
  total?: number;
}

export type TurnOutcome = "answered" | "interrupted" | "false_interruption" | "tool" | "silent" | "failed";

/** Everything an `error` message may say. Bland on purpose: the reason with its values stays in the log. */
export type ErrorCode =
  /** A text frame was not JSON, or a field has the wrong type or an impossible value. */
  | "bad_message"
  /** A binary frame does not hold whole samples. */
  | "bad_audio"
  /** Microphone audio does not arrive at 24 kHz. */
  | "audio_rate"
  /** Audio came before this socket's first `start`. */
  | "not_started"
  /** A frame or message is over its cap, or comes too fast; the socket closes. */
  | "too_much"
  /** The agent's own voice came back through the microphone: that turn was dropped. */
  | "echo_heard"
  /** The hold was too short to be a turn (push-to-talk). */
  | "turn_too_short"
  /** The model cannot be reached. */
  | "unavailable"
  /** The model refuses this deployment. */
  | "refused"
  /** An answer failed; the conversation goes on. */
  | "answer_failed"
  /** What was asked for is not allowed here. */
  | "not_allowed"
  /** Our own fault. */
  | "internal";

/** The body of every HTTP error of the API. */
export interface HttpError {
  error: { code: HttpErrorCode; message: string };
}

export type HttpErrorCode =
  | "origin_not_allowed"
  | "too_many"
  | "daily_limit"
  | "not_configured"
  | "unauthorized"
  | "not_found"
  | "upgrade_required"
  | "bad_request"
  | "internal";

/** `POST /api/conversations`. */
export interface CreatedConversation {
  conversationId: string;
  token: string;
  socketUrl: string;
}

/** `GET /api/conversations/:id`. */
export interface ConversationSnapshot {
  conversationId: string;
  state: ConversationState;
  items: Item[];
  hasEarlier: boolean;
  usage: UsageTotals;
  /** The newest `SNAPSHOT_TURNS`, oldest first. */
  turns: StoredReceipt[];
  createdAt: number;
}
