// A key and a certificate for `wss:`, made at start and never stored with the code. Node can sign but cannot write
// certificates; what one for a local server needs is a page of DER, which Node itself then parses and checks.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

export interface ServerIdentity {
  /** PEM. It vouches for itself: a client that is given it as its authority verifies the connection. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
}

/** Longer than any test run, and within the 398 days some clients allow a server's certificate. */
const VALID_MS = 365 * 86_400_000;
/** Clocks of containers and hosts differ a little. */
const CLOCK_SKEW_MS = 3_600_000;
const SERIAL_BYTES = 16;
/** An uncompressed P-256 point, which ends the encoded public key. */
const POINT_BYTES = 65;

const SEQUENCE = 0x30;
const SET = 0x31;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const VERSION_TAG = 0xa0;
const EXTENSIONS_TAG = 0xa3;
const DNS_NAME_TAG = 0x82;
const IP_ADDRESS_TAG = 0x87;
const KEY_ID_TAG = 0x80;

const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const SUBJECT_KEY_ID = "551d0e";
const KEY_USAGE = "551d0f";
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
const AUTHORITY_KEY_ID = "551d23";
const EXTENDED_KEY_USAGE = "551d25";
const SERVER_AUTH = "2b06010505070301";

/** An identity for a server that clients reach as localhost, by a loopback address, or as `host`. */
export function selfSigned(host: string, now = Date.now()): ServerIdentity {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const algorithm = der(SEQUENCE, objectId(ECDSA_WITH_SHA256));
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, objectId(COMMON_NAME), der(UTF8_STRING, Buffer.from("Parley local model")))),
  );
  const body = der(
    SEQUENCE,
    der(VERSION_TAG, der(INTEGER, Buffer.of(2))),
    der(INTEGER, serialNumber()),
    algorithm,
    name,
    der(SEQUENCE, utcTime(now - CLOCK_SKEW_MS), utcTime(now + VALID_MS)),
    name,
    spki,
    der(EXTENSIONS_TAG, der(SEQUENCE, ...extensions(host, spki))),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = der(SEQUENCE, body, algorithm, der(BIT_STRING, Buffer.of(0), signature));
  return {
    certificate: pem("CERTIFICATE", certificate),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function extensions(host: string, spki: Buffer): Buffer[] {
  const keyId = createHash("sha1").update(spki.subarray(-POINT_BYTES)).digest();
  const isTrue = der(BOOLEAN, Buffer.of(0xff));
  const critical = (id: string, value: Buffer): Buffer =>
    der(SEQUENCE, objectId(id), isTrue, der(OCTET_STRING, value));
  const plain = (id: string, value: Buffer): Buffer => der(SEQUENCE, objectId(id), der(OCTET_STRING, value));
  return [
    // Its own authority, as it signs itself.
    critical(BASIC_CONSTRAINTS, der(SEQUENCE, isTrue)),
    // Bits 0 and 5, digitalSignature and keyCertSign; the two lowest of the byte are unused.
    critical(KEY_USAGE, der(BIT_STRING, Buffer.of(2, 0b1000_0100))),
    plain(EXTENDED_KEY_USAGE, der(SEQUENCE, objectId(SERVER_AUTH))),
    plain(SUBJECT_ALT_NAME, der(SEQUENCE, ...namesOf(host))),
    plain(SUBJECT_KEY_ID, der(OCTET_STRING, keyId)),
    plain(AUTHORITY_KEY_ID, der(SEQUENCE, der(KEY_ID_TAG, keyId))),
  ];
}

function namesOf(host: string): Buffer[] {
  return [...new Set(["localhost", "127.0.0.1", "::1", host])].map((name) =>
    isIP(name) ? der(IP_ADDRESS_TAG, addressBytes(name)) : der(DNS_NAME_TAG, Buffer.from(name)),
  );
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  // A URL writes every IPv6 address as groups of hexadecimal digits, with at most one gap of zeros.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (part = ""): number[] =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [first, last] = [groups(head), groups(tail)];
  const gap = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return Buffer.from([...first, ...gap, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}

/** Positive, and without leading zeros, as DER wants integers. */
function serialNumber(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

/** Two digits of year: good until 2049. */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+/, "").replaceAll(/[-:T]/g, "").slice(2);
  return der(UTC_TIME, Buffer.from(digits));
}

function objectId(hex: string): Buffer {
  return der(OBJECT_ID, Buffer.from(hex, "hex"));
}

/** One value of DER: its tag, its length, its contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const value = Buffer.concat(contents);
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), value]);
  const size = length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, value]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
