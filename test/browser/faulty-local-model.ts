// The local model of a development server, with its faults on and the audio of each session kept.

import { startLocalModel } from "../../src/local-model/server.ts";

/** No test talks longer in one session. */
const KEEP_AUDIO_MS = 120_000;

await startLocalModel({
  port: Number(process.env["REALTIME_PORT"]),
  faults: true,
  keepAudioMs: KEEP_AUDIO_MS,
});
