// The thread that hears.

import type { Vocabulary } from "../hearing.ts";
import { serveThread } from "../thread-entry.ts";
import { Recogniser } from "./recogniser.ts";

/** Without samples: load, and compile the vocabulary if there is one. */
export interface HearingRequest {
  readonly vocabulary: Vocabulary | undefined;
  readonly samples: Int16Array | undefined;
}

const loading = Recogniser.load();

serveThread(async ({ vocabulary, samples }: HearingRequest): Promise<string> => {
  const recogniser = await loading;
  if (!vocabulary) return "";
  if (samples) return recogniser.recognise(samples, vocabulary);
  recogniser.prepare(vocabulary);
  return "";
});
