// What `cloudflare:workers` hands to the tests.
declare namespace Cloudflare {
  interface Env extends Readonly<import("../src/env.ts").Env> {}
  interface GlobalProps {
    mainModule: typeof import("../src/worker.ts");
    durableNamespaces: "ConversationObject" | "DailyCapObject";
  }
}
