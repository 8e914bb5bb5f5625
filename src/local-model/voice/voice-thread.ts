// The thread that speaks.

import { serveThread } from "../thread-entry.ts";
import type { VoiceRequest } from "../voice.ts";
import { synthesise } from "./synthesise.ts";

serveThread((request: VoiceRequest): Int16Array => synthesise(request.text, request.voice, request.speed));
