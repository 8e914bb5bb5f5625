import { expect, it } from "vitest";
import { planDeploy } from "../../src/dev/deploy-plan.ts";
import type { SettingSources } from "../../src/dev/settings.ts";

const nothing: SettingSources = { environment: {}, devVars: {}, vars: {} };
const hasNone = () => Promise.resolve(false);
const hasKey = (name: string) => Promise.resolve(name === "OPENAI_API_KEY");
const mustNotAsk = () => Promise.reject(new Error("asked for the secrets"));

it("DV12 without a key anywhere a deployment is refused with one line that names it", async () => {
  const plan = planDeploy({ sources: nothing, dryRun: false, hasSecret: hasNone });
  await expect(plan).rejects.toThrow(/^OPENAI_API_KEY is not set: .*$/);
});

it("DV12 a dry run needs no key and asks nobody", async () => {
  const plan = await planDeploy({ sources: nothing, dryRun: true, hasSecret: mustNotAsk });
  expect(plan).toEqual({ secrets: {}, vars: {} });
});

it("DV12 the key is taken from the environment, else left as it is on Cloudflare, else taken from .dev.vars", async () => {
  const devVars = { OPENAI_API_KEY: "of file", REALTIME_MODEL: "stays here" };
  const given = { ...nothing, devVars, environment: { OPENAI_API_KEY: "of environment" } };
  const secrets = async (sources: SettingSources, hasSecret: typeof hasKey) =>
    (await planDeploy({ sources, dryRun: false, hasSecret })).secrets;
  expect(await secrets(given, mustNotAsk)).toEqual({ OPENAI_API_KEY: "of environment" });
  expect(await secrets({ ...nothing, devVars }, hasKey)).toEqual({});
  expect(await secrets({ ...nothing, devVars }, hasNone)).toEqual({ OPENAI_API_KEY: "of file" });
});

it("DV12 the key is never among the values that become arguments", async () => {
  const environment = { OPENAI_API_KEY: "sk", REALTIME_MODEL: "m", PORT: "1" };
  const plan = await planDeploy({
    sources: { ...nothing, environment },
    dryRun: false,
    hasSecret: mustNotAsk,
  });
  expect(plan).toEqual({ secrets: { OPENAI_API_KEY: "sk" }, vars: { REALTIME_MODEL: "m" } });
});

it("DV12 a key in [vars] is refused, since that file is committed", async () => {
  const sources = { ...nothing, vars: { OPENAI_API_KEY: "sk-oops" } };
  const plan = planDeploy({ sources, dryRun: true, hasSecret: hasNone });
  await expect(plan).rejects.toThrow(/^OPENAI_API_KEY must not be in \[vars\](?!.*sk-oops).*$/);
});

it.each(["http://example.com/v1/realtime", "ws://127.0.0.1:8788", "nonsense"])(
  "DV13 a deployment to the unencrypted model %s is refused",
  async (url) => {
    const sources = { ...nothing, vars: { REALTIME_URL: url } };
    const plan = planDeploy({ sources, dryRun: true, hasSecret: hasNone });
    await expect(plan).rejects.toThrow(/^REALTIME_URL must begin with https/);
  },
);

it.each(["https://example.com/v1/realtime", "wss://example.com/v1/realtime"])(
  "DV13 %s may be deployed",
  async (url) => {
    const sources = { ...nothing, environment: { REALTIME_URL: url } };
    const plan = await planDeploy({ sources, dryRun: true, hasSecret: hasNone });
    expect(plan.vars).toEqual({ REALTIME_URL: url });
  },
);
