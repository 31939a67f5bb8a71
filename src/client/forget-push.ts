const registrations = async (): Promise<readonly ServiceWorkerRegistration[]> =>
  (await globalThis.navigator?.serviceWorker?.getRegistrations()) ?? []

/** Those that were shown say nothing of whom they are for: they are of whoever was here before. */
export async function closeShown(): Promise<void> {
  for (const registration of await registrations())
    for (const shown of (await registration.getNotifications?.()) ?? []) shown.close()
  await globalThis.navigator?.clearAppBadge?.()
}

/**
 * This browser is told nothing any more, and shows nothing of what it was told, whatever the server knows. Waits for nothing,
 * and never fails: where a browser cannot, there is nothing.
 */
export function forgetPush(): void {
  const forget = async () => {
    for (const registration of await registrations())
      await (await registration.pushManager?.getSubscription())?.unsubscribe()
    await closeShown()
  }
  forget().catch(() => {})
}
