/** The part of WebAssembly that kernels.ts uses; TypeScript declares it only for browsers. */
declare namespace WebAssembly {
  interface Module {
    readonly kind?: 'module';
  }
  const Module: new (bytes: Uint8Array) => Module;
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  const Memory: new (descriptor: { initial: number }) => Memory;
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  const Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => Instance;
}
