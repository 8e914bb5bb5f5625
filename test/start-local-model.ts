// Starts the local model for all tests of the Worker, one that lets nobody in, and one that fails on demand. Their addresses are known
// only then; the configuration's outbound service reads them from the environment of this process, where both run.

import { startLocalModel } from "../src/local-model/server.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const [model, refusing, faulty] = await Promise.all([
    startLocalModel({ port: 0 }),
    startLocalModel({ port: 0, requireKey: "a-key-nobody-has" }),
    startLocalModel({ port: 0, faults: true }),
  ]);
  process.env["TEST_LOCAL_MODEL_PORT"] = String(model.port);
  process.env["TEST_REFUSING_MODEL_PORT"] = String(refusing.port);
  process.env["TEST_FAULTY_MODEL_PORT"] = String(faulty.port);
  return async () => {
    await Promise.all([model.close(), refusing.close(), faulty.close()]);
  };
}
