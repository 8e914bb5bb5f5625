// `wss:` with a certificate made at start, which clients verify like any other.

import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect } from "node:tls";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startLocalModel } from "../../../src/local-model/server.ts";
import { selfSigned } from "../../../src/local-model/tls.ts";

const MAIN = ["--disable-warning=ExperimentalWarning", "src/local-model/main.ts", "--port", "0"];

/** The names and addresses a certificate is for, as TLS clients check them. */
function isFor({ certificate }: { certificate: string }, name: string): boolean {
  const parsed = new X509Certificate(certificate);
  return (isIP(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined;
}

/** What the server says first. */
async function greeting(url: string, ca: string): Promise<string> {
  const socket = new WebSocket(`${url}?model=gpt-realtime-2.1`, { ca });
  const [data] = (await once(socket, "message")) as [Buffer];
  socket.close();
  return (JSON.parse(data.toString()) as { type: string }).type;
}

/** The command, ready. */
async function run(
  ...args: string[]
): Promise<{ url: string; file: string; stop: () => Promise<unknown[]> }> {
  const child = spawn(process.execPath, [...MAIN, ...args]);
  const [lines, complaints] = [child.stdout, child.stderr].map((stream) =>
    createInterface(stream)[Symbol.asyncIterator](),
  );
  const ready = await lines?.next();
  const [, url, file] = /ready on (\S+), certificate in (.+)$/.exec(ready?.value ?? "") ?? [];
  if (url === undefined || file === undefined) throw new Error((await complaints?.next())?.value);
  const stop = (): Promise<unknown[]> => {
    child.kill("SIGTERM");
    return once(child, "exit");
  };
  return { url, file, stop };
}

describe("TLS", () => {
  it("CL6 makes a certificate that vouches for itself, for loopback and the address it listens on", () => {
    for (const host of ["127.0.0.1", "models.test", "192.0.2.7", "2001:db8::7:1"]) {
      const identity = selfSigned(host);
      const parsed = new X509Certificate(identity.certificate);
      expect(parsed.verify(parsed.publicKey)).toBe(true);
      expect(parsed.ca).toBe(true);
      expect(parsed.validFromDate.getTime()).toBeLessThan(Date.now());
      expect(parsed.validToDate.getTime()).toBeGreaterThan(Date.now() + 86_400_000);
      const names = ["localhost", "127.0.0.1", "::1", host, "elsewhere.test"];
      expect(names.filter((name) => isFor(identity, name))).toEqual(names.slice(0, -1));
    }
    expect(selfSigned("localhost").certificate).not.toBe(selfSigned("localhost").certificate);
  });

  it("CL6 lets in whoever has the certificate as authority, and nobody believes it without", async () => {
    const model = await startLocalModel({ port: 0, tls: true });
    expect(model.url).toMatch(/^wss:/);
    const { certificate = "" } = model;
    expect(await greeting(model.url, certificate)).toBe("session.created");
    const stranger = connect({ host: "127.0.0.1", port: model.port });
    const [refusal] = (await once(stranger, "error")) as [NodeJS.ErrnoException];
    expect(refusal.code).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    await model.close();
    const plain = await startLocalModel({ port: 0 });
    expect([plain.url.split(":")[0], plain.certificate]).toEqual(["ws", undefined]);
    await plain.close();
  });

  it("CL7 --tls says in its ready line where the certificate is, and takes it away when it stops", async () => {
    const { url, file, stop } = await run("--tls");
    expect(await greeting(url, readFileSync(file, "utf8"))).toBe("session.created");
    expect(await stop()).toEqual([0, null]);
    expect(existsSync(file)).toBe(false);
  });

  it("CL7 --certificate chooses the file, which stays", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-tls-"));
    const chosen = join(folder, "local-model.pem");
    const { url, file, stop } = await run("--tls", "--certificate", chosen);
    expect(file).toBe(chosen);
    expect(await greeting(url, readFileSync(chosen, "utf8"))).toBe("session.created");
    await stop();
    expect(existsSync(chosen)).toBe(true);
    rmSync(folder, { recursive: true });
    await expect(run("--certificate", chosen)).rejects.toThrow("--certificate needs --tls");
  });
});
