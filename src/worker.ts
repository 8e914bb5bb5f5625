// The Hono app: who may open a conversation, read it, erase it, attach to it. It refuses what it can before an
// object is touched, and hands the rest over.

import { Hono } from "hono";
import type { Context } from "hono";
import { cors } from "hono/cors";
import { TOKEN_HASH_HEADER } from "./conversation/object.ts";
import type { ConversationObject } from "./conversation/object.ts";
import { readSettings, SettingsError } from "./env.ts";
import type { Env } from "./env.ts";
import { errorName, makeLog } from "./log.ts";
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, WELCOME_ITEMS } from "./protocol/messages.ts";
import type { CreatedConversation, HttpError, HttpErrorCode } from "./protocol/messages.ts";
import { bearerToken, hashToken, isToken, newToken } from "./token.ts";

export { ConversationObject } from "./conversation/object.ts";
export { DailyCapObject } from "./daily-cap.ts";

type App = { Bindings: Env };

const ERRORS = {
  origin_not_allowed: [403, "This page may not use this agent."],
  too_many: [429, "Too many at once. Please wait a minute."],
  daily_limit: [429, "This agent has had enough conversations for today."],
  not_configured: [503, "This agent is not set up yet."],
  unauthorized: [401, "The token does not fit this conversation."],
  not_found: [404, "There is no such conversation."],
  upgrade_required: [426, "This address is for WebSockets."],
  bad_request: [400, "The request is not understood."],
  internal: [500, "Something went wrong here."],
} as const satisfies Record<HttpErrorCode, readonly [number, string]>;

/** Strict for what the Worker itself answers; the static files have theirs in `public/_headers`. */
const API_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

const log = makeLog({ part: "worker" });

function refuse(code: HttpErrorCode, message?: string): Response {
  const [status, text] = ERRORS[code];
  const body: HttpError = { error: { code, message: message ?? text } };
  return Response.json(body, { status, headers: API_HEADERS });
}

function ok(body: object, status = 200): Response {
  return Response.json(body, { status, headers: API_HEADERS });
}

const app = new Hono<App>();

app.get("/healthz", (c) => {
  readSettings(c.env);
  return ok({ ok: true });
});

/** An absent `Origin` is not a browser: the token decides. A foreign one is a page that was never invited. */
app.use("/api/*", async (c, next) => {
  const origin = c.req.header("Origin");
  return origin === undefined || isInvited(c, origin) ? next() : refuse("origin_not_allowed");
});

/** Lets the pages of `ALLOWED_ORIGINS` read the answers; our own page does not need it. */
app.use(
  "/api/*",
  cors({
    origin: (origin, c: Context<App>) => (isInvited(c, origin) ? origin : null),
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type"],
    maxAge: 600,
  }),
);

app.post("/api/conversations", async (c) => {
  const settings = readSettings(c.env);
  const address = networkOf(c.req.header("CF-Connecting-IP") ?? "unknown");
  const { success } = await c.env.CREATE_LIMIT.limit({ key: address });
  if (!success) return refuse("too_many");
  if (
    !(await c.env.DAILY_CAP.getByName("today").take(
      settings.maxConversationsPerDay,
      await hashToken(address),
    ))
  ) {
    log.warn("daily_cap_reached", { cap: settings.maxConversationsPerDay });
    return refuse("daily_limit");
  }
  const id = c.env.CONVERSATION.newUniqueId();
  const token = newToken();
  await c.env.CONVERSATION.get(id).create(await hashToken(token));
  const socketUrl = new URL(`/api/conversations/${id}/socket`, c.req.url);
  socketUrl.protocol = socketUrl.protocol.replace("http", "ws");
  const body: CreatedConversation = { conversationId: id.toString(), token, socketUrl: socketUrl.href };
  return ok(body, 201);
});

app.get("/api/conversations/:id", (c) =>
  withConversation(c, async (object, tokenHash) => {
    const snapshot = await object.snapshot(tokenHash);
    return typeof snapshot === "string" ? refuse(snapshot) : ok(snapshot);
  }),
);

app.get("/api/conversations/:id/items", (c) =>
  withConversation(c, async (object, tokenHash) => {
    const limit = Number(c.req.query("limit") ?? WELCOME_ITEMS);
    const before = c.req.query("before");
    if (!Number.isInteger(limit) || limit < 1 || limit > WELCOME_ITEMS) {
      return refuse("bad_request", `limit must be a whole number from 1 to ${WELCOME_ITEMS}.`);
    }
    const page = await object.itemsBefore(tokenHash, limit, before);
    return typeof page === "string" ? refuse(page) : ok(page);
  }),
);

app.delete("/api/conversations/:id", (c) =>
  withConversation(c, async (object, tokenHash) => {
    const refusal = await object.erase(tokenHash);
    return refusal === undefined
      ? new Response(null, { status: 204, headers: API_HEADERS })
      : refuse(refusal);
  }),
);

app.get("/api/conversations/:id/socket", async (c) => {
  if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") return refuse("upgrade_required");
  const object = findObject(c);
  if (object === undefined) return refuse("not_found");
  const offered = (c.req.header("Sec-WebSocket-Protocol") ?? "").split(",").map((name) => name.trim());
  const token = offered
    .find((name) => name.startsWith(TOKEN_SUBPROTOCOL_PREFIX))
    ?.slice(TOKEN_SUBPROTOCOL_PREFIX.length);
  if (!offered.includes(SUBPROTOCOL) || !isToken(token)) return refuse("unauthorized");
  const headers = new Headers({ Upgrade: "websocket", [TOKEN_HASH_HEADER]: await hashToken(token) });
  const answer = await object.fetch(c.req.url, { headers });
  if (answer.status === 101) return answer;
  return refuse(answer.status === 404 ? "not_found" : answer.status === 429 ? "too_many" : "unauthorized");
});

app.all("/api/*", () => refuse("not_found", "There is no such route."));

app.onError((thrown) => {
  if (thrown instanceof SettingsError) {
    // The name of a setting helps its owner and tells a stranger nothing; its value is never repeated.
    log.error("setting_wrong", { setting: thrown.setting });
    return refuse("not_configured", thrown.message);
  }
  log.error("request_failed", { thrown: errorName(thrown) });
  return refuse("internal");
});

function isInvited(c: Context<App>, origin: string): boolean {
  return origin === new URL(c.req.url).origin || readSettings(c.env).allowedOrigins.has(origin);
}

/** An IPv6 customer has a whole /64 to send from: that is one address to us. */
function networkOf(address: string): string {
  return address.includes(":") ? address.split(":").slice(0, 4).join(":") : address;
}

type ConversationStub = DurableObjectStub<ConversationObject>;

/** The object of the route's id; a foreign or malformed id is refused here and touches none. */
function findObject(c: Context<App>): ConversationStub | undefined {
  try {
    return c.env.CONVERSATION.get(c.env.CONVERSATION.idFromString(c.req.param("id") ?? ""));
  } catch {
    return undefined;
  }
}

async function withConversation(
  c: Context<App>,
  answer: (object: ConversationStub, tokenHash: string) => Promise<Response>,
): Promise<Response> {
  const object = findObject(c);
  if (object === undefined) return refuse("not_found");
  const token = bearerToken(c.req.header("Authorization"));
  if (token === undefined) return refuse("unauthorized");
  return answer(object, await hashToken(token));
}

export default app;
