import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'
import type { RouterRoute } from 'hono/types'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Hono's router for routes of any shape (`/users/me/…` beside `/users/{id}/…` is too much for its fastest one), which
 * looks only once for a path that has no parameters.
 */
export class RememberingRouter<T> implements Router<T> {
  readonly name = 'RememberingRouter'
  readonly #routes = new TrieRouter<T>()
  readonly #paths = new Set<string>()
  readonly #found = new Map<string, Result<T>>()

  add(method: string, path: string, handler: T): void {
    this.#routes.add(method, path, handler)
    this.#paths.add(path)
    this.#found.clear()
  }

  match(method: string, path: string): Result<T> {
    // Any method can be sent, and a server must not remember what anybody makes up.
    if (method !== 'GET' || !this.#paths.has(path)) return this.#routes.match(method, path)
    let result = this.#found.get(path)
    if (!result) {
      result = this.#routes.match(method, path)
      this.#found.set(path, result)
    }
    return result
  }

  /** What a path can be asked, `HEAD` with every `GET`. What stands before all routes is none of them. */
  methodsAt(path: string): readonly string[] {
    return methods.filter((method) =>
      this.#routes
        .match(method === 'HEAD' ? 'GET' : method, path)[0]
        .some(([handler]) => !(handler as unknown as readonly [unknown, RouterRoute])[1].path.endsWith('*')),
    )
  }
}
