import type { ComponentChildren } from 'preact'
import { isProblem } from '../../../base/api/ask.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import type { Paged } from '../../state/paged.ts'

export interface Column<T> {
  readonly title: string
  readonly cell: (item: T) => ComponentChildren
  /** Numbers stand under each other. */
  readonly isNumber?: boolean
}

/**
 * A table that is a list of cards on a narrow screen. The first column names the row: it has the link, where there is one.
 */
export function Table<T>({
  caption,
  columns,
  items,
  keyOf,
}: {
  /** What it is a table of; said to screen readers. */
  caption: string
  columns: readonly Column<T>[]
  items: readonly T[]
  keyOf: (item: T) => string
}) {
  return (
    <table class="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ title, isNumber }) => (
            <th key={title} scope="col" class={isNumber ? 'number' : undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)}>
            {columns.map(({ title, cell, isNumber }, at) =>
              at === 0 ? (
                <th key={title} scope="row">
                  {cell(item)}
                </th>
              ) : (
                <td key={title} data-title={title} class={isNumber ? 'number' : undefined}>
                  {cell(item)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The same page by page: what is there so far, and a way to more. */
export function PagedTable<T>({
  list,
  nothing,
  ...table
}: {
  list: Paged<T>
  /** Said where the list is empty. */
  nothing: string
  caption: string
  columns: readonly Column<T>[]
  keyOf: (item: T) => string
}) {
  const { load, items, hasMore, more, again } = list
  return (
    <>
      {items.length > 0 && <Table {...table} items={items} />}
      {load === 'loading' && <Loading of={table.caption.toLowerCase()} />}
      {isProblem(load) && <Failed problem={load} retry={items.length > 0 ? more : again} />}
      {load === 'ready' && items.length === 0 && !hasMore && <p class="hint">{nothing}</p>}
      {load === 'ready' && items.length === 0 && hasMore && (
        <p class="hint" role="status">
          Nothing so far. There is more to look through.
        </p>
      )}
      {load === 'ready' && hasMore && (
        <p class="more">
          <button type="button" onClick={more}>
            Show more
          </button>
        </p>
      )}
    </>
  )
}
