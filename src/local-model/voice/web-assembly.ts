// The part of WebAssembly that is used here, typed: its full types come with those of a browser, which this is not.

export interface WasmModule {
  readonly __module?: never;
}

interface WasmConstructors {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, (...args: never[]) => number>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

/** Exported linear memory; its buffer is another one after the memory has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WasmConstructors })
  .WebAssembly;
