// The Worker as it is deployed, with two doors more for the chaos runs: one that resets a conversation's object, as a
// deploy or a crash does, and one that tells its rows.

import { ConversationObject as Conversation } from "../../src/conversation/object.ts";
import type { Env } from "../../src/env.ts";
import worker from "../../src/worker.ts";
import type { Rows } from "./chaos-rows.ts";

export { DailyCapObject } from "../../src/worker.ts";

export class ConversationObject extends Conversation {
  crash(): void {
    this.ctx.abort("chaos");
  }

  rows(): Rows {
    const { sql } = this.ctx.storage;
    return {
      items: sql
        .exec("SELECT kind, role, text, status, call_id, tool_name FROM items ORDER BY position")
        .toArray(),
      notes: sql.exec("SELECT text FROM notes ORDER BY id").toArray(),
    } as unknown as Rows;
  }
}

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    const [, door, conversationId] = pathname.split("/");
    if (door !== "crash" && door !== "rows") return await worker.fetch(request, env, context);
    const id = env.CONVERSATION.idFromString(conversationId ?? "");
    const object = env.CONVERSATION.get(id) as unknown as DurableObjectStub<ConversationObject>;
    if (door === "rows") return Response.json(await object.rows());
    try {
      await object.crash();
    } catch {
      // The reset reaches its caller too.
    }
    return new Response(null, { status: 204 });
  },
};
