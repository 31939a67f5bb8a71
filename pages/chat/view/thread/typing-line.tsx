import { nameIn } from '../../state/conversations.ts'
import { typing } from '../../state/typing.ts'

export function TypingLine({ id }: { id: string }) {
  const names = [...(typing.value.get(id)?.keys() ?? [])].map((userId) => nameIn(id, userId))
  return (
    <p class="typing" role="status">
      {names.length > 0 && (
        <>
          <bdi>{names.slice(0, 3).join(', ')}</bdi> {names.length > 1 ? 'are' : 'is'} typing…
        </>
      )}
    </p>
  )
}
