// Starts the local model once for all tests of the Worker. The address is known only then; the configuration's
// outbound service reads it from the environment of this process, where both run.

import { startLocalModel } from "../src/local-model/server.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const model = await startLocalModel({ port: 0 });
  process.env["TEST_LOCAL_MODEL_PORT"] = String(model.port);
  return async () => await model.close();
}
