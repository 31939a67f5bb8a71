/** The oldest Node that has all this uses: `node:sqlite` without a flag, and TypeScript without a build. */
const oldest = [22, 13] as const

class UnsupportedNode extends Error {
  override readonly name = 'UnsupportedNode'
}

/** Throws `UnsupportedNode`, which says what to do. */
export function requireNode(version = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  throw new UnsupportedNode(
    `Node ${oldest.join('.')} or newer is needed, and this is ${version}. Start it with \`npm start\`, which brings its own, or install a newer one.`,
  )
}
