/** Of one call. A service takes a hundred and slows down before that. */
export const mostPathsAtOnce = 20

/** What stands between the API and its readers and keeps copies of answers that are the same for everybody. */
export interface EdgeCache {
  /**
   * Asks for the copies of these paths to be forgotten, with whatever query they were asked for. A path begins with a slash;
   * one that ends in a slash and an asterisk stands for everything below. No more than `mostPathsAtOnce`. Asking twice does no harm.
   *
   * Resolves when that was taken over, which is before it is done: copies go within minutes. Answers within 15 seconds, whatever the other
   * side does. What was not taken over throws `PortUnavailable('edge cache')`.
   */
  purge(paths: readonly string[]): Promise<void>
}
