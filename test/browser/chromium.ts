// A real browser for the tests, with a microphone that plays a WAV file and permission to use it.

import { type Browser, chromium } from "playwright-core";
import { type Chromium, findChromium } from "../../src/dev/find-chromium.ts";

/** A first start reads two hundred megabytes from a cold disk. */
const LAUNCH_TIMEOUT_MS = 60_000;

export interface LaunchOptions {
  /**
   * What the microphone hears, once, from the moment the page opens it. End it with at least 100 ms of silence:
   * afterwards the browser repeats the file's last 10 ms for ever. Without it, the microphone beeps.
   */
  microphoneWav?: string;
  /** False for a person who has a microphone and does not allow it. */
  grantMicrophone?: boolean;
  /** The browser plays on the machine's own sound device, if there is one. */
  isAudible?: boolean;
  /** Instead of the one that is found. */
  browser?: Chromium;
}

export async function launch(options: LaunchOptions = {}): Promise<Browser> {
  const found = options.browser ?? (await findChromium());
  return await chromium.launch({
    executablePath: found.executablePath,
    env: { ...process.env, ...found.env } as Record<string, string>,
    timeout: LAUNCH_TIMEOUT_MS,
    // Chromium refuses its sandbox to root, who runs most containers; the tests visit their own pages only.
    chromiumSandbox: false,
    ...(options.isAudible === true ? { ignoreDefaultArgs: ["--mute-audio"] } : {}),
    args: [...microphoneFlags(options), ...QUIET_FLAGS],
  });
}

function microphoneFlags({ microphoneWav, grantMicrophone = true }: LaunchOptions): string[] {
  return [
    grantMicrophone ? "--use-fake-ui-for-media-stream" : "--deny-permission-prompts",
    "--use-fake-device-for-media-stream",
    ...(microphoneWav === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphoneWav}%noloop`]),
  ];
}

const QUIET_FLAGS = [
  // A test does not click before it listens.
  "--autoplay-policy=no-user-gesture-required",
  // Tests must not depend on a network, nor wait for one that is not there.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-sync",
  "--no-first-run",
  "--no-pings",
  // Audio must go on at full speed in a window that nobody looks at.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
  // Containers often have 64 MB of shared memory, which is too little.
  "--disable-dev-shm-usage",
];
