// The page's controls under real fingers and keys: its own document and view in a browser, and no conversation.

import { readFileSync } from "node:fs";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CallStatus } from "../../src/browser/call-status.ts";
import { talkHelp } from "../../src/browser/words.ts";
import { launch } from "./chromium.ts";
import { STORED, WELCOME } from "./support-call.ts";

const root = new URL("../../", import.meta.url);
const POLICIES = ["normal", "half-duplex", "push-to-talk"];

/** The view, its actions written down, and the transcript's. */
const VIEW = `
import { View } from "./src/browser/view.ts";
import { Transcript } from "./src/browser/transcript.ts";
import { TranscriptView } from "./src/browser/transcript-view.ts";
const done = [];
const note = (what) => (...more) => { done.push([what, ...more].join(" ")); return true; };
const press = { begin: note("begin"), end: note("end"), cancel: note("cancel") };
const view = new View({ press, onTalk: note("talk"), onPolicy: note("policy"), onInterrupt: note("interrupt") });
const drawing = new TranscriptView({});
const transcript = new Transcript((change) => drawing.change(transcript, change));
Object.assign(globalThis, { done, view, transcript });
`;

/** What the view's page has, seen from here. */
interface Drawn {
  done: string[];
  view: { render(status: CallStatus): void };
  transcript: { put(item: object): void };
}

let browser: Browser;
let code: string;
let page: Page;

beforeAll(async () => {
  const bundle = { contents: VIEW, resolveDir: root.pathname };
  const built = await build({ stdin: bundle, bundle: true, write: false, format: "iife", target: "es2022" });
  code = built.outputFiles[0]!.text;
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  page = await browser.newPage();
  const html = readFileSync(new URL("public/index.html", root), "utf8").replace(/<script .*<\/script>/, "");
  await page.setContent(html.replace(/<link .*>/g, ""));
  await page.addStyleTag({ content: readFileSync(new URL("public/style.css", root), "utf8") });
  await page.addScriptTag({ content: code });
  return async () => await page.close();
});

/** A conversation that listens, with this manner. */
function statusWith(policy: string, more: Partial<CallStatus> = {}): CallStatus {
  return {
    state: { phase: "live", conversation: STORED, is: "listening", floor: true, recovering: false },
    microphone: { is: "on", dozing: false },
    muted: false,
    isPressed: false,
    isDeaf: false,
    notice: null,
    usage: null,
    settings: { ...WELCOME.settings, policy, policies: POLICIES, pushToTalk: policy === "push-to-talk" },
    limits: null,
    turn: null,
    echoTest: { is: "off" },
    droppedFrames: 0,
    ...more,
  };
}

async function render(status: CallStatus): Promise<void> {
  await page.evaluate((shown) => (globalThis as unknown as Drawn).view.render(shown), status);
}

async function done(): Promise<string[]> {
  return await page.evaluate(() => (globalThis as unknown as Drawn).done);
}

test.each([
  ["another manner is in force", statusWith("normal")],
  ["the conversation has ended", statusWith("normal", { state: { phase: "ended" }, settings: null })],
])("PG62: let go after %s, a press is no click; the next click is one", async (_what, after) => {
  await render(statusWith("push-to-talk"));
  await page.getByTestId("talk").hover();
  await page.mouse.down();
  await render(statusWith("push-to-talk", { isPressed: true }));
  await render(after);
  await page.mouse.up();
  expect(await done()).toEqual(["begin"]);
  await page.getByTestId("talk").click();
  expect(await done()).toEqual(["begin", "talk"]);
});

test("PG43: arrow keys go on from the newest choice, whatever is drawn meanwhile", async () => {
  const policy = page.getByTestId("policy");
  await render(statusWith("normal"));
  await policy.focus();
  await page.keyboard.press("ArrowDown");
  await render(statusWith("normal"));
  await page.keyboard.press("ArrowDown");
  // The first choice is in force now, and the second one is on its way.
  await render(statusWith("half-duplex"));
  expect(await done()).toEqual(["policy half-duplex", "policy push-to-talk"]);
  expect(await policy.inputValue()).toBe("push-to-talk");
  await render(statusWith("push-to-talk"));
  // Another page has chosen.
  await render(statusWith("normal"));
  expect(await policy.inputValue()).toBe("normal");
});

test("PG43: a choice that was refused is not shown for ever", async () => {
  const policy = page.getByTestId("policy");
  await render(statusWith("normal"));
  await policy.selectOption("push-to-talk");
  await policy.focus();
  await policy.blur();
  await render(statusWith("normal"));
  expect(await policy.inputValue()).toBe("normal");
});

test("PG47: the space bar scrolls for who reached the transcript by keyboard, and talks for who clicked there", async () => {
  await render(statusWith("push-to-talk"));
  await page.locator("#log h2").click();
  await page.keyboard.press("Space");
  expect(await done()).toEqual(["begin"]);
  await page.keyboard.press("Escape");
  await page.getByTestId("chip").first().focus();
  await page.keyboard.press("Shift+Tab");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("log");
  await page.keyboard.press("Space");
  expect(await done()).toEqual(["begin", "cancel"]);
});

test("PG47: the button's name is what a press does next, without a pressed state, and its description the rest", async () => {
  const talk = page.getByTestId("talk");
  await render(statusWith("push-to-talk"));
  expect(await talk.ariaSnapshot()).toBe('- button "Hold to talk"');
  expect(await talk.getAttribute("title")).toBe(talkHelp);
  expect(talkHelp).toMatch(/Enter/);
  await render(statusWith("push-to-talk", { isPressed: true }));
  expect(await talk.ariaSnapshot()).toBe('- button "Send"');
  await render(statusWith("normal"));
  expect(await talk.getAttribute("title")).toBe("");
});

test("PG47: a pointer that is gone before it could be held has tapped, and the button goes on working", async () => {
  await render(statusWith("push-to-talk"));
  const talk = page.getByTestId("talk");
  const gone = { pointerId: 999, button: 0, bubbles: true };
  await talk.dispatchEvent("pointerdown", gone);
  expect(await done()).toEqual(["begin"]);
  await render(statusWith("push-to-talk", { isPressed: true }));
  await talk.dispatchEvent("pointerup", gone);
  await talk.hover();
  await page.mouse.down();
  await page.mouse.up();
  expect(await done()).toEqual(["begin", "end"]);
  await page.keyboard.press("Space");
  expect(await done()).toEqual(["begin", "end", "begin"]);
});

test("PG47: a finger that comes down again without having gone up begins anew", async () => {
  await render(statusWith("push-to-talk"));
  const talk = page.getByTestId("talk");
  await talk.hover();
  await page.mouse.down();
  await render(statusWith("push-to-talk", { isPressed: true }));
  // The press ended by itself, and nobody told that the finger went up.
  await render(statusWith("push-to-talk"));
  await talk.dispatchEvent("pointerdown", { pointerId: 1, button: 0, bubbles: true });
  expect(await done()).toEqual(["begin", "begin"]);
  await page.mouse.up();
});

test("PG61: a spoken turn without words is one small line", async () => {
  const item = { id: "u", role: "user", kind: "message", text: "", status: "failed", startedAt: 0 };
  await page.evaluate((put) => (globalThis as unknown as Drawn).transcript.put(put), item);
  expect(await page.getByTestId("item").innerText()).toMatch(/^You\s+could not be understood$/i);
  expect(await page.locator("#transcript .words").isVisible()).toBe(false);
});
