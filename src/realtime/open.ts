// Production wiring of the model port: settings in, a dialling session out.

import type { Clock, Model, ModelListener, ModelSetup, NewId } from "../conversation/ports.ts";
import type { Settings } from "../env.ts";
import type { Log } from "../log.ts";
import { dialRealtime } from "./dial.ts";
import { RealtimeSession } from "./session.ts";

/** Only here is our price list the right one; a compatible server elsewhere bills as it likes. */
const PROVIDER_HOST = "api.openai.com";

export interface RealtimeWorld {
  setup: ModelSetup;
  listener: ModelListener;
  clock: Clock;
  newId: NewId;
  log: Log;
}

export function openRealtime(settings: Settings, world: RealtimeWorld): Model {
  const url = new URL(settings.realtimeUrl);
  url.searchParams.set("model", settings.realtimeModel);
  return new RealtimeSession({
    ...world,
    dial: (listener) => dialRealtime(url.href, settings.openaiApiKey, listener),
    transcriptionModel: settings.transcriptionModel,
    pricedModel: url.hostname === PROVIDER_HOST ? settings.realtimeModel : undefined,
  });
}
