/**
 * Does what concerns many rows a slice at a time, so that others get their turn in between: each is a write of its own. `step` does at
 * most `rows` and answers how many those were. Answers the sum. What was begun and broke off goes on when it is asked for again.
 */
export async function inSlices(
  rows: number,
  step: (rows: number) => Promise<number> | number,
): Promise<number> {
  for (let sum = 0; ; ) {
    const done = await step(rows)
    sum += done
    if (done < rows) return sum
  }
}
