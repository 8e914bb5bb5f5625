import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Decision } from "../../src/local-model/brain.ts";
import type { LocalModel } from "../../src/local-model/server.ts";
import { Client } from "./client.ts";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { startMcpServer } from "./scripted-mcp-server.ts";
import type { ScriptedMcpServer } from "./scripted-mcp-server.ts";
import { adds, ladder, message, responseIn, startScripted } from "./scripted-model.ts";

let model: LocalModel;
let server: ScriptedMcpServer;
let client: Client;
let toolNames: string[] = [];

beforeAll(async () => {
  server = await startMcpServer();
  const decide = ({ tools, memories }: Parameters<typeof choose>[0]): Decision => choose({ tools, memories });
  model = await startScripted({ decide });
});
afterAll(() => Promise.all([model.close(), server.close()]));
afterEach(() => client.close());

/** Calls the tool that was named last; says what came out of one. */
function choose({
  tools,
  memories,
}: {
  readonly tools: readonly { readonly name: string }[];
  readonly memories: readonly { readonly kind: string; readonly text?: string; readonly output?: string }[];
}): Decision {
  toolNames = tools.map(({ name }) => name);
  const last = memories.at(-1);
  if (last?.kind === "output") return { kind: "say", text: last.output ?? "" };
  return { kind: "call", calls: [{ name: last?.text ?? "", arguments: { item: "tea" } }] };
}

async function configure(tool: Record<string, unknown>): Promise<void> {
  client = new Client(model);
  const config = {
    type: "mcp",
    server_label: "shop",
    server_url: server.url,
    authorization: "mcp-key",
    ...tool,
  };
  await client.configure({ tools: [config], output_modalities: ["text"] });
}

async function asksFor(name: string): Promise<ReturnType<typeof responseIn>> {
  await adds(client, message("user", name));
  await client.send({ type: "response.create" });
  return responseIn(await client.next("response.done"));
}

describe("MCP tools", () => {
  it("LM80 lists a server's tools into the conversation, those that are allowed", async () => {
    await configure({ require_approval: "never", allowed_tools: ["price"] });
    const { item_id } = await client.next("mcp_list_tools.in_progress");
    expect(await client.next("conversation.item.done")).toMatchObject({
      item: { id: item_id, type: "mcp_list_tools", server_label: "shop", tools: [{ name: "price" }] },
    });
    expect(await client.next("mcp_list_tools.completed")).toMatchObject({ item_id });
    expect(server.methods.slice(-3)).toEqual(["initialize", "notifications/initialized", "tools/list"]);
  });

  it("LM80 calls a tool by itself and shows the result; the next response speaks of it", async () => {
    await configure({ require_approval: "never" });
    await client.next("mcp_list_tools.completed");
    const from = client.events.length;
    const done = await asksFor("price");
    expect(toolNames).toEqual(["price", "burn"]);
    expect(done.output).toMatchObject([
      {
        type: "mcp_call",
        server_label: "shop",
        name: "price",
        arguments: '{"item":"tea"}',
        output: "tea costs 5 euros",
      },
    ]);
    expect(ladder(client, from).slice(3, -2)).toEqual([
      "response.output_item.added",
      "conversation.item.added",
      "response.mcp_call_arguments.delta",
      "response.mcp_call_arguments.done",
      "response.mcp_call.in_progress",
      "response.mcp_call.completed",
      "conversation.item.done",
      "response.output_item.done",
    ]);
    await client.send({ type: "response.create" });
    expect(await client.next("response.output_text.done")).toMatchObject({ text: "tea costs 5 euros" });
  });

  it("LM80 tells a tool's failure, and a server that cannot be listed", async () => {
    await configure({ require_approval: "never" });
    await client.next("mcp_list_tools.completed");
    const done = await asksFor("burn");
    expect(done.output).toMatchObject([
      { error: { type: "tool_execution_error", message: "it burnt" }, output: null },
    ]);
    expect(client.types).toContain("response.mcp_call.failed");
    client.close();
    await configure({ authorization: "wrong" });
    await client.next("mcp_list_tools.failed");
    client.close();
    await configure({ server_url: "https://mcp.example.com/sse" });
    await client.next("mcp_list_tools.failed");
  });

  it("LM117 fails a listing that is not one, whatever it is, and goes on", async () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    let tools = "";
    const odd = createServer((asked, answer) => {
      void json(asked).then((body) => {
        const { id, method } = body as { id?: number; method: string };
        if (id === undefined) return answer.writeHead(202).end();
        answer.writeHead(200, { "content-type": "application/json" });
        const result = method === "tools/list" ? `{"tools":${tools}}` : "{}";
        return answer.end(`{"jsonrpc":"2.0","id":${id},"result":${result}}`);
      });
    });
    await new Promise<void>((resolve) => {
      odd.listen(0, "127.0.0.1", resolve);
    });
    const server_url = `http://127.0.0.1:${(odd.address() as AddressInfo).port}/`;
    client = new Client(model);
    for (const [index, listed] of [
      '[{"name":5}]',
      "[{}]",
      "[null]",
      "7",
      '[{"name":"f","description":7}]',
      '[{"name":"f","inputSchema":"x"}]',
      `[{"name":"f","inputSchema":{"a":${deep}}}]`,
      `[{"name":"f","description":"${"x".repeat(1_000_000)}"}]`,
    ].entries()) {
      tools = listed;
      await client.configure({ tools: [{ type: "mcp", server_label: `odd_${index}`, server_url }] });
      expect((await client.next("mcp_list_tools.completed", "mcp_list_tools.failed")).type).toBe(
        "mcp_list_tools.failed",
      );
    }
    tools = '[{"name":"f","title":"F","inputSchema":{"type":"object"}}]';
    await client.configure({ tools: [{ type: "mcp", server_label: "even", server_url }] });
    await client.next("mcp_list_tools.completed");
    odd.closeAllConnections();
    odd.close();
  });

  it("LM117 fails a listing into a conversation that is full", async () => {
    client = new Client(model);
    const item = message("user", "x");
    for (let count = 0; count < 10_000; count++) {
      await client.send({ type: "conversation.item.create", item });
    }
    await client.configure({ tools: [{ type: "mcp", server_label: "shop", server_url: server.url }] });
    await client.next("mcp_list_tools.failed");
    expect(client.types.filter((type) => type === "conversation.item.added").length).toBe(10_000);
    await client.configure({});
  });

  it("LM80 asks before it calls, and calls once it may", async () => {
    await configure({});
    await client.next("mcp_list_tools.completed");
    const [request] = (await asksFor("price")).output;
    expect(request).toMatchObject({
      type: "mcp_approval_request",
      name: "price",
      arguments: '{"item":"tea"}',
    });
    const calls = server.methods.filter((method) => method === "tools/call").length;
    await adds(client, { type: "mcp_approval_response", approval_request_id: request!["id"], approve: true });
    await client.send({ type: "response.create" });
    expect(responseIn(await client.next("response.done")).output).toMatchObject([
      { type: "mcp_call", approval_request_id: request!["id"], output: "tea costs 5 euros" },
    ]);
    expect(server.methods.filter((method) => method === "tools/call").length).toBe(calls + 1);
  });
});
