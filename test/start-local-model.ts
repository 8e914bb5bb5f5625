// Starts the local model for all tests of the Worker, and a second one that lets nobody in. Their addresses are known
// only then; the configuration's outbound service reads them from the environment of this process, where both run.

import { startLocalModel } from "../src/local-model/server.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const [model, refusing] = await Promise.all([
    startLocalModel({ port: 0 }),
    startLocalModel({ port: 0, requireKey: "a-key-nobody-has" }),
  ]);
  process.env["TEST_LOCAL_MODEL_PORT"] = String(model.port);
  process.env["TEST_REFUSING_MODEL_PORT"] = String(refusing.port);
  return async () => {
    await Promise.all([model.close(), refusing.close()]);
  };
}
