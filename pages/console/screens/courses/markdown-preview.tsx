import { toJsxRuntime } from 'hast-util-to-jsx-runtime'
import type { ComponentChildren, JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { Fragment, jsx, jsxs } from 'preact/jsx-runtime'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import { safeMarkup } from '../../../../src/adapters/course-packages/safe-markup.ts'

const reader = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype)
  .use(rehypeSanitize, safeMarkup)
  .freeze()

/** Pictures of other places are named, not fetched: this page talks to nobody else. */
const components = {
  a: ({ href, children }: { href?: string; children?: ComponentChildren }) => (
    <a href={href ?? ''} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  img: ({ alt }: { alt?: string }) => <span class="quiet">{`[Picture: ${alt || 'without words'}]`}</span>,
}

/** As learners read it. A tree of elements all the way: nothing of it is ever read as HTML. */
export function MarkdownPreview({ text }: { text: string }) {
  const tree = useMemo(() => reader.runSync(reader.parse(text)), [text])
  if (text.trim() === '') return <p class="quiet">Nothing is written yet.</p>
  return toJsxRuntime(tree, {
    Fragment,
    jsx: jsx as never,
    jsxs: jsxs as never,
    components: components as never,
    elementAttributeNameCase: 'html',
  }) as unknown as JSX.Element
}
