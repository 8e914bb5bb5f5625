// What meets a connection before it is a session: the faults planned for it and those in its own URL.

import { FaultError, parseFault } from "./fault.ts";
import type { Fault } from "./fault.ts";
import type { FaultControl } from "./fault-control.ts";

export type Arrival =
  | { readonly kind: "let in"; readonly faults: readonly Fault[] }
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  | { readonly kind: "reset" };

const UNAVAILABLE = 503;

/** `takesQuery` says whether clients may ask for faults: `?model=…&fault=drop@response.created&fault=…`. */
export function arrive(address: URL, control: FaultControl, takesQuery: boolean): Arrival {
  const asked = address.searchParams.getAll("fault");
  if (asked.length > 0 && !takesQuery) {
    const message = "This server was started without --faults: it takes no `fault` parameter.";
    return { kind: "refused", status: 400, message };
  }
  let faults: Fault[];
  try {
    faults = [...control.arriving(), ...asked.map(parseFault)];
  } catch (error) {
    if (error instanceof FaultError) return { kind: "refused", status: 400, message: error.message };
    throw error;
  }
  const refusal = faults.find(({ name }) => name === "refuse");
  if (!refusal) return { kind: "let in", faults };
  if (refusal.value === "reset") return { kind: "reset" };
  const status = Number(refusal.value);
  const isError = Number.isInteger(status) && status >= 400 && status <= 599;
  return {
    kind: "refused",
    status: isError ? status : UNAVAILABLE,
    message: "Refused on purpose, by a planned fault.",
  };
}
