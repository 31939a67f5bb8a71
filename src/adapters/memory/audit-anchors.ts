import type { AuditAnchors } from '../../ports/audit-anchors.ts'

export function createMemoryAuditAnchors(): AuditAnchors {
  const kept = new Map<string, string>()
  return {
    async keep(name, text) {
      if (!kept.has(name)) kept.set(name, text)
    },
    async *texts() {
      for (const [, text] of [...kept].sort(([a], [b]) => (a < b ? -1 : 1))) yield text
    },
  }
}
