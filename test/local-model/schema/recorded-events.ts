// Events as the real service sends them (the failed transcription: as its reference shows it), shortened to what the
// allow-list is about. Ids are made up.

const IDS = { response_id: "resp_1", item_id: "item_1", output_index: 0, content_index: 0 };
const DELTA = { event_id: "event_1", delta: "wh", obfuscation: "kZ3d" };
const PCM = { type: "audio/pcm", rate: 24_000 };

const session = {
  type: "realtime",
  object: "realtime.session",
  id: "sess_1",
  model: "gpt-realtime-2.1-mini",
  output_modalities: ["audio"],
  instructions: "You are a helpful assistant.",
  tools: [],
  tool_choice: "auto",
  max_output_tokens: "inf",
  tracing: null,
  truncation: "auto",
  prompt: null,
  expires_at: 1_790_726_624,
  audio: {
    input: {
      format: PCM,
      transcription: null,
      noise_reduction: null,
      turn_detection: {
        type: "server_vad",
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        idle_timeout_ms: null,
        create_response: true,
        interrupt_response: true,
      },
    },
    output: { format: PCM, voice: "marin", speed: 1 },
  },
  include: null,
};

const transcribing = { model: "gpt-realtime-whisper", language: null, prompt: null };

const transcriptionSession = {
  type: "transcription",
  object: "realtime.transcription_session",
  id: "sess_2",
  expires_at: 1_790_726_624,
  audio: { input: { format: PCM, transcription: null, noise_reduction: null, turn_detection: null } },
  include: null,
};

const answer = {
  id: "item_1",
  type: "message",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_audio", transcript: "Hi!" }],
  phase: "final_answer",
};

const response = {
  object: "realtime.response",
  id: "resp_1",
  status: "in_progress",
  status_details: null,
  output: [],
  conversation_id: "conv_1",
  output_modalities: ["audio"],
  max_output_tokens: "inf",
  audio: { output: { format: PCM, voice: "marin" } },
  usage: null,
  metadata: null,
};

const usage = {
  total_tokens: 254,
  input_tokens: 140,
  output_tokens: 114,
  input_token_details: {
    text_tokens: 89,
    audio_tokens: 51,
    image_tokens: 0,
    cached_tokens: 0,
    cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 54, audio_tokens: 60, reasoning_tokens: 27 },
};

export const RECORDED_EVENTS: readonly Readonly<Record<string, unknown>>[] = [
  { type: "session.created", event_id: "event_1", session },
  { type: "session.created", event_id: "event_1", session: transcriptionSession },
  {
    type: "session.updated",
    event_id: "event_1",
    session: {
      ...session,
      audio: { ...session.audio, input: { ...session.audio.input, transcription: transcribing } },
    },
  },
  {
    type: "conversation.item.added",
    event_id: "event_1",
    previous_item_id: null,
    item: {
      id: "item_1",
      type: "message",
      status: "completed",
      role: "user",
      content: [{ type: "input_audio", transcript: null }],
    },
  },
  { type: "response.created", event_id: "event_1", response },
  { type: "response.created", event_id: "event_1", response: { ...response, conversation_id: null } },
  {
    type: "response.done",
    event_id: "event_1",
    response: { ...response, status: "completed", output: [answer], usage },
  },
  { type: "response.output_text.delta", ...DELTA, ...IDS },
  { type: "response.output_audio_transcript.delta", ...DELTA, ...IDS },
  {
    type: "response.function_call_arguments.delta",
    ...DELTA,
    response_id: "resp_1",
    item_id: "item_1",
    output_index: 0,
    call_id: "call_1",
  },
  {
    type: "conversation.item.input_audio_transcription.failed",
    event_id: "event_1",
    item_id: "item_1",
    content_index: 0,
    error: {
      type: "transcription_error",
      code: "audio_unintelligible",
      message: "The audio could not be transcribed.",
      param: null,
    },
  },
  {
    type: "conversation.item.input_audio_transcription.delta",
    ...DELTA,
    item_id: "item_1",
    content_index: 0,
  },
];
