/** What somebody else did to the same thing, while it was open here. */
export function Meanwhile({ changes }: { changes: readonly string[] }) {
  if (changes.length === 0) return null
  return (
    <div class="meanwhile" role="alert">
      <p>Somebody else changed this while you had it open. What you did is not saved yet.</p>
      <ul>
        {changes.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </div>
  )
}
