// An MCP server with two tools, for tests: answers requests in JSON, lists in a stream of events, as both are allowed.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface ScriptedMcpServer {
  readonly url: string;
  /** Methods that were asked for, in order. */
  readonly methods: readonly string[];
  close(): Promise<void>;
}

interface Asked {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly name?: string; readonly arguments?: { readonly item?: string } };
}

const TOOLS = [
  { name: "price", description: "The price of an item.", inputSchema: { type: "object", properties: {} } },
  { name: "burn", description: "Fails.", inputSchema: { type: "object", properties: {} } },
];

export async function startMcpServer(): Promise<ScriptedMcpServer> {
  const methods: string[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { id, method, params } = body as Asked;
      methods.push(method);
      if (id === undefined) return response.writeHead(202).end();
      const isKnown = request.headers.authorization === "Bearer mcp-key";
      if (!isKnown) return response.writeHead(401).end("who are you");
      const reply = (result: unknown): string => JSON.stringify({ jsonrpc: "2.0", id, result });
      const headers = { "content-type": "application/json", "mcp-session-id": "one" };
      if (method === "initialize") return response.writeHead(200, headers).end(reply({ capabilities: {} }));
      if (method === "tools/list") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        return response.end(`event: message\ndata: ${reply({ tools: TOOLS })}\n\n`);
      }
      const isError = params?.name === "burn";
      const text = isError ? "it burnt" : `${params?.arguments?.item} costs 5 euros`;
      return response.writeHead(200, headers).end(reply({ content: [{ type: "text", text }], isError }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    methods,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
