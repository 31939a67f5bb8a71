export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const isLarge = bytes >= 1_000_000
  const value = bytes / (isLarge ? 1_000_000 : 1_000)
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${isLarge ? 'MB' : 'kB'}`
}
