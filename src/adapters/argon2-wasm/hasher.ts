import { type Argon2Cost, isBelow, isVerifiable } from '../../dialects/argon2.ts'
import type { Hasher } from '../../ports/hasher.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const argon2id = 2
const version13 = 0x13
const saltBytes = 16
const tagBytes = 32

/** What `@phi-ag/argon2/argon2.wasm` offers: the reference implementation in C, compiled. Lengths are in bytes. */
interface Argon2Exports {
  readonly memory: WebAssembly.Memory
  _initialize(): void
  malloc(bytes: number): number
  free(pointer: number): void
  argon2_encodedlen(
    t: number,
    m: number,
    p: number,
    saltBytes: number,
    tagBytes: number,
    type: number,
  ): number
  argon2_hash(
    t: number,
    m: number,
    p: number,
    password: number,
    passwordBytes: number,
    salt: number,
    saltBytes: number,
    tag: number,
    tagBytes: number,
    encoded: number,
    encodedBytes: number,
    type: number,
    version: number,
  ): number
  argon2_verify(encoded: number, password: number, passwordBytes: number, type: number): number
}

const utf8 = new TextEncoder()
const nothingSalt = new Uint8Array(saltBytes)
const verifyMismatch = -35

/**
 * argon2id in WebAssembly, for runtimes without native addons. The package's own JavaScript is left aside: it counts a
 * password's UTF-16 units as bytes and so cuts off what is not ASCII. A hash occupies the thread it is computed on, so
 * that none ever waits here: requests that would queue up wait in front of the process.
 */
export function createWasmHasher({
  module,
  cost,
}: {
  /** Compiled: workerd takes it from a static import alone. */
  readonly module: WebAssembly.Module
  readonly cost: Argon2Cost
}): Hasher {
  const { memoryKib, iterations, parallelism } = cost
  let instance: Argon2Exports | undefined
  function open(): Argon2Exports {
    if (!instance) {
      instance = new WebAssembly.Instance(module).exports as unknown as Argon2Exports
      instance._initialize()
    }
    return instance
  }

  /** Lends `work` copies of these bytes in the memory of the module. */
  function withBytes<T>(
    argon2: Argon2Exports,
    arrays: readonly Uint8Array[],
    work: (...pointers: number[]) => T,
  ): T {
    const pointers = arrays.map((bytes) => {
      const pointer = argon2.malloc(bytes.length)
      if (pointer === 0) throw new Error('no memory is left in the module')
      new Uint8Array(argon2.memory.buffer).set(bytes, pointer)
      return pointer
    })
    try {
      return work(...pointers)
    } finally {
      for (const pointer of pointers) argon2.free(pointer)
    }
  }

  const compute = async <T>(work: (argon2: Argon2Exports) => T): Promise<T> => {
    try {
      return work(open())
    } catch (cause) {
      // A trap may leave its memory in any state.
      instance = undefined
      throw new PortUnavailable('hasher', { cause, retryAfterSeconds: 1 })
    }
  }

  const hashWith = (argon2: Argon2Exports, password: string, salt: Uint8Array): string => {
    const encodedBytes = argon2.argon2_encodedlen(
      iterations,
      memoryKib,
      parallelism,
      saltBytes,
      tagBytes,
      argon2id,
    )
    const given = utf8.encode(password)
    const arrays = [given, salt, new Uint8Array(tagBytes), new Uint8Array(encodedBytes)]
    return withBytes(argon2, arrays, (passwordAt = 0, saltAt = 0, tagAt = 0, encodedAt = 0) => {
      const code = argon2.argon2_hash(
        iterations,
        memoryKib,
        parallelism,
        passwordAt,
        given.length,
        saltAt,
        saltBytes,
        tagAt,
        tagBytes,
        encodedAt,
        encodedBytes,
        argon2id,
        version13,
      )
      if (code !== 0) throw new Error(`argon2 failed with ${code}`)
      const encoded = new Uint8Array(argon2.memory.buffer, encodedAt, encodedBytes - 1)
      return new TextDecoder().decode(encoded)
    })
  }

  return {
    hash: (password) =>
      compute((argon2) => hashWith(argon2, password, crypto.getRandomValues(new Uint8Array(saltBytes)))),
    verify: async (hash, password) =>
      isVerifiable(hash) &&
      compute((argon2) => {
        const given = utf8.encode(password)
        return withBytes(argon2, [utf8.encode(`${hash}\0`), given], (hashAt = 0, passwordAt = 0) => {
          const code = argon2.argon2_verify(hashAt, passwordAt, given.length, argon2id)
          if (code !== 0 && code !== verifyMismatch) throw new Error(`argon2 failed with ${code}`)
          return code === 0
        })
      }),
    verifyNothing: (password) =>
      compute((argon2) => {
        hashWith(argon2, password, nothingSalt)
        return false as const
      }),
    needsRehash: (hash) => isBelow(cost, hash),
  }
}
