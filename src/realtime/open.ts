// Production wiring of the model port: settings in, a dialling session out.

import type { Clock, Model, ModelListener, ModelSetup, NewId } from "../conversation/ports.ts";
import { SettingsError } from "../env.ts";
import type { Settings } from "../env.ts";
import type { Log } from "../log.ts";
import { DialError, dialRealtime } from "./dial.ts";
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

/**
 * Opens a session with the deployment's settings. Where one of them is wrong the session ends at once as `lost`, like
 * any other that cannot be had: the conversation stays as it is.
 */
export function openRealtime(readSettings: () => Settings, world: RealtimeWorld): Model {
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (thrown) {
    if (!(thrown instanceof SettingsError)) throw thrown;
    world.log.error("setting_wrong", { setting: thrown.setting });
    const dial = () => Promise.reject(new DialError({ kind: "setup_rejected", code: "setting_wrong" }));
    return new RealtimeSession({ ...world, dial, transcriptionModel: "", pricedModel: undefined });
  }
  const url = new URL(settings.realtimeUrl);
  url.searchParams.set("model", settings.realtimeModel);
  return new RealtimeSession({
    ...world,
    dial: (listener) => dialRealtime(url.href, settings.openaiApiKey, listener),
    transcriptionModel: settings.transcriptionModel,
    pricedModel: url.hostname === PROVIDER_HOST ? settings.realtimeModel : undefined,
  });
}
