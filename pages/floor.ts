/** The oldest browsers that the pages are for: on library computers, old phones and tablets. */
export const floor = {
  safari: '16.4',
  safari_ios: '16.4',
  chrome: '109',
  chrome_android: '109',
  webview_android: '109',
  firefox: '115',
} as const

/** The same for esbuild, which writes newer syntax the older way. */
export const floorTargets = [
  `safari${floor.safari}`,
  `ios${floor.safari_ios}`,
  `chrome${floor.chrome}`,
  `firefox${floor.firefox}`,
]
