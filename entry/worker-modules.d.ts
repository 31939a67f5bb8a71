/** What the bundler of workerd and workerd itself provide. */

declare module 'cloudflare:workers' {
  /** Keeps the isolate alive until the promise is settled. To be called while a request is being answered. */
  export function waitUntil(work: Promise<unknown>): void
}

declare module 'swagger-ui-dist/*' {
  const bytes: ArrayBuffer
  export default bytes
}

declare module '@phi-ag/argon2/argon2.wasm' {
  const compiled: WebAssembly.Module
  export default compiled
}
