// What `npm run dev` promises, seen from outside.

import { createServer } from "node:net";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { allProcesses } from "./process-table.ts";
import { createProject, descendants, remaining, runDev } from "./stand-in-project.ts";

async function settingsOf(port: number): Promise<Record<string, string>> {
  return (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as Record<string, string>;
}

async function occupy(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return String((server.address() as { port: number }).port);
}

it.each(["PORT", "REALTIME_PORT"])(
  "DV1 a taken port is one line that names %s, and exit code 1",
  async (name) => {
    const taken = await occupy();
    const dev = await runDev(createProject(), { [name]: taken });
    expect(await dev.exited).toBe(1);
    expect(dev.lines).toEqual([`Port ${taken} is taken: set ${name} to another one.`]);
  },
);

it("DV1 a port that is not a number is one line that names the setting", async () => {
  const dev = await runDev(createProject(), { PORT: "http" });
  expect(await dev.exited).toBe(1);
  expect(dev.lines).toEqual(['PORT must be a port number from 1 to 65535, not "http".']);
});

it.each([
  ["REALTIME_URL", "http://example.com/v1/realtime", "must be encrypted"],
  ["MAX_CONVERSATIONS_PER_DAY", "many", "must be a whole number"],
])("DV1 a value of %s that the Worker refuses is one line that names it", async (name, value, problem) => {
  const dev = await runDev(createProject(), { OPENAI_API_KEY: "key", [name]: value });
  expect(await dev.exited).toBe(1);
  expect(dev.lines).toEqual([expect.stringMatching(new RegExp(`^${name} ${problem}.*\\.$`))]);
});

it("DV2 without a key the local model answers, and the one ready line comes when every part does", async () => {
  const slowModel = `
    import { createServer } from "node:http";
    const started = Date.now();
    const server = createServer((request, response) => {
      response.statusCode = Date.now() - started < 3000 ? 503 : 200;
      response.end();
    });
    server.listen(Number(process.env.REALTIME_PORT), "127.0.0.1");
  `;
  const dev = await runDev(createProject({ "local-model.mjs": slowModel }));
  expect(await dev.ready).toContain(`http://127.0.0.1:${dev.port}`);
  expect((await fetch(`http://127.0.0.1:${dev.realtimePort}/healthz`)).status).toBe(200);
  expect(await (await fetch(`http://127.0.0.1:${dev.port}/`)).text()).toBe("hello");
  expect(await settingsOf(dev.port)).toMatchObject({
    OPENAI_API_KEY: "local-model",
    REALTIME_URL: `http://127.0.0.1:${dev.realtimePort}/v1/realtime`,
  });
  expect(dev.lines.filter((line) => line.startsWith("Ready: "))).toHaveLength(1);
});

it("DV3 the environment wins over .dev.vars, which wins over [vars]; an empty value counts as unset", async () => {
  const devVars =
    "OPENAI_API_KEY=key-of-file\nREALTIME_MODEL=model-of-file\nTRANSCRIPTION_MODEL=\nMY_TOOL=tool\n";
  const dev = await runDev(createProject({ ".dev.vars": devVars }), {
    OPENAI_API_KEY: "key-of-environment",
    REALTIME_MODEL: "",
    ALLOWED_ORIGINS: "https://environment.example",
  });
  await dev.ready;
  expect(await settingsOf(dev.port)).toEqual({
    OPENAI_API_KEY: "key-of-environment",
    REALTIME_MODEL: "model-of-file",
    TRANSCRIPTION_MODEL: "transcription-of-vars",
    ALLOWED_ORIGINS: "https://environment.example",
    MY_TOOL: "tool",
  });
});

it("DV4 with a key no local model starts, and the key is in no process list", async () => {
  const key = "sk-test-3d1f$HOME'quoted\"";
  const dev = await runDev(createProject(), { OPENAI_API_KEY: key, REALTIME_URL: "http://127.0.0.1:9/v1" });
  await dev.ready;
  expect(await settingsOf(dev.port)).toMatchObject({
    OPENAI_API_KEY: key,
    REALTIME_URL: "http://127.0.0.1:9/v1",
  });
  await expect(fetch(`http://127.0.0.1:${dev.realtimePort}/`)).rejects.toThrow("fetch failed");
  expect(allProcesses().filter(({ args }) => args.includes("sk-test-3d1f"))).toEqual([]);
  expect(dev.lines.join("\n")).not.toContain("sk-test-3d1f");
});

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "DV5 %s ends the command and all it started",
  async (signal) => {
    const dev = await runDev(createProject());
    await dev.ready;
    const started = descendants(dev.pid);
    expect(started.filter(({ args }) => args.includes("workerd")).length).toBeGreaterThan(0);
    process.kill(dev.pid, signal);
    expect(await dev.exited).toBe(0);
    expect(await remaining(started)).toEqual([]);
  },
);

it("DV5 a signal while it starts ends it too", async () => {
  const never = createProject({ "local-model.mjs": "setInterval(() => {}, 1000);" });
  const dev = await runDev(never);
  await expect.poll(() => descendants(dev.pid).length, { timeout: 20_000 }).toBeGreaterThan(3);
  const started = descendants(dev.pid);
  process.kill(dev.pid, "SIGTERM");
  expect(await dev.exited).toBe(0);
  expect(await remaining(started)).toEqual([]);
});

it("DV6 a command that is killed leaves nothing behind", async () => {
  const dev = await runDev(createProject());
  await dev.ready;
  const started = descendants(dev.pid);
  process.kill(dev.pid, "SIGKILL");
  expect(await remaining(started)).toEqual([]);
});

it.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)(
  "DV6 %s to npm alone ends all of it",
  async (signal) => {
    const dev = await runDev(createProject(), {}, { throughNpm: true });
    await dev.ready;
    const started = descendants(dev.pid);
    process.kill(dev.pid, signal);
    expect(await remaining(started)).toEqual([]);
  },
);

it.each(["local-model.mjs", "workerd serve", "guard.ts"])(
  "DV7 when %s dies, all ends with a line and exit code 1",
  async (part) => {
    const dev = await runDev(createProject());
    await dev.ready;
    const started = descendants(dev.pid);
    process.kill(started.find(({ args }) => args.includes(part))!.pid, "SIGKILL");
    expect(await dev.exited).toBe(1);
    expect(dev.lines.at(-1)).toMatch(/^The (worker|local model) ended \(/);
    expect(await remaining(started)).toEqual([]);
  },
);

it("DV7 a Worker that does not build says why and ends everything", async () => {
  const dev = await runDev(createProject({ "worker.js": "export default {" }));
  expect(await dev.exited).toBe(1);
  expect(dev.lines.join("\n")).toContain("worker.js:1:16: ERROR");
  expect(dev.lines.length).toBeLessThan(6);
});

it("DV8 two of them run side by side", async () => {
  const [one, other] = await Promise.all([runDev(createProject()), runDev(createProject())]);
  await Promise.all([one.ready, other.ready]);
  expect((await settingsOf(one.port))["REALTIME_URL"]).toContain(String(one.realtimePort));
  expect((await settingsOf(other.port))["REALTIME_URL"]).toContain(String(other.realtimePort));
});
