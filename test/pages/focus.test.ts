import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const files = globSync('pages/**/*.{ts,tsx}', { cwd: root })

/** Each call of `useEffect` in the text, whole. */
function effectsIn(text: string): readonly string[] {
  return [...text.matchAll(/\buseEffect\(/g)].map(({ index, 0: call }) => {
    let depth = 1
    let end = index + call.length
    for (; depth > 0 && end < text.length; end++) {
      if (text[end] === '(') depth++
      else if (text[end] === ')') depth--
    }
    return text.slice(index, end)
  })
}

test('there are components to look at', () => {
  expect(files.length).toBeGreaterThan(50)
})

test.each(files)('%s moves no focus after it can be seen: somebody may type already', (file) => {
  const late = effectsIn(readFileSync(join(root, file), 'utf8')).filter((effect) =>
    /\.(focus|showModal)\(/.test(effect.replaceAll(/return \(\) => \{[\s\S]*?\n {4}\}/g, '')),
  )
  expect(late).toEqual([])
})
