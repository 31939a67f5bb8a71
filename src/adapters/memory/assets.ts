import type { Asset, Assets } from '../../ports/assets.ts'

export const createMemoryAssets = (assets: Readonly<Record<string, Asset>> = {}): Assets => ({
  read: async (name) => (Object.hasOwn(assets, name) ? (assets[name] ?? null) : null),
})
